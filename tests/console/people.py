"""What tests of the console share: people who sign in, and the packages that drive a
browser."""
import fcntl
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import urllib.parse

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE + "/../api", HERE + "/../lib"]
from apid import Connection, request  # noqa: E402
from cases import expect, expect_equal  # noqa: E402
from stack import BUILD  # noqa: E402

# These run with Debian's Node.js 18, too.
PACKAGES = ["playwright-core@1.56.1", "axe-core@4.10.3"]


def modules():
    """The folder under which node finds them: one for all tests of a run."""
    folder = os.path.join(os.environ.get("SENDWARD_TEST_MODULES") or
                          os.path.join(BUILD, "npm-console"))
    os.makedirs(folder, exist_ok=True)
    with open(folder + "/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(folder + "/node_modules/axe-core"):
            done = subprocess.run(
                ["npm", "install", "--no-save", "--no-audit", "--no-fund",
                 "--prefix", folder] + PACKAGES, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, check=False)
            expect(done.returncode == 0, "npm install: " + done.stderr[-1000:])
    return folder


def screenshots(name):
    """Where people look at what the browser saw."""
    folder = os.path.join(os.environ.get("SENDWARD_SCREENSHOTS") or
                          os.path.join(BUILD, "screenshots"), name)
    os.makedirs(folder, exist_ok=True)
    return folder


class Reply:
    def __init__(self, answer, asked):
        self.asked = asked
        self.status = answer.status
        self.cookies = [v for n, v in answer.fields
                        if n.lower() == "set-cookie"]
        self.text = answer.text
        self.body = json.loads(answer.text) if answer.text.startswith("{") \
            else {}
        self.code = self.body.get("__type") or (
            re.findall(r"<Code>(\w+)", answer.text) or [""])[0]
        self.message = self.body.get("message", answer.text)


class Person:
    """A browser's cookie and the page's token. `server` is asked as an Apid is."""

    def __init__(self, server):
        self.server = server
        self.cookie = self.csrf = None

    def fields(self, **more):
        fields = {"Content-Type": "application/json",
                  "User-Agent": "Test/1.0"}
        if self.cookie:
            fields["Cookie"] = "sendward_session=" + self.cookie
        if self.csrf:
            fields["x-sendward-csrf"] = self.csrf
        fields.update((k.replace("_", "-"), v) for k, v in more.items())
        return ["%s: %s" % (k, v) for k, v in fields.items() if v is not None]

    def call(self, method, path, body=None, **fields):
        data = body or b""
        if not isinstance(data, bytes):
            data = json.dumps(body).encode()
        return Reply(self.server.ask(method, path, *self.fields(**fields),
                                     body=data), method + " " + path)

    def sign_in(self, name, password, code=None, **fields):
        body = {"UserName": name, "Password": password}
        if code:
            body["Code"] = code
        reply = self.call("POST", "/sendward/session", body, **fields)
        if reply.status == 200:
            self.cookie = re.match(r"(?:__Host-)?sendward_session=([^;]*);",
                                   reply.cookies[0]).group(1)
            self.csrf = reply.body["Csrf"]
        return reply

    def own(self, method, path, status=200, **members):
        """What an operation of sendward's own answers, below /sendward/."""
        reply = self.call(method, "/sendward/" + path, members)
        expect_equal(reply.status, status, path + ": " + reply.text[:300])
        return reply.body

    def fetch(self, path, **form):
        """A file, or what a form gets."""
        return self.server.ask(
            "POST" if form else "GET", path, *self.fields(
                Content_Type="application/x-www-form-urlencoded",
                x_sendward_csrf=None),
            body=urllib.parse.urlencode(form).encode())


class Server:
    """The HTTP of a stack."""

    def __init__(self, stack):
        self.port = int(stack.ENDPOINT.rpartition(":")[2])

    def ask(self, method, path, *fields, body=b""):
        connection = Connection(self.port, seconds=60)
        connection.send(request(method, path, *fields, body=body))
        answer = connection.answer()
        connection.close()
        expect(answer is not None, "%s %s: no answer" % (method, path))
        return answer


def person(stack, server, name, *options):
    """Somebody new who has signed in."""
    somebody = Person(server)
    reply = somebody.sign_in(*user(stack, name, *options))
    expect_equal(reply.status, 200, "%s: %s" % (name, reply.text))
    return somebody


def user(stack, name, *options):
    """Makes somebody who need not change the password first: name, password."""
    password = secrets.token_urlsafe(15)
    handle, path = tempfile.mkstemp(dir=os.environ.get("TMPDIR"))
    with os.fdopen(handle, "w", encoding="ascii") as f:
        f.write(password)
    stack.ctl("user", "create", name, *options, "--password-file", path)
    os.unlink(path)
    return name, password
