"""Sends by the API through to Postfix's queue, next to the same messages by SMTP: at
the private door, and at a listener that knows its account by its network. All three
have the same milter and policy service behind them. What is taken is thrown away
by the next hop."""

import os
import shutil
import subprocess
import time

from .postfix import Door, PrivatePostfix
from .procs import BenchError, Measure, free_port, generate
from .sendward import Sendward

CLIENTS = (1, 8, 64)
BAR = 0.7
FROM, TO = "user@example.com", "rcpt@example.net"

MASTER = """\
sendward unix n - n - 200 smtpd
  -o { smtpd_milters = %(milter)s }
  -o { smtpd_data_restrictions = check_policy_service { %(policy)s,
    policy_context=sendward-unix }, permit_mynetworks }
  -o { milter_macro_daemon_name = sendward-unix }
"""

# Each request signed for itself, as SDKs do, with a name of its own.
SIGN = """
import json, sys, uuid
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
count, key, secret, sender, to, text = sys.argv[1:]
auth = SigV4Auth(Credentials(key, secret), "ses", "us-east-1")
for i in range(int(count)):
    body = json.dumps({
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": {"Data": "Benchmark"},
                               "Body": {"Text": {"Data": text}}}}}).encode()
    request = AWSRequest(
        "POST", url="http://x.example/v2/email/outbound-emails", data=body,
        headers={"Content-Type": "application/json",
                 "amz-sdk-invocation-id": str(uuid.uuid4())})
    auth.add_auth(request)
    lines = ["POST /v2/email/outbound-emails HTTP/1.1", "Host: x.example",
             "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % kv for kv in request.headers.items()]
    whole = "\\r\\n".join(lines).encode() + b"\\r\\n\\r\\n" + body
    sys.stdout.buffer.write(b"%d\\n" % len(whole) + whole)
"""

TEXT = "A line of an ordinary letter, as long as lines are.\n" * 36


class Way:
    def __init__(self, ctx):
        self.ctx = ctx
        self.port = free_port()
        self.sendward = Sendward(ctx, networks=True)
        self.socket = os.path.join(ctx.work.path("postfix"),
                                   "spool/public/sendward")
        with open(self.sendward.conf, "a", encoding="utf-8") as f:
            f.write('api = { listen = "127.0.0.1:%d"; submission = '
                    '"unix:%s"; max_connections = 1000;\n'
                    'max_connections_per_address = 1000; };\n'
                    % (self.port, self.socket))
        made = self.sendward.ctl_json("credential", "create", "bench")
        self.keys = made["access_key_id"], made["secret_access_key"]
        milter = self.sendward.start("milter")
        policyd = self.sendward.start("policyd")
        self.door = Door("net", self.sendward.milter_addr,
                         data=self.sendward.policy_addr)
        self.postfix = PrivatePostfix(ctx.work, [self.door], "", MASTER % {
            "milter": self.sendward.milter_addr,
            "policy": self.sendward.policy_addr})
        self.apid = ctx.work.start("apid", [
            ctx.program("api/sendward-apid"), "-c", self.sendward.conf, "-f"])
        self.apid.wait_socket(("127.0.0.1", self.port))
        self.pids = {"apid": self.apid.pid, "milter": milter.pid,
                     "policyd": policyd.pid}
        self.message = ctx.work.write("message.eml", (
            "From: %s\nTo: %s\nSubject: Benchmark\n"
            "Date: Sat, 28 Nov 2026 16:09:37 +0000\n"
            "Message-Id: <d09881b8-519f-4a16-8620-a1178ad1c7a4@example.com>\n"
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s"
            % (FROM, TO, TEXT)).replace("\n", "\r\n"))

    def requests(self, count):
        name = self.ctx.work.path("requests")
        with open(name, "wb") as f:
            done = subprocess.run(
                ["/usr/bin/python3", "-c", SIGN, str(count), *self.keys, FROM,
                 TO, TEXT], stdout=f, stdin=subprocess.DEVNULL, timeout=600,
                check=False)
        if done.returncode != 0:
            raise BenchError("no botocore to sign with")
        return name

    def run(self, kind, clients, count):
        args = ["-c", clients, "-n", count]
        if kind == "api":
            args += ["-h", "-a", "inet:127.0.0.1:%d" % self.port, "-m",
                     self.requests(count)]
        else:
            args += ["-m", self.message, "-f", FROM, "-t", TO]
            args += ["-a", "unix:" + self.socket, "-p", "AUTH=<bench>"] \
                if kind == "door" else \
                ["-a", "inet:127.0.0.1:%d" % self.door.port]
        with Measure(list(self.pids.values())) as m:
            got = generate(self.ctx.work, "sendload", *args)
        if got["failed"]:
            raise BenchError("%s: %d of %d failed: %s" % (
                kind, got["failed"], count, self.sendward.log_tail()))
        got["per_second"] = count / got["seconds"]
        got["generator_cpu"] = got["cpu"] / got["seconds"]
        got["apid_us"] = m.cpu[self.apid.pid] / count * 1e6
        got["others"] = m.others()
        return got

    def settle(self):
        """Nothing is left in the queue that would cost the next round."""
        until = time.monotonic() + 120
        spool = self.postfix.dir + "/spool/"
        while time.monotonic() < until:
            if not any(files for folder in ("incoming", "active", "deferred")
                       for _, _, files in os.walk(spool + folder)):
                break
            time.sleep(0.2)
        shutil.rmtree(self.postfix.sink_dir, ignore_errors=True)
        os.mkdir(self.postfix.sink_dir)
        shutil.chown(self.postfix.sink_dir, "nobody")


def row_api_send(ctx):
    """SendEmail to Postfix's queue at 1, 8, 64 clients, next to SMTP."""
    if not ctx.has_sendward:
        return
    way = Way(ctx)
    for clients in CLIENTS:
        all_kinds = ("door", "net", "api")
        series = {kind: ctx.results.new("api-send-%d" % clients, kind)
                  for kind in all_kinds}
        rate = 200
        for i in range(ctx.rounds + 1):
            for kind in all_kinds:
                got = way.run(kind, clients, ctx.count(rate, 200))
                way.settle()
                if i == 0:
                    rate = max(rate, got["per_second"])
                    continue
                series[kind].add(cpu_us=got["apid_us"], **{
                    k: got[k] for k in ("per_second", "p50_ms", "p99_ms",
                                        "generator_cpu", "others")})
        medians = {k: s.median("per_second") for k, s in series.items()}
        print("  %d clients: %s; generator %.2f core" % (clients, ", ".join(
            "%s %.0f/s" % kv for kv in medians.items()),
            series["api"].median("generator_cpu")), flush=True)
        for kind in ("door", "net"):
            ctx.results.bar("api-send-%d" % clients,
                            "SendEmail of SMTP (%s)" % kind,
                            medians["api"] / medians[kind], BAR,
                            at_most=False, fmt="%.2f")
