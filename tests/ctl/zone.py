"""A name server of the test's own: UDP and TCP on 127.0.0.1, answers from a dict
that the test changes, and, when told so, with errors or not at all."""
import socketserver
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


def strings(value):
    """A TXT value as dnspython reads it: strings of 255 at most."""
    return " ".join('"%s"' % value[i:i + 255].replace("\\", "\\\\")
                    .replace('"', '\\"') for i in range(0, len(value), 255))


class Zone:
    """Everything below the root. records: {(name, type): [text, ...]}."""

    def __init__(self):
        self.records = {}
        self.mode = "answer"  # or an rcode's name, or "silent"
        self.asked = []
        zone = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                answer = zone.answer(self.request[0])
                if answer is not None:
                    wire = answer.to_wire(max_size=65535)
                    if len(wire) > 1200:
                        answer.answer = []
                        answer.flags |= dns.flags.TC
                        wire = answer.to_wire()
                    self.request[1].sendto(wire, self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            def handle(self):
                size = self.request.recv(2)
                if len(size) == 2:
                    want, data = struct.unpack("!H", size)[0], b""
                    while len(data) < want:
                        part = self.request.recv(want - len(data))
                        if not part:
                            return
                        data += part
                    answer = zone.answer(data)
                    if answer is not None:
                        wire = answer.to_wire(max_size=65535)
                        self.request.sendall(
                            struct.pack("!H", len(wire)) + wire)

        class TcpServer(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        for _ in range(20):  # one number for both
            self.tcp = TcpServer(("127.0.0.1", 0), Tcp)
            self.port = self.tcp.server_address[1]
            try:
                self.udp = socketserver.ThreadingUDPServer(
                    ("127.0.0.1", self.port), Udp)
                break
            except OSError:
                self.tcp.server_close()
        self.udp.daemon_threads = True
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, args=(0.05,),
                             daemon=True).start()

    def stop(self):
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()

    def set(self, name, kind, *values):
        """values: none takes the record away."""
        name = name.rstrip(".").lower()
        if values:
            self.records[(name, kind)] = [
                strings(v) if kind == "TXT" else v for v in values]
        else:
            self.records.pop((name, kind), None)

    def publish(self, record):
        """A row of identity records."""
        value = record["value"]
        if record["type"] in ("CNAME", "MX") and not value.endswith("."):
            value += "."
        self.set(record["name"], record["type"], value)

    def answer(self, wire):
        try:
            question = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if self.mode == "silent":
            return None
        answer = dns.message.make_response(question, recursion_available=True)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(asked.rdtype)
        self.asked.append((name, kind))
        if self.mode != "answer":
            answer.set_rcode(dns.rcode.from_text(self.mode))
            return answer
        for _ in range(10):
            if (name, kind) in self.records:
                answer.answer.append(dns.rrset.from_text_list(
                    name + ".", 60, "IN", kind, self.records[(name, kind)]))
                break
            alias = self.records.get((name, "CNAME"))
            if not alias:
                if not self.is_there(name):
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                break
            answer.answer.append(dns.rrset.from_text_list(
                name + ".", 60, "IN", "CNAME", alias))
            name = alias[0].rstrip(".").lower()
        if not answer.answer or answer.answer[-1].rdtype != asked.rdtype:
            answer.authority.append(dns.rrset.from_text(
                "example.", 1, "IN", "SOA", "a. b. 1 60 60 60 1"))
        return answer

    def is_there(self, name):
        return any(n == name or n.endswith("." + name)
                   for n, _ in self.records)
