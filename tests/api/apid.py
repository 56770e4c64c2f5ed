"""A sendward-apid of one's own with a store of its own, and raw requests to it.
Knows nothing of single scenarios."""
import json
import os
import signal
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "lib"))
import database
from cases import expect, wait_for

SRC = os.environ.get("SRC") or os.path.realpath(os.path.join(
    os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.environ.get("BUILD") or os.path.join(SRC, "run", "build")
TMP = os.environ.get("TMPDIR", "/tmp")


class Answer:
    """One HTTP answer as it came."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.fields = [tuple(x.strip() for x in line.split(":", 1))
                       for line in lines[1:] if line]
        self.body = body
        self.text = body.decode("utf-8", "replace")

    def field(self, name):
        found = [v for n, v in self.fields if n.lower() == name.lower()]
        return found[0] if found else None


class Connection:
    def __init__(self, port, context=None, seconds=20):
        self.sock = socket.create_connection(("127.0.0.1", port), seconds)
        if context:
            self.sock = context.wrap_socket(self.sock,
                                            server_hostname="localhost")
        self.data = b""

    def send(self, data):
        self.sock.sendall(data)
        return self

    def more(self):
        try:
            got = self.sock.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            got = b""
        self.data += got
        return bool(got)

    def answer(self, head_only=False):
        """The next answer; None when the connection ended before one."""
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                return None
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        answer = Answer(head, b"")
        length = 0 if head_only else int(answer.field("Content-Length") or 0)
        while len(self.data) < length:
            expect(self.more(), "an answer was cut off")
        answer = Answer(head, self.data[:length])
        self.data = self.data[length:]
        return answer

    def is_closed(self, seconds=20):
        """Nothing comes any more, and the end does within that time."""
        self.sock.settimeout(seconds)
        try:
            return not self.more()
        except (socket.timeout, ssl.SSLError):
            return False

    def close(self):
        self.sock.close()


def request(method, path, *fields, body=b"", version="1.1"):
    lines = ["%s %s HTTP/%s" % (method, path, version), "Host: x.example"]
    lines += list(fields)
    if body:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Apid:
    def __init__(self, name, mail_from="noreply@mail.example", **options):
        self.dir = os.path.join(TMP, name)
        os.makedirs(self.dir, exist_ok=True)
        self.port = free_port()
        self.process = None
        self.context = None
        self.mail_from = mail_from
        self.options = dict(timeout_sec=2)
        self.options.update(options)
        self.store = database.make(self.dir + "/db")
        self.conf = self.dir + "/conf"
        self.logfile = self.dir + "/log"
        open(self.logfile, "w").close()
        self.write_conf()

    def write_conf(self, extra="", **options):
        self.options.update(options)
        api = dict(self.options, listen="127.0.0.1:%d" % self.port)
        lines = ['mode = "enforce";',
                 'store = "%s";' % self.store,
                 'master_key_file = "%s/key";' % self.dir,
                 'user = "";', 'bounce_domain = "bounce.example";',
                 'log = { target = "%s"; level = "debug"; };' % self.logfile,
                 'mail = { from = "%s"; };' % self.mail_from,
                 "api = { %s };" % " ".join(
                     "%s = %s;" % (k, json.dumps(v)) for k, v in api.items()),
                 extra]
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")

    def start(self, program=None):
        program = program or BUILD + "/api/sendward-apid"
        errors = open(self.dir + "/stderr", "ab")
        # Freed memory that the sanitizer keeps shall not look like a leak.
        env = dict(os.environ, ASAN_OPTIONS="%s:quarantine_size_mb=8" %
                   os.environ.get("ASAN_OPTIONS", ""))
        self.process = subprocess.Popen(
            [program, "-c", self.conf, "-f"], stdin=subprocess.DEVNULL,
            stdout=errors, stderr=errors, env=env)
        errors.close()
        wait_for(lambda: "daemon.start" in self.log() or
                 self.process.poll() is not None, 20, "apid is ready")
        expect(self.process.poll() is None, "apid ended: " + self.errors())
        return self

    def errors(self):
        with open(self.dir + "/stderr", encoding="utf-8",
                  errors="replace") as f:
            return f.read()

    def log(self):
        with open(self.logfile, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, seconds=30):
        """Its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def reload(self, event="conf.reloaded"):
        before = self.log().count(event)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count(event) > before, 20, event)

    def ctl(self, *words, stdin=None):
        done = subprocess.run(
            [BUILD + "/ctl/sendwardctl", "-c", self.conf] + list(words),
            input=stdin, stdin=None if stdin else subprocess.DEVNULL,
            capture_output=True, text=True, check=False)
        expect(done.returncode == 0, "%s: %s" % (" ".join(words), done.stderr))
        return done.stdout

    def make_link(self, account, address, ago=0):
        """The token of a new link, sent `ago` seconds ago."""
        done = subprocess.run(
            [BUILD + "/api/make-link", self.conf, account, address, str(ago)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False)
        expect(done.returncode == 0, "make-link: " + done.stderr)
        return done.stdout.strip()

    def status_of(self, account, address):
        rows = self.sql(
            "SELECT i.status FROM identity i JOIN account a "
            "ON a.id = i.account_id WHERE a.name = ? AND i.name = ?",
            account, address)
        return {1: "PENDING", 2: "SUCCESS", 3: "FAILED"}.get(
            rows[0][0] if rows else None, str(rows))

    def sql(self, text, *values):
        return database.sql(self.store, text, *values)

    def connect(self, seconds=20):
        return Connection(self.port, self.context, seconds)

    def ask(self, method, path, *fields, body=b""):
        connection = self.connect()
        connection.send(request(method, path, *fields, body=body))
        answer = connection.answer(head_only=method == "HEAD")
        connection.close()
        expect(answer is not None, "%s %s: no answer" % (method, path))
        return answer

    def raw(self, data):
        """The one answer to these bytes; None: the connection was closed."""
        connection = self.connect()
        try:
            connection.send(data)
        except (ConnectionResetError, BrokenPipeError):
            pass
        answer = connection.answer()
        connection.close()
        return answer

    def metric(self, name):
        for line in self.ask("GET", "/metrics").text.split("\n"):
            if line.startswith("sendward_" + name + " "):
                return float(line.rpartition(" ")[2])
        return None

    def memory_kb(self):
        with open("/proc/%d/status" % self.process.pid,
                  encoding="ascii") as f:
            return int([x for x in f if x.startswith("VmRSS")][0].split()[1])
