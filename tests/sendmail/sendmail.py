"""A real Sendmail, unpacked from Debian's packages and never installed, with the
lines of `sendwardctl setup sendmail`; beside it a milter that counts, the feedback
processor, a name server and a next hop. Knows nothing of single scenarios.

Sendmail trusts no file below a folder that others may write to, such as /tmp, and
wants a host name with a dot: so all of it is in a mount and UTS namespace of its
own, where the scenario's folder is ROOT."""
import glob
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys

import database
from cases import expect, wait_for
from knotd import Knotd
from smtp import Client
from stack import QUIET, Delivered

SRC = os.environ.get("SRC") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "build-tests", "asan")
ROOT = "/mnt"
USER = "nobody"
HOST = "mail.sendmail.example"
BOUNCE_DOMAIN = "bounce.example"
# The operator's own domain, whose mail comes from anybody.
HERE = "here.example"
PASSWORD = "correct horse"
START_SEC = 60

CONF = """\
mode = "enforce";
store = "%(store)s";
master_key_file = "%(root)s/master.key";
user = "%(user)s";
host = "sendmail";
journal = "%(root)s/store/journal";
bounce_domain = "%(bounce)s";
pacing_sec = 1;
networks = ( { cidr = "127.0.0.1/32"; account = "local"; } );
log = { target = "stderr"; level = "info"; };
milter = { socket = "unix:%(root)s/run/milter.sock"; quota = true; };
feedback = { socket = "unix:%(root)s/run/feedback.sock";
             rules_file = "%(root)s/bounce.rules"; };
"""

# What a server has before sendward comes. Clients log in at the submission port.
BEFORE = """\
define(`_CF_DIR_', `%(cf)s/')dnl
include(`%(cf)s/m4/cf.m4')dnl
define(`MAIL_SETTINGS_DIR', `%(root)s/mail/')dnl
OSTYPE(`linux')dnl
define(`QUEUE_DIR', `%(root)s/queue')dnl
define(`confPID_FILE', `%(root)s/sendmail.pid')dnl
define(`STATUS_FILE', `')dnl
define(`ALIAS_FILE', `')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTO_IDENT', `0')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confSERVICE_SWITCH_FILE', `%(root)s/mail/service.switch')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h %(next)d')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1, Port=%(mx)d, Family=inet')dnl
DAEMON_OPTIONS(`Name=MSA, Addr=127.0.0.1, Port=%(submission)d, Family=inet, M=Ea')dnl
TRUST_AUTH_MECH(`PLAIN LOGIN')dnl
define(`confAUTH_MECHANISMS', `PLAIN LOGIN')dnl
"""
MAILERS = "MAILER(`smtp')dnl\n"
# Cyrus SASL looks there for Sendmail.conf.
AFTER = """\
LOCAL_CONFIG
ESASL_CONF_PATH=%(root)s/sasl
"""
# sendmail(1): hands in what programs of this machine send.
SUBMIT = """\
define(`_CF_DIR_', `%(cf)s/')dnl
include(`%(cf)s/m4/cf.m4')dnl
OSTYPE(`linux')dnl
define(`confRUN_AS_USER', `%(user)s')dnl
define(`MSP_QUEUE_DIR', `%(root)s/clientqueue')dnl
define(`confSERVICE_SWITCH_FILE', `%(root)s/mail/service.switch')dnl
define(`RELAY_MAILER_ARGS', `TCP $h %(mx)d')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`msp', `[127.0.0.1]')dnl
"""
SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: %s/sasl/sasldb2
mech_list: PLAIN LOGIN
"""


def enter_own_namespace():
    """The program again, with ROOT being a folder in TMPDIR."""
    if os.environ.get("SENDMAIL_ROOT") is None:
        folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), "sendmail")
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        os.environ["SENDMAIL_ROOT"] = folder
        os.execvp("unshare", ["unshare", "--mount", "--uts", "--propagation",
                              "private", sys.executable] + sys.argv)
    subprocess.run(["mount", "--bind", os.environ["SENDMAIL_ROOT"], ROOT],
                   check=True)
    socket.sethostname(HOST)


def free_ports(*names):
    """Each name with a port of its own that nobody has."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {n: s.getsockname()[1] for n, s in zip(names, held)}
    for s in held:
        s.close()
    return ports


def path(*names):
    return os.path.join(ROOT, *names)


def write(text, *names, mode=0o644):
    with open(path(*names), "w", encoding="ascii") as f:
        os.fchmod(f.fileno(), mode)
        f.write(text)


def feed(command, stdin, user=None):
    options = dict(QUIET, input=stdin, user=user)
    del options["stdin"]
    return subprocess.run(command, **options)


def run(*command, stdin=""):
    done = feed(command, stdin)
    expect(done.returncode == 0, "%s: exit %d: %s" % (
        " ".join(command), done.returncode, done.stdout + done.stderr))
    return done.stdout


class Talk(Client):
    """SMTP with a process by two pipes."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.socket, self.file = self, self.process.stdout
        self.greeting = self.read()
        self.ehlo = self.command("EHLO client.example")

    def sendall(self, data):
        self.process.stdin.write(data)

    def close(self):
        self.process.stdin.close()
        self.file.close()
        self.process.wait(60)


class Site:
    def __init__(self):
        self.processes = {}
        self.dns = None
        self.ports = free_ports("next", "mx", "submission")
        self.unpack()
        self.make_folders()
        self.store = database.make(path("store", "sendward.db"))
        write(CONF % dict(store=self.store, root=ROOT, user=USER,
                          bounce=BOUNCE_DOMAIN), "sendward.conf")
        self.ctl("db", "migrate")

    def unpack(self):
        """Debian's Sendmail, and the program that writes its passwords."""
        self.unpacked = path("unpacked")
        script = """
            say() { echo "$*"; }
            die() { echo "$*" >&2; exit 1; }
            . "$1/tools/stack/install.sh"
            unpack_packages "$2" "$3" $PACKAGES_SENDMAIL"""
        done = subprocess.run(
            ["bash", "-c", script, "unpack", SRC,
             os.environ["SENDMAIL_ROOT"] + "/unpack.log", self.unpacked],
            **QUIET)
        if done.returncode != 0:
            sys.exit("not ok Sendmail is unpacked: " + done.stderr.strip())
        self.bin = self.unpacked + "/usr/libexec/sendmail"
        self.cf = self.unpacked + "/usr/share/sendmail/cf"

    def make_folders(self):
        owner = pwd.getpwnam(USER)
        for name, mode in (("mail", 0o755), ("queue", 0o700), ("sasl", 0o700),
                           ("clientqueue", 0o770), ("run", 0o755),
                           ("outbox", 0o755), ("dns", 0o755), ("store", 0o750),
                           ("bin", 0o755)):
            os.makedirs(path(name))
            os.chmod(path(name), mode)
        for name in ("store", "clientqueue"):
            os.chown(path(name), owner.pw_uid, owner.pw_gid)
        with open(path("master.key"), "wb") as key:
            os.fchmod(key.fileno(), 0o400)
            key.write(secrets.token_bytes(32))
        # for the mailer that starts a process a report, as USER
        os.chown(path("master.key"), owner.pw_uid, owner.pw_gid)
        shutil.copy(SRC + "/report/bounce.rules", ROOT)
        shutil.copy(BUILD + "/feedback/sendward-feedback", path("bin"))

    # -- Sendmail's files ---------------------------------------------------
    def configure(self):
        rows = json.loads(self.ctl("setup", "sendmail", "--json"))
        names = dict(self.ports, root=ROOT, cf=self.cf, user=USER)
        lines = [self.moved(r["line"]) + "\n" for r in rows
                 if r["file"] == "/etc/mail/sendmail.mc"]
        first = [n for n, line in enumerate(lines)
                 if line.startswith("MAILER_DEFINITIONS")][0]
        write(BEFORE % names + "".join(lines[:first]) + MAILERS +
              "".join(lines[first:]) + AFTER % names, "mail", "sendmail.mc")
        write(SUBMIT % names, "mail", "submit.mc")
        for name in ("sendmail", "submit"):
            write(run("m4", path("mail", name + ".mc")),
                  "mail", name + ".cf")
        write("hosts files\n", "mail", "service.switch")
        self.map = [r["line"] for r in rows
                    if r["file"] == "/etc/mail/mailertable"]
        self.write_map()
        write("\n".join([r["line"] for r in rows if r["file"] ==
                         "/etc/mail/relay-domains"] + [HERE, ""]),
              "mail", "relay-domains")
        write(SASL % ROOT, "sasl", "Sendmail.conf", mode=0o600)

    def moved(self, line):
        """The printed line on this machine, whose files are elsewhere."""
        return line.replace("/etc/mail/", path("mail/")).replace(
            "/usr/sbin/", path("bin/")).replace(
            "A=sendward-feedback ",
            "A=sendward-feedback -c %s " % path("sendward.conf"))

    def write_map(self, mailer="sendward"):
        text = "".join(line.replace("\tsendward:", "\t%s:" % mailer) + "\n"
                       for line in self.map)
        write(text, "mail", "mailertable")
        run(self.bin + "/makemap", "-C", path("mail", "sendmail.cf"), "hash",
            path("mail", "mailertable"), stdin=text)

    def add_login(self, name):
        run(self.unpacked + "/usr/sbin/saslpasswd2", "-p", "-c", "-f",
            path("sasl", "sasldb2"), "-u", HOST, name, stdin=PASSWORD)
        os.chmod(path("sasl", "sasldb2"), 0o600)

    # -- sendward -----------------------------------------------------------
    def ctl_run(self, *args):
        return subprocess.run(
            [BUILD + "/ctl/sendwardctl", "-c", path("sendward.conf")]
            + list(args), **QUIET)

    def ctl(self, *args):
        done = self.ctl_run(*args)
        expect(done.returncode == 0, "sendwardctl %s: exit %d: %s" % (
            " ".join(args), done.returncode, done.stdout + done.stderr))
        return done.stdout

    def ctl_json(self, *args):
        return json.loads(self.ctl(*args, "--json"))

    def account(self, name, *settings):
        """With a verified domain NAME.example and a login NAME."""
        self.ctl("account", "create", name)
        if settings:
            self.ctl("account", "set", name, *settings)
        self.ctl("identity", "create", name, name + ".example")
        self.ctl("identity", "verify", name, name + ".example")
        self.ctl("login", "add", name, name)
        self.add_login(name)

    def used(self, name):
        return self.ctl_json("quota", "show", name)["used"]

    def serve_dns(self, *accounts):
        """The records of the accounts' domains, as their owners publish them."""
        lines = []
        for name in accounts:
            lines += self.ctl("identity", "records", name, name + ".example",
                              "--format", "zone").splitlines()
        self.dns = Knotd(path("dns"), {"example": dict(records=lines)}).start()

    @property
    def DNS_SERVER(self):  # as stack.verify() reads it
        return self.dns.server

    # -- processes ----------------------------------------------------------
    def launch(self, name, *command):
        with open(path(name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def log(self, name):
        with open(path(name + ".log"), encoding="utf-8",
                  errors="replace") as f:
            return f.read()

    def is_running(self, name):
        return self.processes[name].poll() is None

    def come_up(self, name, is_up):
        wait_for(lambda: is_up() or not self.is_running(name), START_SEC,
                 name + " starts")
        expect(self.is_running(name), "%s does not start: %s" % (
            name, self.log(name)[-1500:]))

    def start_ours(self, name):
        program = path("bin/sendward-feedback") if name == "feedback" \
            else "%s/%s/sendward-%s" % (BUILD, name, name)
        self.launch(name, program, "-c", path("sendward.conf"), "-f")
        wanted = "[%d]: daemon.start" % self.processes[name].pid
        self.come_up(name, lambda: wanted in self.log(name))

    def start_next_hop(self):
        port = self.ports["next"]
        self.launch("nexthop", "/usr/bin/python3", SRC + "/tools/nexthop.py",
                    "--port", str(port), "--outbox", path("outbox"))
        self.come_up("nexthop", lambda: is_open(port))

    def start_sendmail(self):
        # "-bD": it stays our child; "-q1s": what waits is tried each second
        self.launch("sendmail", self.bin + "/sendmail", "-C",
                    path("mail", "sendmail.cf"), "-bD", "-q1s")
        self.come_up("sendmail", lambda: is_open(self.ports["mx"]) and
                     is_open(self.ports["submission"]))

    def stop(self, name, number=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self):
        for name in reversed(list(self.processes)):
            self.stop(name)
        if self.dns is not None:
            self.dns.stop()

    # -- sendmail(1) --------------------------------------------------------
    def sendmail_command(self, *args):
        return [self.bin + "/sendmail", "-Ac", "-C",
                path("mail", "submit.cf")] + list(args)

    def sendmail(self, *args, stdin):
        """As a program of this machine calls it."""
        return feed(self.sendmail_command(*args), stdin)

    def sendmail_as_mta(self, *args, stdin, user=None):
        """With the server's configuration: no client of the listener."""
        return feed([self.bin + "/sendmail", "-Am", "-C",
                     path("mail", "sendmail.cf")] + list(args), stdin, user)

    def sendmail_bs(self):
        """A Client that talks to `sendmail -bs`."""
        return Talk(self.sendmail_command("-bs"))

    # -- what came out ------------------------------------------------------
    def queued(self):
        """Messages that wait."""
        return glob.glob(path("queue", "qf*"))

    def client_queue(self):
        """What sendmail(1) could not hand in yet."""
        return glob.glob(path("clientqueue", "qf*"))

    def text_of(self, name):
        try:
            with open(name, encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:  # it has left
            return ""

    def queue_drained(self):
        wait_for(lambda: not self.queued(), 60, "an empty mail queue")

    def find(self, token):
        found = [Delivered(p) for p in sorted(glob.glob(path("outbox",
                                                             "[0-9]*")))]
        return [d for d in found if token.encode() in d.data]

    def delivered(self, token):
        return wait_for(lambda: self.find(token), 60,
                        "delivery of the message with " + token)[0]

    def not_delivered(self, token):
        self.queue_drained()
        expect(not self.find(token), "%s was delivered" % token)


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True
