"""A sendward-feedback of its own, with a store and nothing around it, and a client
that speaks LMTP to it byte by byte."""
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "lib"))
import database  # noqa: E402
from cases import expect, wait_for  # noqa: E402

SRC = os.environ.get("SRC") or os.path.realpath(
    os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "build-tests", "asan")
PROGRAM = "feedback/sendward-feedback"
homes = []


class Home:
    """A configuration, its store, and at most one daemon."""

    def __init__(self, build=BUILD, **options):
        self.dir = tempfile.mkdtemp(prefix="feedback.",
                                    dir=os.environ.get("TMPDIR", "/tmp"))
        self.build, self.child = build, None
        homes.append(self)
        os.chmod(self.dir, 0o755)
        self.key = self.dir + "/master.key"
        with open(self.key, "wb") as f:
            os.fchmod(f.fileno(), 0o400)
            f.write(secrets.token_bytes(32))
        self.conf = self.dir + "/conf"
        self.socket = self.dir + "/sock"
        self.db = self.dir + "/db"
        self.store = database.make(self.db)
        self.write(**options)
        self.ctl("db", "migrate")

    def write(self, more="", **options):
        options = dict({"socket": '"unix:%s"' % self.socket, "rules_file":
                        '"%s/report/bounce.rules"' % SRC}, **options)
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write('store = "%s"; master_key_file = "%s"; user = "";\n'
                    'bounce_domain = "bounce.example"; journal = "%s/j";\n'
                    'simulator_domain = "simulator.example";\n'
                    'log = { target = "%s/log"; };\nfeedback = { %s };\n%s\n'
                    % (self.store, self.key, self.dir, self.dir, " ".join(
                        "%s = %s;" % o for o in options.items()), more))

    def ctl(self, *args):
        done = subprocess.run(
            [BUILD + "/ctl/sendwardctl", "-c", self.conf] + list(args),
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False)
        expect(done.returncode == 0, "sendwardctl: " + done.stderr)

    def log(self):
        try:
            with open(self.dir + "/log", encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def start(self):
        before = self.log().count("daemon.start")
        env = dict(os.environ)
        # what AddressSanitizer keeps of freed memory is no growth
        env["ASAN_OPTIONS"] = ":".join(filter(None, [
            env.get("ASAN_OPTIONS"), "quarantine_size_mb=1"]))
        self.child = subprocess.Popen(
            [os.path.join(self.build, PROGRAM), "-c", self.conf, "-f"],
            stdin=subprocess.DEVNULL, env=env)
        wait_for(lambda: self.log().count("daemon.start") > before
                 or self.child.poll() is not None, 30, "it starts")
        expect(self.child.poll() is None, "it ended: " + self.log()[-500:])
        return self

    def stop(self, number=signal.SIGTERM):
        child, self.child = self.child, None
        if child is None:
            return None
        child.send_signal(number)
        return child.wait(60)

    def reload(self):
        before = self.log().count("conf.reloaded")
        self.child.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count("conf.reloaded") > before, 20,
                 "it loads its configuration anew")

    def rss_kb(self):
        with open("/proc/%d/status" % self.child.pid, encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f
                        if line.startswith("VmRSS"))

    def sql(self, text, *values):
        return database.sql(self.store, text, *values)

    def kept(self, recipient):
        """The contents of reports to this recipient."""
        return [row[0] for row in self.sql(
            "SELECT content FROM report WHERE recipient = ? ORDER BY id",
            recipient)]

    def client(self):
        return Client(self.socket)

    def feed(self, data, *args, **options):
        """One report on standard input: status and output."""
        done = subprocess.run(
            [os.path.join(self.build, PROGRAM), "-c", self.conf] + list(args),
            input=data, capture_output=True, timeout=120, check=False,
            **options)
        return done.returncode, done.stdout.decode()


class Client:
    def __init__(self, path, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.greeting = self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def line(self):
        """A line of an answer; "" when the other side has closed."""
        try:
            return self.file.readline().decode().rstrip("\r\n")
        except ConnectionError:
            return ""

    def reply(self):
        """The last line of an answer."""
        line = self.line()
        while line[3:4] == "-":
            line = self.line()
        return line

    def send(self, data):
        self.socket.sendall(data)

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def hello(self):
        expect(self.greeting.startswith("220 "), self.greeting)
        expect(self.say("LHLO client.example").startswith("250 "), "LHLO")
        return self

    def to(self, *recipients, sender=""):
        expect(self.say("MAIL FROM:<%s>" % sender)[:3] == "250", "MAIL")
        for recipient in recipients:
            reply = self.say("RCPT TO:<%s>" % recipient)
            expect(reply[:3] == "250", "RCPT: " + reply)

    def data(self, content, count=1):
        """content: with its dots stuffed; the replies, one a recipient."""
        reply = self.say("DATA")
        expect(reply[:3] == "354", "DATA: " + reply)
        self.send(content + b"\r\n.\r\n")
        return [self.reply() for _ in range(count)]

    def report(self, recipient, content):
        self.to(recipient)
        return self.data(content)[0]


def cleanup():
    for home in homes:
        if home.child is not None:
            home.child.kill()
            home.child.wait()
        shutil.rmtree(home.dir, ignore_errors=True)
