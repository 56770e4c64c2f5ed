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
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

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
LETTERS = "post@" + HOST
PASSWORD = "correct horse"
START_SEC = 60
SETTLED_SEC = 1.5

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
mail_log = "%(root)s/mail.log";
dns = { servers = "%(dns)s"; };
mail = { server = "smtp://127.0.0.1:%(mx)d"; from = "%(letters)s"; };
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
    make_dev()


def make_dev():
    """A /dev with room for the socket of syslog(3), where Sendmail logs."""
    os.makedirs(path("dev"))
    run("mount", "-t", "tmpfs", "-o", "mode=755", "dev", path("dev"))
    for name in ("null", "zero", "full", "random", "urandom"):
        write("", "dev", name)
        run("mount", "--bind", "/dev/" + name, path("dev", name))
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"),
                         ("stderr", "/2")):
        os.symlink("/proc/self/fd" + target, path("dev", name))
    os.mkdir(path("dev", "shm"))
    os.chmod(path("dev", "shm"), 0o1777)
    run("mount", "--rbind", path("dev"), "/dev")


class Syslog(threading.Thread):
    """Writes what is logged as syslog daemons write it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        self.file = open(path("mail.log"), "w", encoding="utf-8",
                         errors="replace")

    def run(self):
        while True:
            line = self.socket.recv(65536).decode("utf-8", "replace")
            # "<22>Nov 29 09:03:34 sendmail[123]: text"
            stamp, text = re.match(r"<\d+>(.{15}) (.*)", line, re.S).groups()
            self.file.write("%s mail %s\n" % (stamp, text.rstrip("\0\n")))
            self.file.flush()


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
        Syslog().start()
        self.ports = free_ports("next", "mx", "submission")
        self.unpack()
        self.make_folders()
        self.store = database.make(path("store", "sendward.db"))
        self.write_conf()
        self.ctl("db", "migrate")

    def write_conf(self):
        write(CONF % dict(store=self.store, root=ROOT, user=USER,
                          bounce=BOUNCE_DOMAIN, mx=self.ports["mx"],
                          letters=LETTERS,
                          dns=self.dns.server if self.dns else ""),
              "sendward.conf")

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
        text = self.ctl("setup", "sendmail")
        files = dict(re.findall(r"(?ms)^# ==== (\S+) ====\n(.*?)(?=^# ====|\Z)",
                                text))
        names = dict(self.ports, root=ROOT, cf=self.cf, user=USER)
        lines = self.moved(files["/etc/mail/sendmail.mc"])
        first = lines.index("MAILER_DEFINITIONS")
        write(BEFORE % names + lines[:first] + MAILERS + lines[first:] +
              AFTER % names, "mail", "sendmail.mc")
        write(SUBMIT % names, "mail", "submit.mc")
        for name in ("sendmail", "submit"):
            write(run("m4", path("mail", name + ".mc")),
                  "mail", name + ".cf")
        write("hosts files\n", "mail", "service.switch")
        self.map = files["/etc/mail/mailertable"]
        self.write_map()
        write(files["/etc/mail/relay-domains"] + HERE + "\n",
              "mail", "relay-domains")
        write(SASL % ROOT, "sasl", "Sendmail.conf", mode=0o600)

    def moved(self, lines):
        """The printed lines on this machine, whose files are elsewhere."""
        return lines.replace("/etc/mail/", path("mail/")).replace(
            "/usr/sbin/", path("bin/")).replace(
            "A=sendward-feedback ",
            "A=sendward-feedback -c %s " % path("sendward.conf"))

    def write_map(self, mailer="sendward"):
        text = self.map.replace("\tsendward:", "\t%s:" % mailer)
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

    def events(self, queue_id, kind, number):
        """So many of the message's events of this kind, once they are there."""
        def look():
            done = self.ctl_run("message", "show", queue_id, "--json")
            events = json.loads(done.stdout)["events"] \
                if done.returncode == 0 else []
            return [e for e in events if e["eventType"] == kind][:number]
        wait_for(lambda: len(look()) == number, 60,
                 "%d %s of %s" % (number, kind, queue_id))
        return look()

    def settled(self, name):
        """Recipients counted, when that has not changed for longer than the
        milter takes to report them."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < SETTLED_SEC:
            now = self.ctl_json("quota", "show", name)["used"]
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.3)
        return last

    def serve_dns(self, *accounts):
        """The records of the accounts' domains, as their owners publish them."""
        lines = []
        for name in accounts:
            lines += self.ctl("identity", "records", name, name + ".example",
                              "--format", "zone").splitlines()
        self.dns = Knotd(path("dns"), {"example": dict(records=lines)}).start()
        self.write_conf()

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
            else glob.glob("%s/*/sendward-%s" % (BUILD, name))[0]
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
