"""sendward-jobd on its own: a store, a clock that can be moved, a name server that
does as it is told. Knows nothing of single scenarios."""
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "build-tests", "asan")
sys.path.insert(0, os.path.join(SRC, "tests", "lib"))

import database  # noqa: E402
from cases import expect, expect_equal, wait_for  # noqa: E402

ZONE = "dkim.provider.test"
# enum rules_identity_status, enum verification_error, enum verification_subject
STATUS = ["NOT_STARTED", "PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE"]
ERROR = ["", "SERVICE_ERROR", "DNS_SERVER_ERROR", "HOST_NOT_FOUND",
         "TYPE_NOT_FOUND", "INVALID_VALUE"]
SUBJECT = {"identity": 0, "dkim": 1, "mail_from": 2}
DAY = 86400
CACHE_SEC = 1.2  # answers are kept for a second by the resolver
_running = []


def cleanup():
    for house in list(_running):
        house.kill()


class House:
    def __init__(self, server, **options):
        self.dir = tempfile.mkdtemp(prefix="jobs.",
                                    dir=os.environ.get("TMPDIR"))
        self.store = database.make(self.dir + "/sendward.db")
        self.conf = self.dir + "/sendward.conf"
        self.log_path = self.dir + "/log"
        self.clock_path = self.dir + "/clock"
        self.shifted = 0
        self.process = None
        self.env = dict(os.environ, SENDWARD_TEST_CLOCK=self.clock_path)
        # what AddressSanitizer keeps of freed memory is no growth
        self.env["ASAN_OPTIONS"] = ":".join(filter(None, [
            self.env.get("ASAN_OPTIONS"), "quarantine_size_mb=1"]))
        # leaks of sendwardctl are looked for in tests/ctl
        self.ctl_env = dict(self.env, ASAN_OPTIONS=self.env["ASAN_OPTIONS"]
                            + ":detect_leaks=0")
        with open(self.dir + "/master.key", "wb") as f:
            os.fchmod(f.fileno(), 0o400)
            f.write(secrets.token_bytes(32))
        self.options = dict(
            dns='servers = "%s"; timeout_sec = 2;' % server,
            dkim='zone = "%s"; ttl_sec = 1;' % ZONE,
            mail="", more="")
        self.write(**options)
        self.ctl("db", "migrate")
        self.ctl("account", "create", "shop")

    def write(self, **options):
        """The configuration; options: the lines of a group."""
        self.options.update(options)
        lines = ['store = "%s";' % self.store,
                 'master_key_file = "%s/master.key";' % self.dir,
                 'user = "";', 'bounce_domain = "bounce.provider.test";',
                 'log = { target = "%s"; level = "info"; };' % self.log_path,
                 'policy = { socket = "unix:%s/policy.sock"; };' % self.dir,
                 'journal = "%s/journal";' % self.dir,
                 'feedback = { rules_file = "%s/report/bounce.rules"; };' % SRC]
        lines += ["%s = { %s };" % (name, self.options[name])
                  for name in ("dns", "dkim", "mail") if self.options[name]]
        with open(self.conf + ".new", "w", encoding="utf-8") as f:
            f.write("\n".join(lines + [self.options["more"]]) + "\n")
        os.rename(self.conf + ".new", self.conf)

    # -- sendwardctl and the store -----------------------------------------
    def ctl(self, *args):
        done = subprocess.run(
            [BUILD + "/ctl/sendwardctl", "-c", self.conf] + list(args),
            env=self.ctl_env, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False)
        expect(done.returncode == 0, "sendwardctl %s: exit %d: %s" % (
            " ".join(args), done.returncode, done.stdout + done.stderr))
        return done.stdout

    def ctl_json(self, *args):
        return json.loads(self.ctl(*args, "--json"))

    def create(self, name, dkim="ed25519"):
        """A domain of the account: its records."""
        self.ctl("identity", "create", "shop", name, "--dkim", dkim)
        return self.records(name)

    def records(self, name):
        return json.loads(self.ctl("identity", "records", "shop", name,
                                   "--format", "json"))

    def sql(self, text, *values):
        return database.sql(self.store, text, *values)

    def status(self, name, column="status"):
        row = self.sql("SELECT %s FROM identity WHERE name = ?" % column, name)
        return STATUS[row[0][0]]

    def look(self, name, subject="identity"):
        """checked_sec, error, next_sec of what is looked for."""
        rows = self.sql(
            "SELECT checked_sec, error, next_sec FROM verification JOIN identity"
            " ON id = identity_id WHERE name = ? AND subject = ?",
            name, SUBJECT[subject])
        expect_equal(len(rows), 1, "looks of " + name)
        return rows[0][0], ERROR[rows[0][1]], rows[0][2]

    def becomes(self, name, wanted, seconds=60, column="status"):
        """A look that came before the record was there is repeated after up to
        half a minute."""
        wait_for(lambda: self.status(name, column) == wanted, seconds,
                 "%s: %s is %s" % (name, column, wanted))

    def looked_at(self, name, seconds=20, subject="identity"):
        """Waits for a look that begins after now; its error."""
        time.sleep(CACHE_SEC)
        before = self.now()
        self.sql("UPDATE verification SET next_sec = ? WHERE identity_id ="
                 " (SELECT id FROM identity WHERE name = ?) AND next_sec > 0",
                 before, name)
        wait_for(lambda: self.look(name, subject)[2] > before, seconds,
                 "a look at " + name)
        return self.look(name, subject)[1]

    # -- time --------------------------------------------------------------
    def now(self):
        return int(time.time()) + self.shifted

    def shift(self, seconds):
        """The programs' clock goes on by so much."""
        time.sleep(CACHE_SEC)
        self.shifted += seconds
        with open(self.clock_path + ".new", "w", encoding="ascii") as f:
            f.write("%d\n" % self.shifted)
        os.rename(self.clock_path + ".new", self.clock_path)

    # -- sendward-jobd -----------------------------------------------------
    def start(self):
        seen = self.log().count("daemon.start")
        self.process = subprocess.Popen(
            [BUILD + "/jobs/sendward-jobd", "-f", "-c", self.conf],
            env=self.env, stdin=subprocess.DEVNULL)
        _running.append(self)
        wait_for(lambda: self.log().count("daemon.start") > seen or
                 self.process.poll() is not None, 30, "sendward-jobd starts")
        expect(self.process.poll() is None,
               "sendward-jobd ended: %s" % self.process.poll())
        return self

    def stop(self, seconds=30):
        """Its exit status, and how long its end took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        _running.remove(self)
        return status, time.monotonic() - begun

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self in _running:
            _running.remove(self)

    def reload(self, **options):
        count = self.log().count("conf.reloaded")
        self.write(**options)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count("conf.reloaded") > count, 20,
                 "conf.reloaded")

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def logged(self, text, count=1, seconds=20):
        wait_for(lambda: self.log().count(text) >= count, seconds,
                 "%s, %d times, in the log" % (text, count))

    def status_kb(self, field):
        with open("/proc/%d/status" % self.process.pid,
                  encoding="ascii") as f:
            for line in f:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise KeyError(field)


def publish(dns, records, *purposes):
    """Puts an identity's records (of these purposes; none: all) into DNS."""
    for record in records:
        if not purposes or record["purpose"] in purposes:
            value = record["value"]
            if record["type"] in ("CNAME", "MX"):
                value += "."
            dns.set(record["name"], record["type"], "ANSWER", value)
