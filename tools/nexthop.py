#!/usr/bin/python3
"""The next hop of the private stack: an SMTP server that stores what it takes.

Each message becomes one file in OUTBOX, in the form of Postfix's smtp-sink:
X-Client-Addr, X-Helo-Args, X-Mail-Args, one X-Rcpt-Args per recipient, then
the message as received (lines end in LF). A file appears under its final name
only when it is whole.

A recipient reply-CODE-STATUS@any.example gets that reply instead of 250;
reply-421-... answers so twice for a message and then accepts. It announces
neither SIZE nor DSN, so that X-Mail-Args and X-Rcpt-Args hold the bare address
and Postfix keeps the duty of delivery reports. It is no mail server: no queue,
no TLS, loopback only.
"""
import argparse
import asyncio
import itertools
import os
import re
import signal
import time

CHUNK = 256 * 1024
LINE_MAX = 8192
MESSAGE_MAX = 64 * 1024 * 1024
RECIPIENTS_MAX = 1000
IDLE_SEC = 300
REPLY = re.compile(
    rb"^<?reply-([45]\d\d)-([245]\.\d{1,3}\.\d{1,3})@", re.IGNORECASE)

serial = itertools.count(1)
busy_seen = {}  # (sender, recipient) -> times answered 421


class Session:
    """One client connection."""

    def __init__(self, outbox, reader, writer):
        self.outbox = outbox
        self.reader = reader
        self.writer = writer
        self.client = writer.get_extra_info("peername")[0]
        self.helo = b""
        self.buffer = bytearray()
        self.reset()

    def reset(self):
        self.sender = None
        self.recipients = []

    def say(self, text):
        self.writer.write(text + b"\r\n")

    async def serve(self):
        self.say(b"220 nexthop.example ESMTP sendward test next hop")
        while True:
            await self.writer.drain()
            line = await self.line()
            if line is None:
                return
            if not await self.command(line):
                await self.writer.drain()
                return

    async def command(self, line):
        """Answers one command; False ends the session."""
        upper = line.upper()
        if upper.startswith(b"EHLO "):
            self.helo = line[5:].strip()
            self.reset()
            self.say(b"250-nexthop.example\r\n250-PIPELINING\r\n"
                     b"250-ENHANCEDSTATUSCODES\r\n250 8BITMIME")
        elif upper.startswith(b"HELO "):
            self.helo = line[5:].strip()
            self.reset()
            self.say(b"250 nexthop.example")
        elif upper.startswith(b"MAIL FROM:"):
            self.reset()
            self.sender = line[10:].strip()
            self.say(b"250 2.1.0 Ok")
        elif upper.startswith(b"RCPT TO:"):
            return self.recipient(line[8:].strip())
        elif upper == b"DATA":
            return await self.data()
        elif upper == b"RSET":
            self.reset()
            self.say(b"250 2.0.0 Ok")
        elif upper == b"NOOP":
            self.say(b"250 2.0.0 Ok")
        elif upper == b"QUIT":
            self.say(b"221 2.0.0 Bye")
            return False
        else:
            self.say(b"502 5.5.2 Command not known")
        return True

    def recipient(self, args):
        if self.sender is None:
            self.say(b"503 5.5.1 MAIL first")
            return True
        if len(self.recipients) >= RECIPIENTS_MAX:
            self.say(b"452 4.5.3 Too many recipients")
            return True
        asked = REPLY.match(args)
        if asked and self.refuses(asked.group(1), args):
            code, status = asked.groups()
            self.say(b"%s %s %s: answered as the address asks"
                     % (code, status, args))
            return code != b"421"
        self.recipients.append(args)
        self.say(b"250 2.1.5 Ok")
        return True

    def refuses(self, code, args):
        if code != b"421":
            return True
        key = (self.sender, args)
        if busy_seen.get(key, 0) >= 2:
            del busy_seen[key]
            return False
        busy_seen[key] = busy_seen.get(key, 0) + 1
        return True

    async def data(self):
        if not self.recipients:
            self.say(b"554 5.5.1 No valid recipients")
            return True
        self.say(b"354 End data with <CR><LF>.<CR><LF>")
        await self.writer.drain()
        name = "%017.6f-%06d" % (time.time(), next(serial) % 1000000)
        part = os.path.join(self.outbox, "." + name + ".part")
        try:
            with open(part, "wb") as out:
                self.write_envelope(out)
                whole = await self.copy_body(out)
            if whole:
                os.rename(part, os.path.join(self.outbox, name))
        except OSError as err:
            self.say(b"451 4.3.0 " + str(err.strerror).encode())
            return False
        finally:
            if os.path.exists(part):
                os.unlink(part)
        if not whole:
            return False
        self.say(b"250 2.0.0 Ok: stored as " + name.encode())
        self.reset()
        return True

    def write_envelope(self, out):
        out.write(b"X-Client-Addr: %s\n" % self.client.encode())
        out.write(b"X-Helo-Args: %s\n" % self.helo)
        out.write(b"X-Mail-Args: %s\n" % self.sender)
        for args in self.recipients:
            out.write(b"X-Rcpt-Args: %s\n" % args)

    async def copy_body(self, out):
        """Undoes the dot-stuffing, many lines at a time; False when the client
        went away."""
        total = 0
        at_start = True
        while True:
            if at_start and self.buffer.startswith(b".\r\n"):
                del self.buffer[:3]
                return True
            block = self.take_block()
            if not block:
                if not await self.fill():
                    return False
                continue
            at_line = at_start
            at_start = block.endswith(b"\r\n")
            total += len(block)
            if total > MESSAGE_MAX:
                self.say(b"552 5.3.4 Message too large")
                await self.writer.drain()
                return False
            out.write(plain_text(block, at_line))

    def take_block(self):
        """Whole lines from the buffer, up to the final dot; a piece of a line
        only when it is very long."""
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            end = self.buffer.rfind(b"\r\n")
        size = end + 2 if end >= 0 else 0
        if size == 0 and len(self.buffer) > CHUNK:
            size = CHUNK - 1 if self.buffer[CHUNK - 1:CHUNK] == b"\r" \
                else CHUNK
        block = bytes(self.buffer[:size])
        del self.buffer[:size]
        return block

    async def fill(self):
        """More bytes into the buffer; False at the end."""
        try:
            data = await asyncio.wait_for(self.reader.read(CHUNK), IDLE_SEC)
        except (asyncio.TimeoutError, ConnectionError):
            return False
        self.buffer += data
        return bool(data)

    async def line(self):
        """One command line without its end; None when there is no more."""
        while True:
            end = self.buffer.find(b"\n")
            if end >= 0:
                line = bytes(self.buffer[:end]).rstrip(b"\r")
                del self.buffer[:end + 1]
                return line
            if len(self.buffer) > LINE_MAX or not await self.fill():
                return None


def plain_text(block, at_start):
    """SMTP lines as a file holds them: ends in LF, the stuffed dots gone."""
    if at_start:
        return (b"\r\n" + block).replace(b"\r\n.", b"\r\n").replace(
            b"\r\n", b"\n")[1:]
    return block.replace(b"\r\n.", b"\r\n").replace(b"\r\n", b"\n")


async def serve(options):
    async def client(reader, writer):
        try:
            await Session(options.outbox, reader, writer).serve()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(
        client, options.address, options.port, limit=CHUNK,
        backlog=512)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--outbox", required=True)
    options = parser.parse_args()
    os.makedirs(options.outbox, exist_ok=True)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
