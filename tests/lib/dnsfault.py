#!/usr/bin/python3
"""A name server that misbehaves as it is told, on UDP and TCP of one port.

    with DnsFault() as server:
        server.set("a.example", "TXT", "ANSWER", "some text")
        server.set("b.example", "TXT", "SERVFAIL")
        server.down()            # deaf; down(closed=True): the port is closed
        server.up()
        server.count("a.example", "TXT")

By hand: dnsfault.py [PORT] prints ADDRESS@PORT and takes lines on stdin:
    set NAME TYPE BEHAVIOUR [VALUE]... | unset NAME TYPE | default BEHAVIOUR |
    down | closed | up | count [NAME TYPE]
(words as in a shell), and answers each with a line.

Behaviours:
  ANSWER         the values; a truncated answer when they do not fit
  NXDOMAIN NODATA SERVFAIL REFUSED NOTIMP FORMERR
  TIMEOUT        no reply
  TRUNCATED      UDP: TC and no records; TCP: the values
  TC_DEAD        UDP: TC; TCP: the connection is closed without a reply
  TC_DEAF        UDP: TC; TCP: no reply
  LAME           neither authoritative nor recursive: a referral to the root
  REFERRAL       the same from a server that says it is recursive
  GARBAGE        bytes that begin with the right id
  SHORT          five bytes
  WRONG_ID WRONG_NAME    an answer to a question that nobody asked
  BAD_TXT        a TXT record whose string is longer than the record
The values are in zone-file form; a TXT value is the text itself (str or bytes;
a list of them: the strings as they are to stand in one record). slow=SECONDS
delays any of them. A name with a CNAME answers with it, and with what its
target has, when the target is known here. A name that is unknown gets the
default (NXDOMAIN), one with other types, or with names below it, NODATA.
"""
import asyncio
import os
import shlex
import socket
import sys
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

RCODES = ("NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR")
BEHAVIOURS = RCODES + (
    "ANSWER", "NODATA", "TIMEOUT", "TRUNCATED", "TC_DEAD", "TC_DEAF", "LAME",
    "REFERRAL", "GARBAGE", "SHORT", "WRONG_ID", "WRONG_NAME", "BAD_TXT")
TTL_SEC = 1
CHASE_MAX = 20


def _name(text):
    return dns.name.from_text(text).canonicalize()


def _txt_wire(value):
    if isinstance(value, (list, tuple)):
        parts = [p if isinstance(p, bytes) else p.encode() for p in value]
    else:
        data = value if isinstance(value, bytes) else value.encode()
        parts = [data[i:i + 255] for i in range(0, len(data), 255)] or [b""]
    return b"".join(bytes([len(p)]) + p for p in parts)


def _rdata(rtype, value):
    if rtype == dns.rdatatype.TXT:
        wire = _txt_wire(value)
        return dns.rdata.from_wire(dns.rdataclass.IN, rtype, wire, 0,
                                   len(wire))
    return dns.rdata.from_text(dns.rdataclass.IN, rtype, value,
                               origin=dns.name.root, relativize=False)


class Entry:
    def __init__(self, rtype, behaviour, values, slow):
        if behaviour not in BEHAVIOURS:
            raise ValueError("no behaviour: " + behaviour)
        self.behaviour = behaviour
        self.slow = slow
        self.rdatas = [_rdata(rtype, v) for v in values]


class DnsFault:
    def __init__(self, port=0, address="127.0.0.1"):
        self.address, self.port = address, port
        self.entries = {}
        self.default = Entry(None, "NXDOMAIN", (), 0)
        self.chase = True  # False: a CNAME is answered alone
        self.counts = {}
        self.total = 0
        self.tcp_total = 0
        self.is_deaf = False
        self.lock = threading.Lock()
        self.loop = self.thread = self.udp = self.tcp = None
        self.tasks = set()

    # -- what it does ------------------------------------------------------
    def set(self, name, rtype, behaviour, *values, slow=0):
        """Replaces what the name does when asked for this type ("*": any)."""
        number = None if rtype == "*" else dns.rdatatype.from_text(rtype)
        entry = Entry(number, behaviour, values, slow)
        with self.lock:
            self.entries.setdefault(_name(name), {})[number] = entry

    def unset(self, name, rtype="*"):
        """Forgets it; "*": all that was set for the name."""
        with self.lock:
            if rtype == "*":
                self.entries.pop(_name(name), None)
                return
            kinds = self.entries.get(_name(name), {})
            kinds.pop(dns.rdatatype.from_text(rtype), None)
            if not kinds:
                self.entries.pop(_name(name), None)

    def clear(self):
        with self.lock:
            self.entries = {}
            self.default = Entry(None, "NXDOMAIN", (), 0)

    def set_default(self, behaviour, slow=0):
        """For names that nothing is known of."""
        self.default = Entry(None, behaviour, (), slow)

    def count(self, name=None, rtype=None):
        """How often it was asked, on UDP and TCP together."""
        with self.lock:
            if name is None:
                return self.total
            if rtype is None:
                return sum(n for key, n in self.counts.items()
                           if key[0] == _name(name))
            return self.counts.get(
                (_name(name), dns.rdatatype.from_text(rtype)), 0)

    def reset_counts(self):
        with self.lock:
            self.counts, self.total, self.tcp_total = {}, 0, 0

    # -- its life ----------------------------------------------------------
    @property
    def server(self):
        return "%s@%d" % (self.address, self.port)

    def start(self):
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()

        def run():
            asyncio.set_event_loop(self.loop)
            self.loop.call_soon(ready.set)
            self.loop.run_forever()
        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        ready.wait()
        for _ in range(50):
            try:
                self._do(self._open())
                return self
            except OSError:
                if self.port:
                    raise
        raise OSError("no port is free for UDP and TCP")

    def stop(self):
        if self.loop is None:
            return
        self._do(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.loop = None

    def down(self, closed=False):
        """Hears nothing any more; closed: the ports are closed, too."""
        self.is_deaf = True
        if closed:
            self._do(self._close())

    def up(self):
        if self.udp is None:
            self._do(self._open())
        self.is_deaf = False

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(
            coroutine, self.loop).result(10)

    async def _open(self):
        wanted = self.port
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        try:
            udp.bind((self.address, wanted))
            port = udp.getsockname()[1]
            self.tcp = await asyncio.start_server(
                self._serve_tcp, self.address, port, backlog=500)
        except OSError:
            udp.close()
            raise
        self.port = port
        self.udp, _ = await self.loop.create_datagram_endpoint(
            lambda: _Udp(self), sock=udp)

    async def _close(self):
        for task in list(self.tasks):
            task.cancel()
        if self.udp is not None:
            self.udp.close()
            self.tcp.close()
            await self.tcp.wait_closed()
            self.udp = self.tcp = None
        await asyncio.sleep(0)

    # -- serving -----------------------------------------------------------
    def _spawn(self, coroutine):
        task = self.loop.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve_tcp(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            while True:
                head = await reader.readexactly(2)
                data = await reader.readexactly(int.from_bytes(head, "big"))
                reply = await self._reply(data, True)
                if reply == b"":
                    break
                if reply is not None:
                    writer.write(len(reply).to_bytes(2, "big") + reply)
                    await writer.drain()
        except (asyncio.IncompleteReadError, OSError,
                asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(asyncio.current_task())
            writer.close()

    async def serve_udp(self, data, peer):
        reply = await self._reply(data, False)
        if reply and self.udp is not None:
            self.udp.sendto(reply, peer)

    async def _reply(self, data, is_tcp):
        """The reply's bytes; None: none; b"": close the connection."""
        try:
            query = dns.message.from_wire(data)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        name, rtype = question.name.canonicalize(), question.rdtype
        with self.lock:
            self.total += 1
            self.tcp_total += is_tcp
            key = (name, rtype)
            self.counts[key] = self.counts.get(key, 0) + 1
        if self.is_deaf:
            return None
        entry, reply = self._find(query, name, rtype)
        if entry.slow:
            await asyncio.sleep(entry.slow)
        return self._form(query, reply, entry.behaviour, is_tcp)

    def _find(self, query, name, rtype):
        """The behaviour that decides, and the reply with its records."""
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        seen = set()
        for _ in range(CHASE_MAX):
            entry, owner_type = self._entry(name, rtype)
            for rdata in entry.rdatas:
                rrset = reply.find_rrset(
                    reply.answer, name, dns.rdataclass.IN, owner_type,
                    create=True)
                rrset.add(rdata, TTL_SEC)
            if owner_type != dns.rdatatype.CNAME or rtype == owner_type \
                    or entry.behaviour != "ANSWER":
                return entry, reply
            name = entry.rdatas[0].target.canonicalize()
            if not self.chase or name in seen:
                return entry, reply
            seen.add(name)
        return entry, reply

    def _entry(self, name, rtype):
        with self.lock:
            kinds = self.entries.get(name)
            if kinds is not None:
                for number in (rtype, dns.rdatatype.CNAME, None):
                    if number in kinds:
                        return kinds[number], number or rtype
                return Entry(None, "NODATA", (), 0), rtype
            if any(n.is_subdomain(name) for n in self.entries):
                return Entry(None, "NODATA", (), 0), rtype
            return self.default, rtype

    def _form(self, query, reply, behaviour, is_tcp):
        if behaviour == "TIMEOUT" or (behaviour == "TC_DEAF" and is_tcp):
            return None
        if behaviour == "TC_DEAD" and is_tcp:
            return b""
        if behaviour == "GARBAGE":
            return query.id.to_bytes(2, "big") + os.urandom(60)
        if behaviour == "SHORT":
            return query.id.to_bytes(2, "big") + b"\x80\0\0"
        if behaviour in RCODES:
            reply.set_rcode(dns.rcode.from_text(behaviour))
        if behaviour in ("NXDOMAIN", "NODATA"):
            _add_soa(reply, query.question[0].name)
        if behaviour in ("LAME", "REFERRAL"):
            reply.flags &= ~dns.flags.AA
            if behaviour == "LAME":
                reply.flags &= ~dns.flags.RA
            reply.authority.append(dns.rrset.from_text(
                dns.name.root, TTL_SEC, "IN", "NS", "ns.nowhere.test."))
        if behaviour == "WRONG_ID":
            reply.id ^= 1
        if behaviour == "WRONG_NAME":
            reply.question[0].name = _name("other.test")
        if behaviour == "BAD_TXT":
            return _bad_txt(reply)
        if not is_tcp and behaviour in ("TRUNCATED", "TC_DEAD", "TC_DEAF"):
            return _truncated(reply)
        wire = reply.to_wire(max_size=65535)
        if not is_tcp and len(wire) > max(512, query.payload):
            return _truncated(reply)
        return wire


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, owner):
        self.owner = owner

    def datagram_received(self, data, addr):
        self.owner._spawn(self.owner.serve_udp(data, addr))


def _add_soa(reply, name):
    zone = dns.name.Name(name.labels[-2:])
    reply.authority.append(dns.rrset.from_text(
        zone, TTL_SEC, "IN", "SOA",
        "ns.%s hostmaster.%s 1 3600 600 86400 %d" % (zone, zone, TTL_SEC)))


def _truncated(reply):
    reply.answer, reply.authority, reply.additional = [], [], []
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def _bad_txt(reply):
    reply.answer = []
    question = reply.to_wire()
    record = b"\xc0\x0c\0\x10\0\x01\0\0\0\x01\0\x05\x09abcd"
    at = 12
    while question[at]:
        at += question[at] + 1
    head = question[:6] + b"\0\x01\0\0\0\0"
    return head + question[12:at + 5] + record


def _command(server, words):
    verb, args = words[0], words[1:]
    if verb == "set":
        server.set(args[0], args[1], args[2], *args[3:])
    elif verb == "unset":
        server.unset(*args)
    elif verb == "default":
        server.set_default(*args)
    elif verb in ("down", "closed"):
        server.down(closed=verb == "closed")
    elif verb == "up":
        server.up()
    elif verb == "count":
        return str(server.count(*args))
    else:
        raise ValueError("no command: " + verb)
    return "ok"


def main():
    with DnsFault(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as server:
        print(server.server, flush=True)
        for line in sys.stdin:
            words = shlex.split(line, comments=True)
            try:
                print(_command(server, words) if words else "", flush=True)
            except (ValueError, IndexError, TypeError,
                    dns.exception.DNSException) as err:
                print("no: %s" % err, flush=True)


if __name__ == "__main__":
    main()
