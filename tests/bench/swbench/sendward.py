"""A private sendward: configuration, database, accounts, its two daemons.
Everything but bulk accounts is made with sendwardctl, as an operator would."""

import json
import os
import shutil
import sqlite3

from .procs import BenchError, call, free_port

DOMAIN = "example.com"
RULES = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                     "..", "..", "..", "report", "bounce.rules")
BIG = 1000000000

CONF = """\
mode = "enforce";
store = "%(store)s";
host = "%(host)s";
master_key_file = "%(dir)s/master.key";
user = "";
bounce_domain = "bounce.example";
log = { target = "%(dir)s/sendward.log"; level = "%(level)s"; };
milter = { socket = "%(milter)s"; };
policy = { socket = "%(policy)s"; };
feedback = { socket = "unix:%(dir)s/feedback.sock"; rules_file = "%(rules)s"; };
journal = "%(dir)s/journal";
%(extra)s
"""


class Sendward:
    """name: a directory of its own under the work directory."""

    def __init__(self, ctx, name="sendward", tcp=False, networks=False,
                 level="info", store=None, host="", like=None):
        """store: a url instead of a SQLite file; like: another one whose store
        this shares as another host, with the master key."""
        self.ctx = ctx
        self.work = ctx.work
        self.name = name
        self.dir = self.work.mkdir(name)
        self.daemons = {}
        self.records = None
        self.milter_target = os.path.join(self.dir, "milter.sock")
        self.policy_target = os.path.join(self.dir, "policy.sock")
        self.feedback_target = os.path.join(self.dir, "feedback.sock")
        milter = "unix:" + self.milter_target
        self.milter_addr, self.policy_addr = milter, (
            "unix:" + self.policy_target)
        if tcp:
            port = free_port()
            milter = "inet:%d@127.0.0.1" % port
            self.milter_target = ("127.0.0.1", port)
            self.milter_addr = "inet:127.0.0.1:%d" % port
        extra = ""
        if networks:
            extra = ('networks = ( { cidr = "127.0.0.0/8"; '
                     'account = "bench"; } );')
        self.conf = self.work.write(name + "/sendward.conf", CONF % {
            "dir": self.dir, "level": level, "milter": milter,
            "store": store or "sqlite:%s/sendward.db" % self.dir,
            "host": host,
            "policy": self.policy_addr, "extra": extra,
            "rules": RULES})
        self.key = os.path.join(self.dir, "master.key")
        if like is None:
            with open(self.key, "wb") as f:
                f.write(os.urandom(32))
            os.chmod(self.key, 0o400)
            self.create()
        else:
            shutil.copy(like.key, self.key)
            self.records = like.records

    def ctl(self, *args):
        return call([self.ctx.program("ctl/sendwardctl"), "-c", self.conf] +
                    [str(a) for a in args])

    def ctl_json(self, *args):
        text = self.ctl("--json", *args)
        try:
            return json.loads(text)
        except ValueError:
            raise BenchError("sendwardctl %s: no JSON: %s" % (
                " ".join(args), text[:300])) from None

    def create(self):
        """One production account that may send all it likes."""
        self.ctl("db", "migrate")
        self.ctl("account", "create", "bench")
        self.ctl("account", "set", "bench", "--production", "on",
                 "--daily", BIG, "--rate", 1000000)
        self.ctl("identity", "create", "bench", DOMAIN)
        self.ctl("identity", "verify", "bench", DOMAIN)
        self.ctl("login", "add", "bench", "bench")
        for i in range(3):
            self.ctl("suppression", "add", "bench",
                     "gone%d@example.net" % i, "--reason", "BOUNCE")
        self.records = self.dns_records()

    def dns_records(self):
        """What a verifier would find: name to TXT value."""
        shown = self.ctl_json("identity", "records", "bench", DOMAIN,
                              "--format", "json")
        rows = shown if isinstance(shown, list) else shown["records"]
        return {r["name"].rstrip("."): r["value"] for r in rows
                if "_domainkey" in r["name"]}

    def start(self, which, suffix=""):
        """which: milter, policyd or feedback."""
        folder = {"policyd": "policy"}.get(which, which)
        target = {"milter": self.milter_target,
                  "policyd": self.policy_target,
                  "feedback": self.feedback_target}[which]
        program = self.ctx.program("%s/sendward-%s" % (folder, which))
        proc = self.work.start("%s-%s%s" % (self.name, which, suffix), [
            program, "-c", self.conf, "-f"])
        try:
            proc.wait_socket(target)
        except BenchError as e:
            raise BenchError("%s\n%s" % (e, self.log_tail())) from None
        self.daemons[which] = proc
        return proc

    def log_tail(self):
        try:
            with open(os.path.join(self.dir, "sendward.log"), "rb") as f:
                return f.read()[-1500:].decode("utf-8", "replace")
        except OSError:
            return ""

    def add_accounts(self, count, prefix="user"):
        """Accounts PREFIXn, each with a login of the same name, copies of
        bench in everything else; past sendwardctl, because of their number."""
        db = sqlite3.connect(os.path.join(self.dir, "sendward.db"))
        try:
            account, login = row_of(db, "account"), row_of(db, "login")
            for i in range(count):
                name = "%s%d" % (prefix, i)
                new = insert(db, "account", dict(account, name=name))
                insert(db, "login", dict(login, name=name, account_id=new))
            db.commit()
        finally:
            db.close()

    def used(self, account):
        return self.ctl_json("quota", "show", account)["used"]


def row_of(db, table):
    """bench's row without its key."""
    db.row_factory = sqlite3.Row
    row = dict(db.execute(
        "SELECT * FROM %s WHERE name = 'bench'" % table).fetchone())
    row.pop("id", None)
    return row


def insert(db, table, row):
    names = ", ".join(row)
    marks = ", ".join(":" + n for n in row)
    return db.execute("INSERT INTO %s (%s) VALUES (%s)" % (
        table, names, marks), row).lastrowid


class SendwardMilter:
    name = "sendward"

    def __init__(self, sendward, suffix=""):
        self.sendward = sendward
        self.proc = sendward.start("milter", suffix)
        self.pid = self.proc.pid
        self.addr = sendward.milter_addr
        self.records = sendward.records


class SendwardPolicy:
    """Asked at DATA, where quickstart and the manual put it."""
    name = "sendward"
    stages = "D"

    def __init__(self, sendward, users, suffix=""):
        self.sendward = sendward
        self.users = users
        self.proc = sendward.start("policyd", suffix)
        self.pid = self.proc.pid
        self.addr = sendward.policy_addr

    def counted(self):
        return sum(self.sendward.used("user%d" % i)
                   for i in range(self.users))
