"""A knotd of a test's own on loopback, with zones that take updates. Knows
nothing of sendward."""
import os
import shutil
import socket
import subprocess
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update

START_SEC = 15


def free_port():
    for _ in range(100):
        with socket.socket() as tcp, \
                socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]
            except OSError:
                continue
    raise OSError("no port is free for UDP and TCP")


class Knotd:
    """keys: {name: (algorithm, base64)}; zones: {name: dict(records=[lines],
    keys=[names of keys that may update], signed=bool)}."""

    def __init__(self, folder, zones, keys=()):
        self.folder, self.zones, self.keys = folder, zones, dict(keys)
        self.port = free_port()
        self.process = None
        os.makedirs(folder + "/db", exist_ok=True)
        for name, zone in zones.items():
            with open("%s/%s.zone" % (folder, name), "w",
                      encoding="ascii") as f:
                f.write("$TTL 1\n%s. SOA ns.%s. h.%s. 1 3600 600 86400 1\n"
                        "%s. NS ns.%s.\nns.%s. A 127.0.0.1\n%s\n" % (
                            (name,) * 6
                            + ("\n".join(zone.get("records", ())),)))
        self.conf = folder + "/knot.conf"
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(self._conf())

    @property
    def server(self):
        return "127.0.0.1@%d" % self.port

    def _conf(self):
        lines = ["server:", "    listen: " + self.server,
                 "    rundir: " + self.folder,
                 "    udp-workers: 1", "    tcp-workers: 1",
                 "    background-workers: 1",
                 "database:", "    storage: %s/db" % self.folder,
                 "log:", "  - target: stderr", "    any: info"]
        if self.keys:
            lines.append("key:")
        for name, (algorithm, secret) in self.keys.items():
            lines += ["  - id: " + name, "    algorithm: " + algorithm,
                      "    secret: " + secret]
        if self.keys:
            lines.append("acl:")
        for name in self.keys:
            lines += ["  - id: " + name, "    key: " + name,
                      "    action: update"]
        lines += ["template:", "  - id: default", "    storage: " + self.folder,
                  "    file: \"%s.zone\"", "zone:"]
        for name, zone in self.zones.items():
            lines.append("  - domain: " + name)
            if zone.get("keys"):
                lines.append("    acl: [%s]" % ", ".join(zone["keys"]))
            if zone.get("signed"):
                lines.append("    dnssec-signing: on")
        return "\n".join(lines) + "\n"

    def start(self):
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("knotd", path="/usr/sbin:/usr/bin"),
                 "-c", self.conf], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + START_SEC
        while not all(self.ask(z, "SOA") for z in self.zones):
            if time.monotonic() > end or self.process.poll() is not None:
                with open(self.folder + "/log", encoding="utf-8") as f:
                    raise OSError("knotd did not start: " + f.read()[-1500:])
            time.sleep(0.05)
        return self

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def ask(self, name, rtype):
        """What it has, each record's data as text; None: no answer."""
        query = dns.message.make_query(name + ".", rtype)
        try:
            answer = dns.query.tcp(query, "127.0.0.1", port=self.port,
                                   timeout=20)
        except (OSError, dns.exception.DNSException):
            return None
        return sorted(r.to_text() for rrset in answer.answer for r in rrset)

    def texts(self, name):
        """Its TXT records, each joined; bytes."""
        query = dns.message.make_query(name + ".", "TXT")
        answer = dns.query.tcp(query, "127.0.0.1", port=self.port, timeout=20)
        return sorted(b"".join(r.strings) for rrset in answer.answer
                      for r in rrset)

    def set(self, zone, name, rtype, value):
        """Makes it the only one, by the zone's first key; None: none is left."""
        key = self.zones[zone]["keys"][0]
        algorithm, secret = self.keys[key]
        update = dns.update.UpdateMessage(
            zone + ".", keyring=dns.tsigkeyring.from_text({key: secret}),
            keyalgorithm=algorithm)
        if value is None:
            update.delete(name + ".", rtype)
        else:
            update.replace(name + ".", 1, rtype, value)
        reply = dns.query.tcp(update, "127.0.0.1", port=self.port, timeout=20)
        if reply.rcode() != 0:
            raise OSError("update of %s: %s" % (
                name, dns.rcode.to_text(reply.rcode())))

    def dnskey(self, zone):
        """The zone's keys as trust anchors."""
        done = subprocess.run(
            ["keymgr", "-c", self.conf, zone, "dnskey"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=True)
        return done.stdout
