"""A sendward-milter of a scenario's own, with a store of its own and no MTA."""
import glob
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "lib"))
import database
from cases import expect, wait_for
from mta import Mta

SRC = os.environ.get("SRC") or os.path.realpath(
    os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "build-tests", "asan")

CONF = """\
mode = "%(mode)s";
store = "%(store)s";
master_key_file = "%(dir)s/master.key";
user = "%(user)s";
journal = "%(journal)s";
bounce_domain = "bounce.example";
suppressed = "%(suppressed)s";
max_recipients = %(max_recipients)d;
max_message_bytes = %(max_message_bytes)d;
trusted_login = "%(trusted_login)s";
networks = ( { cidr = "192.0.2.0/24"; account = "shop"; },
             { cidr = "2001:db8::/32"; account = "shop"; },
             { cidr = "203.0.113.0/24"; account = "gone"; } );
log = { target = "%(dir)s/log"; level = "debug"; };
milter = { socket = "%(socket)s"; %(milter)s };
%(more)s
"""

DEFAULTS = dict(mode="enforce", suppressed="accept", max_recipients=50,
                max_message_bytes=41943040, trusted_login="apid", user="",
                more="", milter="")


class Gate:
    def __init__(self, build=None, socket=None):
        self.build = build or BUILD
        self.dir = tempfile.mkdtemp(prefix="gate.", dir=os.environ.get(
            "TMPDIR", "/tmp"))
        self.conf = self.dir + "/sendward.conf"
        self.socket = socket or "unix:%s/milter.sock" % self.dir
        self.store = database.make(self.dir + "/sendward.db")
        self.options = dict(DEFAULTS, dir=self.dir, socket=self.socket,
                            store=self.store,
                            journal=self.dir + "/journal")
        self.daemon = None
        with open(self.dir + "/master.key", "wb") as f:
            os.fchmod(f.fileno(), 0o400)
            f.write(secrets.token_bytes(32))
        self.write_conf()
        self.ctl("db", "migrate")

    def write_conf(self, **options):
        self.options.update(options)
        with open(self.conf + ".new", "w", encoding="ascii") as f:
            f.write(CONF % self.options)
        os.rename(self.conf + ".new", self.conf)

    def ctl(self, *args):
        done = subprocess.run(
            [self.build + "/ctl/sendwardctl", "-c", self.conf] + list(args),
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False)
        expect(done.returncode == 0, "sendwardctl %s: exit %d: %s" % (
            " ".join(args), done.returncode, done.stdout + done.stderr))
        return done.stdout

    def ctl_json(self, *args):
        return json.loads(self.ctl(*args, "--json"))

    def sql(self, text):
        """For states that only DNS and time bring about."""
        return database.sql(self.store, text)

    def populate(self):
        """Account shop: production, domain shop.example, address
        me@elsewhere.example, login shop. Account young: sandbox, young.example,
        login young. Login apid is trusted, mallory belongs to nobody."""
        self.ctl("account", "create", "shop")
        self.ctl("account", "set", "shop", "--production", "on")
        self.ctl("account", "create", "young")
        for account, identity in (("shop", "shop.example"),
                                  ("shop", "me@elsewhere.example"),
                                  ("young", "young.example"),
                                  ("young", "friend@reader.example")):
            self.ctl("identity", "create", account, identity)
            self.ctl("identity", "verify", account, identity)
        self.ctl("login", "add", "shop", "shop")
        self.ctl("login", "add", "young", "young")
        self.ctl("suppression", "add", "shop", "gone@reader.example",
                 "--reason", "BOUNCE")
        return self

    # -- the daemon --------------------------------------------------------
    def start(self, *wrapper, env=None):
        before = self.log().count("daemon.start")
        self.daemon = subprocess.Popen(
            list(wrapper) + [self.build + "/milter/sendward-milter", "-c",
                             self.conf, "-f"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=dict(os.environ, **(env or {})), text=True)
        wait_for(lambda: self.log().count("daemon.start") > before or
                 self.daemon.poll() is not None, 20, "the milter starts")
        expect(self.daemon.poll() is None,
               "the milter does not start: " + (self.daemon.stderr.read()
                                                if self.daemon.poll() else ""))
        return self

    def log(self):
        try:
            with open(self.dir + "/log", encoding="utf-8",
                      errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def events(self, name, since=0):
        """Log lines of that event, as dicts of their pairs."""
        found = []
        for line in self.log()[since:].split("\n"):
            if " %s" % name in line + " ":
                found.append(dict(re.findall(
                    r'([a-z_]+)=("(?:[^"\\]|\\.)*"|\S+)', line)))
        return found

    def journal(self):
        """What was noted of messages, in the order of the files."""
        found = []
        for name in sorted(glob.glob(
                self.options["journal"] + "/*.journal")):
            with open(name, encoding="utf-8") as f:
                # "?": it is being signed; "#": it did not leave
                found += [json.loads(line) for line in f if line[0] == "{"]
        return found

    def reload(self, **options):
        before = self.log().count("conf.reloaded")
        self.write_conf(**options)
        self.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count("conf.reloaded") > before, 5,
                 "the milter loads its configuration anew")

    def wait_log(self, event, before):
        wait_for(lambda: self.log().count(event) > before, 5, event)

    def settle(self):
        """Until what sendwardctl changed is in force: at most one second."""
        time.sleep(1)

    def rss_kib(self, key="VmRSS"):
        with open("/proc/%d/status" % self.daemon.pid, encoding="ascii") as f:
            return int(re.search(key + r":\s+(\d+)", f.read()).group(1))

    def is_alive(self):
        return self.daemon is not None and self.daemon.poll() is None

    def stop(self, number=signal.SIGTERM, seconds=15):
        """Ends the daemon; its exit status."""
        if self.daemon is None:
            return None
        if self.daemon.poll() is None:
            self.daemon.send_signal(number)
        try:
            status = self.daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            status = "did not end"
        self.stderr = self.daemon.stderr.read()
        self.daemon.stderr.close()
        self.daemon = None
        return status

    def remove(self):
        if self.daemon is not None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- sessions ----------------------------------------------------------
    def mta(self, address="198.51.100.9", port=40000, daemon="smtpd",
            **options):
        mta = Mta(self.socket, **options)
        mta.connect(address=address, port=port, daemon=daemon)
        return mta

    def one(self, sender="<a@shop.example>", rcpts=("<x@reader.example>",),
            headers=(("From", "A <a@shop.example>"),), body=b"hello\r\n",
            login="shop", author="", args=(), queue_id="4jYjJ93vgwz1bYMv",
            **session):
        """One message in a session of its own: (reply, edits)."""
        mta = self.mta(**session)
        reply = mta.message(sender, rcpts, headers, body, queue_id, login,
                            author, args)
        mta.quit()
        return reply, mta.edits

    def dns(self, account, identity):
        """A look-up function for python3-dkim, from the published records."""
        text = self.ctl("identity", "records", account, identity,
                        "--format", "zone")
        records = {}
        for name, value in re.findall(
                r"(?ms)^(\S+)\.?\s+(?:\d+\s+)?(?:IN\s+)?TXT\s+(.*?)$", text):
            joined = "".join(re.findall(r'"([^"]*)"', value))
            records[name.rstrip(".").lower()] = joined.encode()
        return lambda name, timeout=5: records.get(
            name.decode().rstrip(".").lower(), b"")
