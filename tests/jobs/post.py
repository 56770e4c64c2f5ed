"""An SMTP server that answers as it is told and keeps what it takes.

    with Post() as post:                     # or Post(path) for a unix socket
        post.answer("RCPT", "450 4.2.0 later")    # until post.reset()
        post.messages                        # [Message]
        post.connections                     # how many there were

Stages: CONNECT (the greeting), EHLO, MAIL, RCPT, DATA, END (the final dot).
An answer CLOSE closes the connection instead, SILENT says nothing until the
client goes.
"""
import email
import email.policy
import os
import socket
import threading

LINE_MAX = 1000 * 1000


class Message:
    def __init__(self, sender, recipients, raw):
        self.sender, self.recipients, self.raw = sender, recipients, raw
        self.mail = email.message_from_bytes(raw, policy=email.policy.default)

    def part(self, subtype):
        text = self.mail.get_body((subtype,)).get_content()
        return text.replace("\r\n", "\n")


class Post:
    def __init__(self, path=None):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(path)
            self.server = "unix:" + path
        else:
            self.socket = socket.socket()
            self.socket.bind(("127.0.0.1", 0))
            self.server = "smtp://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.reset()
        self.socket.listen(20)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def reset(self):
        self.answers = {}
        self.messages = []
        self.connections = 0
        self.reached = threading.Event()  # a SILENT or CLOSE answer was due

    def answer(self, stage, text):
        self.answers[stage] = text

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        if self.server.startswith("unix:"):
            os.unlink(self.server[5:])

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rb") as lines:
            try:
                self._talk(client, lines)
            except (OSError, EOFError):
                pass

    def _say(self, client, lines, stage, default):
        """True: go on with the command."""
        text = self.answers.get(stage, default)
        if text == "CLOSE":
            self.reached.set()
            raise EOFError
        if text == "SILENT":
            self.reached.set()
            lines.read()
            raise EOFError
        client.sendall(text.encode() + b"\r\n")
        return text[0] in "23"

    @staticmethod
    def _line(lines):
        line = lines.readline(LINE_MAX)
        if not line.endswith(b"\r\n"):
            raise EOFError
        return line[:-2]

    def _talk(self, client, lines):
        sender, recipients = None, []
        self._say(client, lines, "CONNECT", "220 post.example ESMTP")
        while True:
            line = self._line(lines)
            word = line[:4].upper()
            if word == b"EHLO":
                self._say(client, lines, "EHLO", "250 post.example")
            elif word == b"MAIL":
                if self._say(client, lines, "MAIL", "250 2.1.0 ok"):
                    sender, recipients = line[10:].decode(), []
            elif word == b"RCPT":
                if self._say(client, lines, "RCPT", "250 2.1.5 ok"):
                    recipients.append(line[8:].decode())
            elif word == b"DATA":
                if self._say(client, lines, "DATA", "354 go on"):
                    raw = self._data(lines)
                    if self._say(client, lines, "END", "250 2.0.0 as 4711"):
                        self.messages.append(Message(sender, recipients, raw))
            elif word == b"QUIT":
                client.sendall(b"221 2.0.0 bye\r\n")
                return
            else:
                client.sendall(b"250 2.0.0 ok\r\n")

    def _data(self, lines):
        data = []
        while True:
            line = self._line(lines)
            if line == b".":
                return b"".join(data)
            data.append((line[1:] if line.startswith(b".") else line) + b"\r\n")
