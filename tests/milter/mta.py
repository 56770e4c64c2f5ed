"""The MTA's side of the milter protocol, version 6, for tests: says what an MTA
says, and much that none would say. Knows nothing of sendward."""
import re
import socket
import struct

ADDHDRS, CHGBODY, ADDRCPT, DELRCPT, CHGHDRS, QUARANTINE, CHGFROM = (
    1 << n for n in range(7))
ALL_ACTIONS = 0x1FF

NOHELO, NR_HDR, NODATA, SKIP = 0x2, 0x80, 0x200, 0x400
NR_CONN, NR_EOH, NR_BODY = 0x1000, 0x40000, 0x80000
ALL_STEPS = 0x1FFFFF
OLD_STEPS = 0x7F  # an MTA that waits for an answer to everything

CHUNK = 65535


class Closed(Exception):
    """The filter closed the connection."""


class Reply:
    """One answer: letter as in the protocol, text of a reply code."""

    def __init__(self, letter, text=""):
        self.letter, self.text = letter, text

    def __repr__(self):
        return "Reply(%r, %r)" % (self.letter, self.text)

    @property
    def goes_on(self):
        return self.letter == "c"

    @property
    def code(self):
        return self.text[:3]


class Edits:
    """What the filter asked for at the end of a message."""

    def __init__(self):
        self.sender = None
        self.deleted_rcpts = []
        self.deleted_headers = []  # (name, index)
        self.inserted = []         # (index, name, value)
        self.other = []

    @property
    def any(self):
        return bool(self.sender or self.deleted_rcpts or self.deleted_headers
                    or self.inserted or self.other)

    def added(self, name):
        """Values of the fields of that name, the last one inserted last."""
        return [v for _, n, v in self.inserted if n == name]

    @property
    def signatures(self):
        return self.added("DKIM-Signature")

    def take(self, letter, data):
        text = data.decode("latin-1")
        if letter == "e":
            self.sender = text.split("\0")[0]
        elif letter == "-":
            self.deleted_rcpts.append(text.rstrip("\0"))
        elif letter in "mi":
            index = struct.unpack(">I", data[:4])[0]
            name, value = text[4:].split("\0")[:2]
            if letter == "i":
                self.inserted.append((index, name, value))
            elif value == "":
                self.deleted_headers.append((name, index))
            else:
                self.other.append((letter, name, value))
        else:
            self.other.append((letter, text))


def connect_to(address):
    """unix:PATH or inet:PORT@HOST"""
    kind, _, rest = address.partition(":")
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(rest)
        return sock
    port, _, host = rest.partition("@")
    sock = socket.create_connection((host, int(port)))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class Mta:
    def __init__(self, address, actions=ALL_ACTIONS, steps=ALL_STEPS,
                 timeout=20, negotiate=True):
        self.sock = connect_to(address)
        self.sock.settimeout(timeout)
        self.buffer = b""
        self.steps = self.actions = 0
        self.edits = Edits()
        if negotiate:
            self.negotiate(actions, steps)

    # -- packets -----------------------------------------------------------
    def send(self, letter, data=b""):
        self.raw(struct.pack(">I", len(data) + 1) + letter.encode() + data)

    def raw(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as why:
            raise Closed() from why

    def need(self, count):
        while len(self.buffer) < count:
            try:
                more = self.sock.recv(65536)
            except ConnectionResetError as why:
                raise Closed() from why
            if not more:
                raise Closed()
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def receive(self):
        length = struct.unpack(">I", self.need(4))[0]
        data = self.need(length)
        return data[:1].decode("latin-1"), data[1:]

    def reply(self):
        while True:
            letter, data = self.receive()
            if letter == "p":
                continue
            if letter in "e-+2mihbq":
                self.edits.take(letter, data)
                continue
            # Reply texts are formats: the MTA makes one % of two.
            return Reply(letter, data.rstrip(b"\0").decode("latin-1")
                         .replace("%%", "%"))

    def ask(self, letter, data=b"", no_reply=0):
        self.send(letter, data)
        if no_reply and self.steps & no_reply:
            return Reply("c")
        return self.reply()

    # -- the session -------------------------------------------------------
    def negotiate(self, actions, steps):
        self.send("O", struct.pack(">III", 6, actions, steps))
        letter, data = self.receive()
        if letter != "O":
            raise Closed()
        version, self.actions, self.steps = struct.unpack(">III", data[:12])
        self.symbols = data[12:]
        # What the filter asks for beyond the offer would be its fault.
        assert version >= 2 and not self.steps & ~steps
        assert not self.actions & ~actions

    def macros(self, letter, pairs):
        data = letter.encode()
        for name, value in pairs.items():
            data += name.encode() + b"\0" + value.encode() + b"\0"
        self.send("D", data)

    def connect(self, host="client.example", address="198.51.100.9",
                port=40000, daemon="smtpd"):
        self.macros("C", {"j": "mx.example", "{daemon_name}": daemon})
        if address is None:
            data = b"U"
        elif ":" in address:
            data = struct.pack(">cH", b"6", port) + address.encode() + b"\0"
        else:
            data = struct.pack(">cH", b"4", port) + address.encode() + b"\0"
        return self.ask("C", host.encode() + b"\0" + data, NR_CONN)

    def mail(self, path, *args, login="", author="", **macros):
        pairs = dict(macros)
        if login:
            pairs.update({"{auth_type}": "PLAIN", "{auth_authen}": login})
        if author:
            pairs["{auth_author}"] = author
        self.edits = Edits()
        self.macros("M", pairs)
        data = "\0".join((path,) + args) + "\0"
        return self.ask("M", data.encode())

    def rcpt(self, path, **macros):
        self.macros("R", dict({"{rcpt_addr}": path.strip("<>")}, **macros))
        return self.ask("R", path.encode() + b"\0")

    def header(self, name, value):
        if isinstance(name, str):
            name = name.encode()
        if isinstance(value, str):
            value = value.encode()
        return self.ask("L", name + b"\0" + value + b"\0", NR_HDR)

    def end_of_headers(self, queue_id="4jYjJ93vgwz1bYMv"):
        if queue_id:
            self.macros("N", {"i": queue_id})
        return self.ask("N", b"", NR_EOH)

    def body(self, data):
        reply = Reply("c")
        for at in range(0, len(data), CHUNK):
            reply = self.ask("B", data[at:at + CHUNK], NR_BODY)
            if reply.letter != "c":
                break
        return reply

    def end(self, queue_id="4jYjJ93vgwz1bYMv"):
        if queue_id:
            self.macros("E", {"i": queue_id})
        return self.ask("E")

    def message(self, path, rcpts, headers, body, queue_id="4jYjJ93vgwz1bYMv",
                login="", author="", args=()):
        """A whole message: the reply to its first refusal, or the last one."""
        reply = self.mail(path, *args, login=login, author=author)
        for rcpt in rcpts:
            if not reply.goes_on:
                return reply
            reply = self.rcpt(rcpt)
        return self.content(headers, body, queue_id) if reply.goes_on \
            else reply

    def content(self, headers, body=b"hello\r\n",
                queue_id="4jYjJ93vgwz1bYMv"):
        for name, value in headers:
            reply = self.header(name, value)
            if not reply.goes_on:
                return reply
        reply = self.end_of_headers(queue_id)
        if not reply.goes_on:
            return reply
        reply = self.body(body)
        if reply.letter not in "cs":
            return reply
        return self.end(queue_id)

    def abort(self):
        self.send("A")

    def quit(self):
        try:
            self.send("Q")
        except Closed:
            pass
        self.sock.close()

    def close(self):
        self.sock.close()


def delivered(headers, body, edits):
    """The message as it would leave: bytes with CRLF."""
    counts, gone = {}, set()
    for name, index in edits.deleted_headers:
        gone.add((name.lower(), index))
    kept = []
    for name, value in headers:
        key = name.lower()
        counts[key] = counts.get(key, 0) + 1
        if (key, counts[key]) not in gone:
            kept.append((name, value))
    for index, name, value in edits.inserted:
        kept.insert(index, (name, value))
    text = "".join("%s: %s\r\n" % (name, re.sub(r"\r?\n", "\r\n", value))
                   for name, value in kept)
    return text.encode("utf-8", "surrogateescape") + b"\r\n" + body
