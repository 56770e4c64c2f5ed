"""A policy server of its own, its database, and clients that talk to it. Knows
nothing of single scenarios."""
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or SRC
sys.path.insert(0, os.path.join(SRC, "tests", "lib"))

import database  # noqa: E402
from cases import Failure, expect, wait_for  # noqa: E402

DUNNO = "DUNNO"
REPORTS_WITHIN_SEC = 1.5
_running = []
_instances = itertools.count()
_hosts = itertools.count()


def new_dir():
    return tempfile.mkdtemp(prefix="policy.", dir=os.environ.get("TMPDIR"))


def cleanup():
    for server in list(_running):
        server.kill()


class Database:
    """A fresh store, written to by SQL, as `sendwardctl` would."""

    def __init__(self):
        folder = new_dir()
        self.url = database.make(os.path.join(folder, "sendward.db"))
        conf = os.path.join(folder, "conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write('store = "%s"; user = ""; bounce_domain = "bounce.test"; '
                    'master_key_file = "%s/key";\n' % (self.url, folder))
        done = subprocess.run(
            [BUILD + "/ctl/sendwardctl", "-c", conf, "db", "migrate"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False)
        expect(done.returncode == 0, "db migrate: " + done.stderr)

    def run(self, sql, *values):
        return database.sql(self.url, sql, *values)

    def account(self, name, daily=-1, rate=1000000.0, logins=None):
        self.run("INSERT INTO account (name, production, paused, pause_reason,"
                 " daily_quota, rate, policy, pool, contact, created_sec)"
                 " VALUES (?, 1, 0, '', ?, ?, 'none', '', '', 1)",
                 name, daily, rate)
        for login in logins or [name]:
            self.run("INSERT INTO login SELECT ?, id, 1 FROM account"
                     " WHERE name = ?", login, name)

    def taken(self, name):
        """What is debited: spent, or in a lease."""
        (used, buckets), = self.run(
            "SELECT (SELECT COALESCE(SUM(used), 0) FROM quota"
            " WHERE account_id = account.id),"
            " (SELECT COALESCE(SUM(recipients), 0) FROM usage"
            " WHERE account_id = account.id) FROM account WHERE name = ?",
            name)
        expect(used == buckets, "quota.used %d, usage %d" % (used, buckets))
        return used

    def reported(self, name):
        """What counts, as far as the store knows."""
        (unspent,), = self.run(
            "SELECT COALESCE(SUM(granted - spent), 0) FROM lease JOIN account"
            " ON id = account_id WHERE name = ?", name)
        return self.taken(name) - unspent

    def used(self, name):
        """What counts, when it has not changed for longer than a process
        takes to report what it spent."""
        last, since = None, 0
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            now = self.reported(name)
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > REPORTS_WITHIN_SEC:
                return now
            time.sleep(0.05)
        raise Failure("what is used of %s does not settle: %d" % (name, last))

    def lock(self):
        """A write transaction that keeps all others out until .close()."""
        return database.lock(self.url)


class Server:
    """sendward-policyd in the foreground. Options are lines of its file."""

    def __init__(self, db, *options, inet=None, env=None):
        self.dir = new_dir()
        self.db = db
        self.path = os.path.join(self.dir, "policy.sock")
        self.port = inet
        # a name of its own for each, as of many hosts with one store
        self.host = "host%d" % next(_hosts)
        self.releases = os.path.join(self.dir, "release.sock")
        self.conf = os.path.join(self.dir, "sendward.conf")
        self.log_path = os.path.join(self.dir, "log")
        self.env = dict(os.environ, **(env or {}))
        # what AddressSanitizer keeps of freed memory is no growth
        self.env["ASAN_OPTIONS"] = ":".join(filter(None, [
            self.env.get("ASAN_OPTIONS"), "quarantine_size_mb=1"]))
        self.options = list(options)
        self.process = None
        self.write_conf(*options)

    def write_conf(self, *options):
        listen = "unix:" + self.path if self.port is None else \
            "inet:%d@127.0.0.1" % self.port
        lines = ['store = "%s";' % self.db.url, 'user = "";',
                 'host = "%s";' % self.host,
                 'journal = "%s/journal";' % self.dir,
                 'bounce_domain = "bounce.test";',
                 'log: { target = "%s"; level = "%s"; };' % (
                     self.log_path,
                     "info" if "log.info" in options else "debug")]
        policy = ['socket = "%s";' % listen]
        if self.port is not None:
            policy.append('release_socket = "%s";' % self.releases)
        for option in options:
            if option.startswith("policy."):
                policy.append(option[len("policy."):])
            elif option != "log.info":
                lines.append(option)
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\npolicy: { %s };\n" % " ".join(policy))

    def spawn(self):
        program = os.path.join(BUILD, "policy", "sendward-policyd")
        self.process = subprocess.Popen(
            [program, "-f", "-c", self.conf], env=self.env,
            stdin=subprocess.DEVNULL)
        _running.append(self)
        return self

    def start(self):
        self.spawn()
        wait_for(self.is_up, 30, "sendward-policyd listens")
        return self

    def is_up(self):
        expect(self.process.poll() is None,
               "sendward-policyd ended: %s" % self.process.poll())
        try:
            with self.connect() as c:  # of nobody: the loop runs
                is_answered = c.ask() == DUNNO
        except OSError:
            return False
        return is_answered and "daemon.start" in self.log()

    def connect(self, timeout=30):
        return Client(self, timeout)

    def refused(self, queue_id, session="127.0.0.1:40000"):
        """What the milter says of a message that it refused."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.sendto(("%s\n%s" % (queue_id, session)).encode(), self.releases)

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=30):
        """Asks it to end; the exit status."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=30):
        status = self.process.wait(seconds)
        if self in _running:
            _running.remove(self)
        return status

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    def reload(self, *options):
        count = self.log().count("conf.reloaded")
        self.write_conf(*options)
        self.signal(signal.SIGHUP)
        wait_for(lambda: self.log().count("conf.reloaded") > count, 10,
                 "conf.reloaded")

    def status(self, field):
        with open("/proc/%d/status" % self.process.pid,
                  encoding="ascii") as f:
            for line in f:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise KeyError(field)

    def cpu_sec(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as f:
            words = f.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Client:
    def __init__(self, server, timeout=30):
        if server.port is None:
            self.socket = socket.socket(socket.AF_UNIX)
            address = server.path
        else:
            self.socket = socket.socket()
            address = ("127.0.0.1", server.port)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next answer without "action=", None at the end."""
        line = self.file.readline()
        if not line:
            return None
        empty = self.file.readline()
        expect(line.startswith(b"action=") and empty == b"\n",
               "no answer: %r %r" % (line, empty))
        return line[len(b"action="):-1].decode("ascii")

    def ask(self, **attributes):
        self.send(request(**attributes))
        return self.answer()


def new_instance():
    return "%x.%x.%x" % (os.getpid(), int(time.time()), next(_instances))


def request(state="RCPT", login="", instance=None, recipient="to@there.example",
            **more):
    """As Postfix 3.7 writes it."""
    if instance is None:
        instance = new_instance()
    values = dict(
        request="smtpd_access_policy", protocol_state=state,
        protocol_name="ESMTP", client_address="127.0.0.1",
        client_name="localhost", client_port="40000",
        reverse_client_name="localhost", server_address="127.0.0.1",
        server_port="587", helo_name="app.example",
        sender="news@shop.example", recipient=recipient, recipient_count="0",
        queue_id="", instance=instance, size="0", etrn_domain="", stress="",
        sasl_method="PLAIN" if login else "", sasl_username=login,
        sasl_sender="", ccert_subject="", ccert_issuer="",
        ccert_fingerprint="", ccert_pubkey_fingerprint="",
        encryption_protocol="", encryption_cipher="", encryption_keysize="0",
        policy_context="")
    values.update({k: str(v) for k, v in more.items()})
    return "".join("%s=%s\n" % pair for pair in values.items()
                   if pair[1] != "None").encode() + b"\n"
