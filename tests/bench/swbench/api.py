"""Calls of the API: sendward-apid on one core, the generator on another. Signs as
botocore does; each request is one of some that were signed before."""

import json
import os
import subprocess
import time

from . import procs
from .procs import BenchError, Measure, call, free_port, generate

CONNECTIONS = 16
FIRST = 2000
SIGNED = 4  # requests, each signed in a second of its own

CONF = """\
mode = "enforce";
store = "sqlite:%(dir)s/sendward.db";
master_key_file = "%(dir)s/master.key";
user = "";
bounce_domain = "bounce.example";
log = { target = "%(dir)s/sendward.log"; level = "info"; };
api = { listen = "127.0.0.1:%(port)d"; calls_per_second = 1000000; };
"""


class Api:
    """An apid of its own with one account, pinned to the first core."""

    def __init__(self, ctx):
        self.ctx = ctx
        self.dir = ctx.work.mkdir("api")
        self.port = free_port()
        self.addr = "inet:127.0.0.1:%d" % self.port
        self.conf = ctx.work.write("api/sendward.conf", CONF % {
            "dir": self.dir, "port": self.port})
        self.ctl("db", "migrate")
        self.ctl("account", "create", "bench")
        made = json.loads(self.ctl("--json", "credential", "create", "bench"))
        self.keys = made["access_key_id"], made["secret_access_key"]
        self.proc = ctx.work.start("apid", [
            "taskset", "-c", "0", ctx.program("api/sendward-apid"),
            "-c", self.conf, "-f"])
        self.proc.wait_socket(("127.0.0.1", self.port))

    def ctl(self, *args):
        return call([self.ctx.program("ctl/sendwardctl"), "-c", self.conf] +
                    list(args))

    def signed(self, method, path):
        """Files with the request, signed at different times."""
        names = []
        for i in range(SIGNED):
            time.sleep(1.1 if i else 0)
            done = subprocess.run(
                ["/usr/bin/python3", "-c", SIGN, method, path, *self.keys],
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60,
                check=False)
            if done.returncode != 0:
                raise BenchError("no botocore to sign with")
            names.append(self.ctx.work.path("request%d" % i))
            with open(names[-1], "wb") as f:
                f.write(done.stdout)
        return names


SIGN = """
import sys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
method, path, key, secret = sys.argv[1:]
request = AWSRequest(method=method, url="http://x.example" + path)
SigV4Auth(Credentials(key, secret), "ses", "us-east-1").add_auth(request)
fields = ["Host: x.example"] + ["%s: %s" % pair
                                for pair in request.headers.items()]
print("%s %s HTTP/1.1\\r\\n%s\\r\\n\\r" % (method, path, "\\r\\n".join(fields)))
"""


def api_round(ctx, api, files, count, series):
    with Measure([api.proc.pid]) as m:
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cores - {0} or cores)
        try:
            got = generate(ctx.work, "apiload", "-s", api.addr, "-c",
                           CONNECTIONS, "-n", count, *files)
        finally:
            os.sched_setaffinity(0, cores)
    api.proc.check_alive()
    if got["ok"] != count:
        raise BenchError("%d of %d calls were answered 200: %s" % (
            got["ok"], count, got["first_other"]))
    if series is not None:
        series.add(cpu_us=m.total() / count * 1e6, others=m.others(),
                   **{k: got[k] for k in ("per_second", "p50_ms", "p99_ms",
                                          "max_ms")})
    return got


def row_api(ctx):
    """GetAccount on one core, 16 connections that are kept."""
    if not ctx.has_sendward:
        return
    api = Api(ctx)
    series = ctx.results.new("api", "GetAccount", "request")
    files = api.signed("GET", "/v2/email/account")
    first = api_round(ctx, api, files, FIRST, None)
    for _ in range(ctx.rounds):
        api_round(ctx, api, files, ctx.count(first["per_second"], FIRST),
                  series)
    series.peak_mib = procs.peak_kib(api.proc.pid) / 1024
    ctx.results.bar("api", "GetAccount requests/s on one core",
                    series.median("per_second"), 5000, at_most=False)
