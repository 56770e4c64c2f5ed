"""Runs sendwardctl on a store of its own, in TMPDIR."""
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRC") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or SRC
PROGRAM = os.path.join(BUILD, "ctl", "sendwardctl")
sys.path.insert(0, os.path.join(SRC, "tests", "lib"))
import database  # noqa: E402
from cases import expect, expect_equal  # noqa: E402
from zone import Zone  # noqa: E402

DONE, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 75
# The user that the daemons would run as.
USER = "nobody" if os.geteuid() == 0 else ""


GROUPS = {
    "milter": 'socket = "unix:{dir}/milter.sock";',
    "policy": 'socket = "inet:10031@127.0.0.1";',
    "feedback": 'socket = "unix:{dir}/feedback.sock"; '
                'rules_file = "{src}/report/bounce.rules";',
    "dns": 'servers = "127.0.0.1@{port}"; timeout_sec = 1;',
    "mail": 'from = "post@bounce.example"; operator = "op@bounce.example";',
    "api": 'url = "https://mail.example:8025";',
}


class Site:
    """A configuration, its store, and a name server (dns). Options are lines of
    the file, groups settings of a group instead of those in GROUPS."""

    def __init__(self, *options, **groups):
        self.dir = tempfile.mkdtemp(prefix="ctl.",
                                    dir=os.environ.get("TMPDIR"))
        os.chmod(self.dir, 0o755)
        self.store_dir = os.path.join(self.dir, "store")
        os.mkdir(self.store_dir)
        if USER:
            user = pwd.getpwnam(USER)
            os.chown(self.store_dir, user.pw_uid, user.pw_gid)
        self.db = os.path.join(self.store_dir, "sendward.db")
        self.store = database.make(self.db)
        self.key = os.path.join(self.dir, "master.key")
        self.dns = Zone()
        self.dns.set("bounce.example", "MX", "10 mail.bounce.example.")
        self.dns.set("bounce.example", "TXT", "v=spf1 ip4:192.0.2.1 -all")
        groups = dict(GROUPS, **groups)
        if "submission" not in groups["api"]:
            os.chmod(self.write("sendward", ""), 0o666)
            groups["api"] += ' submission = "unix:{dir}/sendward";'
        self.conf = self.write("sendward.conf", "\n".join((
            'store = "%s";' % self.store,
            'master_key_file = "%s";' % self.key,
            'user = "%s";' % USER,
            'bounce_domain = "bounce.example";',
            'journal = "%s/journal";' % self.store_dir,
        ) + options + tuple(
            "%s = { %s };" % (name, text.format(
                dir=self.dir, port=self.dns.port, src=SRC))
            for name, text in groups.items())) + "\n")

    def path(self, name):
        return os.path.join(self.dir, name)

    def sql(self, text):
        """The rows as `sqlite3` prints them."""
        return "\n".join("|".join("" if v is None else str(v) for v in row)
                         for row in database.sql(self.store, text))

    def stored(self):
        """All that is kept, as bytes."""
        if database.is_postgresql():
            return database.dump(self.store).encode()
        with open(self.db, "rb") as db:
            return db.read()

    def write(self, name, text):
        if isinstance(text, str):
            text = text.encode()
        with open(self.path(name), "wb") as out:
            out.write(text)
        return self.path(name)

    def remove(self):
        self.dns.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, *args, stdin=b"", user=None, conf=None):
        """The finished process; its output as bytes."""
        return subprocess.run(
            [PROGRAM, "-c", conf or self.conf] + list(args), input=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, user=user,
            group=user and pwd.getpwnam(user).pw_gid,
            extra_groups=[] if user else None, timeout=60, check=False)

    def ok(self, *args, **more):
        """Must succeed and say nothing on stderr; its output."""
        done = self.run(*args, **more)
        expect(done.returncode == DONE and not done.stderr,
               "%s: exit %d, stderr %r" % (list(args), done.returncode,
                                           done.stderr[-500:]))
        return done.stdout.decode()

    def json(self, *args, **more):
        """Must succeed with one JSON document."""
        return json.loads(self.ok("--json", *args, **more))

    def fails(self, status, text, *args, **more):
        """Must exit so, with one clean line on stderr that holds text."""
        done = self.run(*args, **more)
        complaint = done.stderr.decode()  # UTF-8, whatever came in
        what = "%s: %r" % ([a[:60] for a in args], complaint[-500:])
        expect_equal(done.returncode, status, "exit of " + what)
        expect(text in complaint, "no %r in %s" % (text, what))
        expect(complaint.startswith("sendwardctl: "), "start of " + what)
        expect(complaint.count("\n") == 1 and complaint.endswith("\n"),
               "more than one line: " + what)
        expect(len(complaint) < 2000, "a long complaint: " + what)
        expect(not any(ord(c) < 32 or 127 <= ord(c) < 160
                       for c in complaint[:-1]), "control: " + what)
        return complaint


def commands():
    """(noun, verb) of the command table; verb None: the noun alone."""
    found = []
    nouns = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True,
                           check=True).stdout
    block = nouns.split("nouns:\n")[1].split("\n\n")[0]
    for noun in (line.split()[0] for line in block.splitlines()):
        text = subprocess.run([PROGRAM, noun, "--help"], capture_output=True,
                              text=True, check=True).stdout
        if "\nverbs:\n" not in text:
            found.append((noun, None))
            continue
        for line in text.split("verbs:\n")[1].split("\n\n")[0].splitlines():
            found.append((noun, line.split()[0]))
    return found
