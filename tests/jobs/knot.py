"""A private Knot DNS with zones that take signed updates, and a client of them.
Knows nothing of single scenarios."""
import base64
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.tsigkeyring
import dns.update

from cases import expect, wait_for

CONF = """\
server:
    listen: 127.0.0.1@%(port)d
    rundir: "%(dir)s"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: "%(dir)s/knot.log"
    any: info
database:
    storage: "%(dir)s/db"
key:
  - id: sendward
    algorithm: hmac-sha256
    secret: %(secret)s
acl:
  - id: updates
    key: sendward
    action: update
template:
  - id: default
    storage: "%(dir)s"
    file: "%%s.zone"
    acl: updates
zone:
"""


def free_port():
    for _ in range(100):
        with socket.socket() as tcp, \
                socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return tcp.getsockname()[1]
    raise OSError("no port is free for UDP and TCP")


class Knot:
    def __init__(self, *zones):
        self.dir = tempfile.mkdtemp(prefix="knot.",
                                    dir=os.environ.get("TMPDIR"))
        os.mkdir(self.dir + "/db")
        self.port = free_port()
        self.server = "127.0.0.1@%d" % self.port
        self.zones = zones
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.process = None
        self.key_file = self.write_key("tsig.key", self.secret)
        with open(self.dir + "/knot.conf", "w", encoding="ascii") as f:
            f.write(CONF % vars(self))
            for zone in zones:
                f.write("  - domain: %s\n" % zone)
        for zone in zones:
            with open("%s/%s.zone" % (self.dir, zone), "w",
                      encoding="ascii") as f:
                f.write("$TTL 1\n@ SOA ns.%s. admin.%s. 1 60 60 600 1\n"
                        "@ NS ns.%s.\nns A 127.0.0.1\n" % (zone, zone, zone))

    def write_key(self, name, secret):
        path = "%s/%s" % (self.dir, name)
        with open(path, "w", encoding="ascii") as f:
            os.fchmod(f.fileno(), 0o400)
            f.write("hmac-sha256:sendward:%s\n" % secret)
        return path

    def start(self):
        program = shutil.which("knotd", path="/usr/sbin:/usr/bin")
        self.process = subprocess.Popen(
            [program, "-c", self.dir + "/knot.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_for(lambda: self.ask(self.zones[0], "SOA"), 20, "knotd answers")
        return self

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
        self.process = None

    def ask(self, name, rtype):
        """The values; [] none, also when nobody answers."""
        query = dns.message.make_query(name, rtype)
        try:
            reply = dns.query.tcp(query, "127.0.0.1", 2, self.port)
        except (OSError, EOFError, dns.exception.DNSException):
            return []
        values = []
        for rrset in reply.answer:
            if rrset.rdtype != dns.rdatatype.from_text(rtype):
                continue
            for rdata in rrset:
                values.append(
                    b"".join(rdata.strings).decode() if rtype == "TXT"
                    else rdata.to_text())
        return values

    def set(self, zone, name, rtype, value):
        """Makes it the only one; value None: none is left."""
        ring = dns.tsigkeyring.from_text({"sendward": self.secret})
        update = dns.update.UpdateMessage(zone, keyring=ring,
                                          keyalgorithm="hmac-sha256")
        where = dns.name.from_text(name)
        if value is None:
            update.delete(where, rtype)
        else:
            update.replace(where, 1, rtype, value)
        reply = dns.query.tcp(update, "127.0.0.1", 5, self.port)
        expect(reply.rcode() == 0, "update of %s: %s" % (
            name, dns.rcode.to_text(reply.rcode())))
        time.sleep(0.1)
