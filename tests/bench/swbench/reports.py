"""Reports on the whole way: mail of an account goes out, the next hop refuses every
recipient, Postfix writes the reports, sendward-feedback takes them. First all are
written, then all are delivered, so that the second part is measured alone."""

import os
import sqlite3
import subprocess
import time

from .postfix import Door, PrivatePostfix
from .procs import BenchError, Measure, call
from .sendward import Sendward

MAIN = """\
relay_domains = bounce.example
transport_maps = inline:{ { bounce.example = sendward-lmtp:unix:%(socket)s } }
"""
HELD = "defer_transports = sendward-lmtp\n"
MASTER = "sendward-lmtp unix - - n - 4 lmtp\n"
PART = 1000
REFUSE = ("-f", "RCPT", "-B", "550 5.1.1 No such user here")


class Way:
    """Postfix between smtp-source and a next hop that refuses."""

    def __init__(self, ctx):
        self.ctx = ctx
        self.sendward = Sendward(ctx, networks=True)
        # Who bounces all he sends would be paused before the twentieth.
        self.sendward.ctl("account", "set", "bench", "--policy", "none")
        self.sendward.start("milter")
        self.door = Door("out", self.sendward.milter_addr)
        self.postfix = PrivatePostfix(
            ctx.work, [self.door], MAIN % {
                "socket": self.sendward.feedback_target} + HELD, MASTER,
            REFUSE)
        self.main_cf = os.path.join(self.postfix.dir, "etc", "main.cf")

    def queued(self):
        done = subprocess.run(
            ["/usr/sbin/postqueue", "-c", os.path.dirname(self.main_cf),
             "-j"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            timeout=120, check=False)
        return done.stdout.count(b"\n")

    def write_reports(self, count):
        """Seconds until Postfix has a report on every message, and nothing
        else."""
        begin = time.monotonic()
        for part in range(0, count, PART):  # one call may not take for ever
            call(["/usr/sbin/smtp-source", "-d", "-N", "-s", "20", "-m",
                  str(min(PART, count - part)), "-l", "2048",
                  "-f", "user@example.com",
                  "-t", "rcpt@part%d.example.net" % part,
                  "127.0.0.1:%d" % self.door.port])
        logged = "sender non-delivery notification"
        while self.log_count(logged) < count:
            if time.monotonic() - begin > 60 + count / 20:
                raise BenchError("%d reports of %d messages: %s" % (
                    self.log_count(logged), count, self.postfix.log_tail()))
            time.sleep(0.2)
        return time.monotonic() - begin

    def log_count(self, text):
        path = os.path.join(self.postfix.dir, "log/mail.log")
        return int(subprocess.run(
            ["grep", "-c", text, path], stdout=subprocess.PIPE,
            check=False).stdout)

    def let_go(self):
        with open(self.main_cf, encoding="utf-8") as f:
            text = f.read()
        with open(self.main_cf, "w", encoding="utf-8") as f:
            f.write(text.replace(HELD, ""))
        self.postfix.command("reload")
        self.postfix.command("flush")

    def taken(self):
        """Reports in the store."""
        return self.rows("SELECT count(*) FROM report")

    def rows(self, text):
        db = sqlite3.connect(os.path.join(self.sendward.dir, "sendward.db"),
                             timeout=60)
        try:
            return db.execute(text).fetchone()[0]
        finally:
            db.close()

    def deliver_reports(self, count):
        """Seconds until all are taken."""
        before = self.taken()
        begin = time.monotonic()
        self.let_go()
        while self.taken() < before + count:
            if time.monotonic() - begin > 60 + count / 10:
                raise BenchError("%d of %d reports taken: %s %s" % (
                    self.taken() - before, count, self.postfix.log_tail(),
                    self.sendward.log_tail()))
            time.sleep(0.05)
        return time.monotonic() - begin

    def check(self, count):
        """What follows from them is all there; how many are lost."""
        deadline = time.monotonic() + 60
        while self.queued() > 0 and time.monotonic() < deadline:
            time.sleep(0.2)
        if self.queued() > 0:
            raise BenchError("%d reports stay in the queue" % self.queued())
        bad = self.log_count("status=bounced .*sendward-lmtp")
        if bad:
            raise BenchError("%d reports were bounced" % bad)
        return count - min(self.rows(q) for q in (
            "SELECT count(*) FROM report WHERE state = 0",
            "SELECT count(*) FROM fate WHERE kind = 0",
            "SELECT count(*) FROM event WHERE kind = 2",
            "SELECT count(*) FROM suppression"))


def row_reports(ctx):
    """10,000 reports by Postfix and LMTP: none lost, and how many a second."""
    if not ctx.has_sendward:
        return
    count = 1000 if ctx.quick else 10000
    way = Way(ctx)
    proc = way.sendward.start("feedback")
    written = way.write_reports(count)
    with Measure([proc.pid]) as m:
        taken = way.deliver_reports(count)
    proc.check_alive()
    lost = way.check(count)
    series = ctx.results.new("reports", "sendward-feedback", "report")
    series.add(cpu_us=m.total() / count * 1e6, others=m.others(),
               per_second=count / taken, written_per_second=count / written)
    print("  %d reports written at %.0f/s, taken at %.0f/s" % (
        count, count / written, count / taken), flush=True)
    ctx.results.bar("reports", "reports lost of %d" % count, lost, 0)
