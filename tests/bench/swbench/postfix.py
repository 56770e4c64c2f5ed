"""The whole way: smtp-source, a private Postfix, smtp-sink. Touches nothing
of an installed Postfix but its programs."""

import os
import shutil
import subprocess
import time

from .procs import BenchError, call, free_port
from .verify import verify_file

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = %(dir)s/spool
data_directory = %(dir)s/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = %(dir)s/log/mail.log
maillog_file_prefixes = %(dir)s/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.bench.example
alias_maps =
alias_database =
mydestination =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:%(sink)d
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
enable_long_queue_ids = yes
in_flow_delay = 0
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
"""

MASTER_CF = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Door:
    """One smtpd of the instance, with its own filter and policy services."""

    def __init__(self, name, milter="", rcpt="", data="", end=""):
        self.name = name
        self.port = free_port()
        self.options = {
            "smtpd_milters": milter,
            "smtpd_recipient_restrictions": policy(rcpt) or
            "permit_mynetworks, reject",
            "smtpd_data_restrictions": policy(data),
            "smtpd_end_of_data_restrictions": policy(end),
        }

    def master_cf(self):
        lines = ["127.0.0.1:%d inet n - n - 100 smtpd" % self.port]
        lines += ["  -o { %s = %s }" % kv for kv in self.options.items()]
        return "\n".join(lines) + "\n"


def policy(addr):
    return "check_policy_service %s, permit_mynetworks" % addr if addr else ""


class PrivatePostfix:
    def __init__(self, work, doors, main="", master="", sink_args=()):
        self.doors = doors
        self.dir = work.mkdir("postfix")
        for name in ("etc", "spool", "log", "data", "sink"):
            work.mkdir("postfix/" + name)
        shutil.chown(os.path.join(self.dir, "data"), "postfix")
        os.chmod(os.path.join(self.dir, "data"), 0o700)
        self.sink_dir = os.path.join(self.dir, "sink")
        shutil.chown(self.sink_dir, "nobody")
        sink = free_port()
        work.write("postfix/etc/main.cf",
                   MAIN_CF % {"dir": self.dir, "sink": sink} + main)
        work.write("postfix/etc/master.cf", MASTER_CF + master +
                   "".join(d.master_cf() for d in doors))
        self.sink = work.start("smtp-sink", [
            "/usr/sbin/smtp-sink", "-u", "nobody", *sink_args, "-d",
            self.sink_dir + "/m.", "127.0.0.1:%d" % sink, "1000"])
        self.sink.wait_socket(("127.0.0.1", sink))
        self.started = False
        work.procs.append(self)
        self.start()

    def command(self, *args):
        return subprocess.run(
            ["/usr/sbin/postfix", "-c", os.path.join(self.dir, "etc")] +
            list(args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, timeout=60, check=False)

    def start(self):
        done = self.command("start")
        if done.returncode != 0:
            raise BenchError("postfix start: %s" %
                             done.stdout.decode("utf-8", "replace"))
        self.started = True
        from .procs import can_connect
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if all(can_connect(("127.0.0.1", d.port)) for d in self.doors):
                return
            time.sleep(0.1)
        raise BenchError("Postfix does not listen: " + self.log_tail())

    def stop(self):
        if self.started:
            self.command("stop")
            self.started = False

    def log_tail(self):
        try:
            with open(os.path.join(self.dir, "log/mail.log"), "rb") as f:
                return f.read()[-1500:].decode("utf-8", "replace")
        except OSError:
            return "(no log)"

    def delivered(self):
        return os.listdir(self.sink_dir)

    def send(self, door, count, size, timeout=180):
        """Offer count messages and wait until all are at the next hop.
        Returns seconds until accepted, seconds until delivered."""
        begin = time.monotonic()
        call(["/usr/sbin/smtp-source", "-d", "-s", "20", "-m", str(count),
              "-l", str(size), "-f", "user@example.com",
              "-t", "rcpt@example.net", "127.0.0.1:%d" % door.port])
        accepted = time.monotonic() - begin
        while len(self.delivered()) < count:
            if time.monotonic() - begin > timeout:
                raise BenchError("%s: %d of %d messages arrived: %s" % (
                    door.name, len(self.delivered()), count,
                    self.log_tail()))
            time.sleep(0.02)
        return accepted, time.monotonic() - begin

    def collect(self, count, records, samples):
        """Take the delivered messages: exactly count, each with one
        signature when records are given, some of them verified."""
        time.sleep(0.2)
        files = sorted(self.delivered())
        if len(files) != count:
            raise BenchError("%d messages delivered of %d sent" % (
                len(files), count))
        signed = 0
        for i, name in enumerate(files):
            path = os.path.join(self.sink_dir, name)
            signed += self.check_one(path, records, i < samples)
            os.unlink(path)
        if signed != (count if records else 0):
            raise BenchError("%d signatures on %d messages" % (signed, count))

    @staticmethod
    def check_one(path, records, verify):
        with open(path, "rb") as f:
            text = f.read().replace(b"\r\n", b"\n")
        # smtp-sink writes its own X- lines first, then the message.
        lines = text.split(b"\n")
        while lines and lines[0].startswith((
                b"X-Client-", b"X-Helo-", b"X-Mail-", b"X-Rcpt-")):
            lines.pop(0)
        signed = sum(1 for line in lines[:lines.index(b"")]
                     if line.lower().startswith(b"dkim-signature:"))
        if verify and records:
            plain = path + ".eml"
            with open(plain, "wb") as f:
                f.write(b"\r\n".join(lines))
            good = verify_file(plain, records)
            os.unlink(plain)
            if not good:
                raise BenchError("a delivered signature does not verify")
        return signed
