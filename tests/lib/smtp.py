"""A plain SMTP client that shows the reply of every stage and sends bytes as
they are given. Reply texts are returned without their line ends."""
import base64
import socket


class Reply:
    def __init__(self, lines):
        self.code = int(lines[0][:3])
        self.lines = [line[4:] for line in lines]
        self.text = " ".join([lines[0][:3]] + self.lines)

    def __repr__(self):
        return repr(self.text)


class Gone(ConnectionError):
    """The server closed the connection."""


class Client:
    def __init__(self, port, timeout=60, path=None, source="127.0.0.1"):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection(
                ("127.0.0.1", int(port)), timeout, (source, 0))
        self.file = self.socket.makefile("rb")
        self.greeting = self.read()
        if self.greeting.code == 220:
            self.ehlo = self.command("EHLO client.example")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def read(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise Gone("connection closed by the server")
            lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            if lines[-1][3:4] != "-":
                return Reply(lines)

    def command(self, line):
        if isinstance(line, str):
            line = line.encode()
        self.socket.sendall(line + b"\r\n")
        return self.read()

    def login(self, user, password):
        return self.command("AUTH PLAIN " + base64.b64encode(
            ("\0%s\0%s" % (user, password)).encode()).decode())

    def mail(self, sender, params=""):
        return self.command("MAIL FROM:<%s>%s" % (
            sender, " " + params if params else ""))

    def rcpt(self, recipient):
        return self.command("RCPT TO:<%s>" % recipient)

    def data(self, content):
        """DATA and, when it is welcome, the content (bytes as they are; the
        caller does dot-stuffing) and the final dot. The last reply."""
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        self.socket.sendall(content)
        if not content.endswith(b"\r\n"):
            self.socket.sendall(b"\r\n")
        return self.command(b".")


class Outcome:
    """What a whole attempt came to: the stage and reply that ended it."""

    def __init__(self, stage, reply, rcpt=None):
        self.stage = stage
        self.reply = reply
        self.rcpt = rcpt or []

    def __repr__(self):
        return "%s at %s" % (self.reply, self.stage)


def attempt(port, login, sender, recipients, content, mail_params="",
            timeout=60):
    """One message as a careful client sends it: it gives up when MAIL is
    refused or no recipient is left. Stages: AUTH MAIL RCPT DATA END."""
    with Client(port, timeout) as c:
        if c.greeting.code != 220:
            return Outcome("CONNECT", c.greeting)
        if login:
            reply = c.login(*login)
            if reply.code != 235:
                return Outcome("AUTH", reply)
        reply = c.mail(sender, mail_params)
        if reply.code != 250:
            return Outcome("MAIL", reply)
        replies = [c.rcpt(r) for r in recipients]
        if all(r.code != 250 for r in replies):
            return Outcome("RCPT", replies[0], replies)
        reply = c.command("DATA")
        if reply.code != 354:
            return Outcome("DATA", reply, replies)
        c.socket.sendall(content)
        if not content.endswith(b"\r\n"):
            c.socket.sendall(b"\r\n")
        return Outcome("END", c.command(b"."), replies)


def message(subject, sender="hello@demo.example", to="jane@customer.example",
            extra="", body=b"Good morning.\r\n"):
    """A message; sender None leaves From out."""
    head = "".join([
        "" if sender is None else "From: %s\r\n" % sender,
        "To: %s\r\n" % to, "Subject: %s\r\n" % subject,
        "Date: Tue, 24 Nov 2026 15:04:05 +0000\r\n",
        "Message-ID: <%s@client.example>\r\n" % subject, extra, "\r\n"])
    return head.encode() + body
