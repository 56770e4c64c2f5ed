"""A private stack for scenarios, started by quickstart's own code, and the
clients that drive it. Knows nothing of single scenarios."""
import email
import email.policy
import glob
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import database
from cases import Failure, expect, in_force, wait_for

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "run", "build")
sys.path.insert(0, os.path.join(SRC, "tools"))
import dnszone  # noqa: E402

QUIET = dict(stdin=subprocess.DEVNULL, capture_output=True, text=True,
             errors="replace", check=False)

CHANGING_VERBS = ("add", "allow", "create", "delete", "disable", "disallow",
                  "enable", "import", "mail-from", "pause", "remove", "resume",
                  "set", "verify")


class Stack:
    def __init__(self, run, user=None):
        self.run = run
        self.environ = dict(os.environ, SENDWARD_RUN=run, SENDWARD_BUILD=BUILD)
        self.environ.pop("NEXT_HOP", None)
        self.environ["STORE"] = database.kind()
        if user is not None:
            self.environ["SENDWARD_USER"] = user
        self.env = {}
        self.seen = {}  # files of OUTBOX do not change: each is read once

    # -- the whole ---------------------------------------------------------
    def quickstart(self, *args):
        return subprocess.run([SRC + "/quickstart"] + list(args),
                              env=self.environ, **QUIET)

    def start(self):
        """Starts what does not run, and reads run/env."""
        done = self.quickstart("start")
        expect(done.returncode == 0,
               "quickstart start: " + done.stdout[-500:] + done.stderr[-1500:])
        self.env = {}
        with open(self.run + "/env", encoding="utf-8") as f:
            for line in f:
                name, _, value = line.rstrip("\n").partition("=")
                self.env[name] = shlex.split(value)[0]
        return self

    def down(self):
        self.quickstart("down")

    def __getattr__(self, name):
        if name.isupper() and name in self.env:
            return self.env[name]
        raise AttributeError(name)

    def dns(self, verb, name, rtype, *value):
        """As `quickstart dns`, without a process each."""
        try:
            dnszone.change(self.run + "/dns", self.DNS_SERVER, verb, name,
                           rtype, value)
        except SystemExit as why:
            raise Failure(str(why)) from why

    # -- parts -------------------------------------------------------------
    def pid(self, part):
        with open("%s/pids/%s" % (self.run, part), encoding="ascii") as f:
            return int(f.read())

    def kill(self, part, number=signal.SIGKILL):
        os.kill(self.pid(part), number)

    def is_running(self, part):
        try:
            with open("/proc/%d/stat" % self.pid(part),
                      encoding="ascii", errors="replace") as f:
                return f.read().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    def log(self, part):
        path = {"postfix": "/postfix/log/mail.log"}.get(
            part, "/log/%s.log" % part)
        with open(self.run + path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def set_options(self, **options):
        """Sets top-level options of sendward.conf and lets the programs load
        it; they log it before they use it."""
        path = self.run + "/sendward.conf"
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for name, value in options.items():
            line = "%s = %s;\n" % (name, json.dumps(value))
            text = re.sub(r"(?m)^%s = .*\n" % name, "", text) + line
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(path + ".new", path)
        for part in ("milter", "policyd", "apid", "feedback", "jobd"):
            if self.is_running(part):
                self.reload(part)

    def reload(self, part):
        before = self.log(part).count("conf.reloaded")
        self.kill(part, signal.SIGHUP)
        wait_for(lambda: self.log(part).count("conf.reloaded") > before, 20,
                 part + " loads its configuration anew")

    # -- sendwardctl -------------------------------------------------------
    def ctl_run(self, *args):
        return subprocess.run(
            [self.SENDWARDCTL, "-c", self.SENDWARD_CONF] + list(args),
            env=self.environ, **QUIET)

    def ctl(self, *args):
        """What it prints; what it changed is in force."""
        out = self.ctl_first(*args)
        if args[1] in CHANGING_VERBS:
            in_force()
        return out

    def ctl_first(self, *args):
        """What it prints. Another change follows before anybody looks."""
        done = self.ctl_run(*args)
        expect(done.returncode == 0, "sendwardctl %s: exit %d: %s" % (
            " ".join(args), done.returncode, done.stdout + done.stderr))
        return done.stdout

    def ctl_json(self, *args):
        return json.loads(self.ctl(*args, "--json"))

    def sql(self, text, *values):
        """Rows of a statement behind sendward's back."""
        return database.sql(self.STORE_URL, text, *values)

    def used(self, account):
        """Recipients counted in the last 24 hours."""
        return self.ctl_json("quota", "show", account)["used"]

    def settled(self, account):
        """As used, when it has not changed for longer than the policy server
        takes to report what it spent."""
        last, since = None, 0
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            now = self.used(account)
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > 1.5:
                return now
            time.sleep(0.1)
        raise Failure("used of %s does not settle: %s" % (account, last))

    def new_account(self, name, **options):
        """A production account with a verified domain NAME.example and a
        credential: (user, password). One of a former run is deleted."""
        gone = self.ctl_run("account", "delete", name, "--yes")
        expect(gone.returncode == 0 or "no account" in gone.stderr,
               "account delete %s: %s" % (name, gone.stderr))
        self.ctl_first("account", "create", name)
        settings = {"production": "on", "daily": "100000", "rate": "10000"}
        settings.update(options)
        args = [w for k, v in settings.items() for w in ("--" + k, v)]
        self.ctl_first("account", "set", name, *args)
        self.add_domain_first(name, name + ".example")
        made = self.ctl_json("credential", "create", name)
        return made["smtp_username"], made["smtp_password"]

    def add_mailbox(self, user, password):
        """A login of the "existing mail setup", with its own password."""
        with open(self.run + "/dovecot/users", "a", encoding="ascii") as f:
            f.write("%s:{PLAIN}%s\n" % (user, password))
        time.sleep(1)  # Dovecot looks for a newer file, in whole seconds

    def add_domain(self, account, domain):
        self.add_domain_first(account, domain)
        in_force()

    def add_domain_first(self, account, domain):
        """Another change follows before anybody looks."""
        self.ctl_first("identity", "create", account, domain)
        self.publish(account, domain)
        self.ctl_first("identity", "verify", account, domain)

    def records(self, account, domain):
        return json.loads(self.ctl(
            "identity", "records", account, domain, "--format", "json"))

    def publish(self, account, domain):
        for r in self.records(account, domain):
            self.dns("add", r["name"], r["type"], r["value"])

    # -- what came out -----------------------------------------------------
    def outbox(self):
        return sorted(glob.glob(self.OUTBOX + "/[0-9]*"))

    def find(self, token):
        """Delivered messages that contain the token."""
        token = token.encode()
        for path in self.outbox():
            if path not in self.seen:
                self.seen[path] = Delivered(path)
        return [d for d in self.seen.values() if token in d.data]

    def delivered(self, token, seconds=30):
        return wait_for(lambda: self.find(token), seconds,
                        "delivery of the message with " + token)[0]

    # -- letters of sendward's own ------------------------------------------
    def letters(self, address):
        """What sendward wrote to this address, the oldest first."""
        self.find("")  # reads what is new
        return [d for _, d in sorted(self.seen.items())
                if address in d.recipients
                and d.values("from")[0:1]
                and "noreply@mail.example" in d.values("from")[0]]

    def letter(self, address, number=1, seconds=60):
        """The letter with this number to the address, once it is there."""
        return wait_for(lambda: self.letters(address)[number - 1:number],
                        seconds, "letter %d to %s" % (number, address))[0]

    def link(self, address, number=1, seconds=60):
        """The confirmation link in that letter."""
        text = self.letter(address, number, seconds).text()
        found = re.findall(r"http\S+/verify/[A-Za-z0-9_-]+", text)
        expect(len(set(found)) == 1, "links in the letter: %r" % found)
        return found[0]

    def queue_drained(self, seconds=60):
        wait_for(lambda: not self.queue(), seconds, "an empty mail queue")

    def queue(self):
        out = self.postfix_tool("postqueue", "-j")
        expect(out.returncode == 0, "postqueue: " + out.stderr)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def postfix_tool(self, name, *args):
        return self.postfix_tool_at(self.run + "/postfix/etc", name, *args)

    def postfix_tool_at(self, etc, name, *args):
        """The same on another configuration."""
        beside = self.run + "/unpacked/postfix"  # another MTA is installed
        path = "/usr/sbin/" + name
        env = dict(self.environ)
        if os.path.isdir(beside):
            path = beside + path
            env["LD_LIBRARY_PATH"] = beside + "/usr/lib/postfix"
        return subprocess.run(
            [path, "-c", etc] + list(args), env=env, **QUIET)

    def ask_policy_at(self, *stages):
        """Puts the policy service at these stages of the submission listener;
        start() puts it back to DATA alone."""
        path = self.run + "/postfix/etc/master.cf"
        with open(path, encoding="utf-8") as f:
            text = f.read()
        head, _, rest = text.partition("  -o smtpd_recipient_restrictions=\n")
        rest = rest.partition("  -o smtpd_data_restrictions=")[2]
        rest = rest.partition("\n")[2]
        with open(path, "w", encoding="utf-8") as f:
            f.write(head + "".join("  -o smtpd_%s_restrictions="
                                   "$sendward_policy\n" % stage
                                   for stage in stages) + rest)
        done = self.postfix_tool("postfix", "reload")
        expect(done.returncode == 0, "postfix reload: " + done.stderr)
        time.sleep(0.5)

    def map_domains(self):
        """Tells Postfix of MAIL FROM domains that are verified by now."""
        done = self.quickstart("domains")
        expect(done.returncode == 0, "quickstart domains: " + done.stderr)

    def not_delivered(self, token):
        """The queue is empty and nothing with the token came out of it."""
        self.queue_drained()
        expect(not self.find(token), "%s was delivered" % token)


class Delivered:
    """One file of OUTBOX."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            self.data = f.read()
        self.sender, self.recipients = None, []
        rest = self.data
        while True:
            line, _, after = rest.partition(b"\n")
            if line.startswith(b"X-Mail-Args: "):
                self.sender = line[13:].decode()
            elif line.startswith(b"X-Rcpt-Args: "):
                self.recipients.append(line[13:].decode().strip("<>"))
            elif not re.match(rb"X-(Client-Addr|Helo-Args): ", line):
                break
            rest = after
        self.message = rest
        head, _, self.body = rest.partition(b"\n\n")
        unfolded = re.sub(rb"\n[ \t]+", b" ", head)
        self.headers = [
            (n.decode().lower(), v.decode("utf-8", "replace").strip())
            for n, _, v in (h.partition(b":") for h in unfolded.split(b"\n"))]

    def text(self, kind="plain"):
        """The decoded text/plain or text/html part."""
        message = email.message_from_bytes(
            self.message, policy=email.policy.default)
        part = message.get_body(preferencelist=(kind,))
        return part.get_content() if part else ""

    def values(self, name):
        return [v for n, v in self.headers if n == name.lower()]


def verify(stack, delivered):
    """Both independent verifiers say that every signature passes; their
    lines."""
    lines = []
    for tool in ("dkim-verify.py", "dkim-verify.pl"):
        interpreter = "/usr/bin/perl" if tool.endswith("pl") \
            else "/usr/bin/python3"
        done = subprocess.run([interpreter, "%s/tools/%s" % (SRC, tool),
                               stack.DNS_SERVER, delivered.path], **QUIET)
        expect(done.returncode == 0, "%s: %s" % (
            tool, done.stdout + done.stderr))
        lines += done.stdout.split("\n")
    return [line for line in lines if line]


_serial = [0]


def token(word="t"):
    """A word that is in no other message."""
    _serial[0] += 1
    return "%s-%d-%d-%d" % (word, os.getpid(), time.time_ns() % 10**9,
                            _serial[0])


def shared_stack():
    """The stack that all scenarios of a run share, with every part alive."""
    run = os.environ.get("SENDWARD_TEST_STACK") or os.path.join(SRC, "run")
    return Stack(run).start()
