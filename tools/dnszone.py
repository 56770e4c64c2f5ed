#!/usr/bin/python3
"""Changes the private stack's DNS.

The stack serves two zones, example. and test., whole: every name below them
can be added without making a zone first. The records are kept in DIR/records,
one "NAME TYPE VALUE" a line; the zone files are made from them when the server
starts, and changes reach it as updates (RFC 2136), signed with the key in
DIR/stack.key (ALGORITHM:NAME:BASE64). A change is visible on return.

Usage: dnszone.py DIR SERVER@PORT init
       dnszone.py DIR SERVER@PORT add NAME TYPE VALUE...
       dnszone.py DIR SERVER@PORT del NAME TYPE [VALUE...]
       dnszone.py DIR SERVER@PORT list
VALUE is in zone-file form (MX: "10 mail.example"); a TXT value that does not
begin with a double quote is taken as it stands and split into strings of 255.
Host names in values need no final dot. Adding what is there and deleting what
is not there are both harmless.
"""
import contextlib
import fcntl
import os
import re
import sys

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update
import dns.zone

ZONES = ("example", "test")
TTL_SEC = 1
HOST_AT = {"CNAME": 0, "NS": 0, "PTR": 0, "MX": 1, "SRV": 3}
TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT", "CAA", "TLSA")
NAME = re.compile(r"^(?=.{1,253}$)(\*\.)?([A-Za-z0-9_-]{1,63}\.)*"
                  r"(example|test)$")
WAIT_SEC = 5


def die(text):
    sys.exit("dns: " + text)


def zone_name(name):
    name = name.rstrip(".").lower()
    if not NAME.match(name):
        die("%s: not a name under .example or .test" % name)
    return name


def quoted(text):
    data = text.encode("utf-8", "surrogateescape")
    parts = [data[i:i + 255] for i in range(0, len(data), 255)] or [b""]
    return " ".join('"%s"' % "".join(
        chr(c) if 32 <= c < 127 and c not in b'"\\' else "\\%03d" % c
        for c in part) for part in parts)


def zone_value(rtype, words):
    if rtype == "TXT":
        text = " ".join(words)
        return text if text.startswith('"') else quoted(text)
    words = " ".join(words).split()
    at = HOST_AT.get(rtype)
    if at is not None and len(words) == at + 1:
        words[at] = words[at].rstrip(".") + "."
    return " ".join(words)


def read_records(folder):
    try:
        with open(os.path.join(folder, "records"), encoding="utf-8") as f:
            return [tuple(line.rstrip("\n").split(" ", 2)) for line in f]
    except FileNotFoundError:
        return []


def changed(records, verb, name, rtype, words):
    """The new list of records, or the old one when nothing changes."""
    if verb == "del":
        value = zone_value(rtype, words) if words else None
        return [r for r in records if r[:2] != (name, rtype)
                or (value is not None and r[2] != value)]
    if not words:
        die("add NAME TYPE VALUE: the value is missing")
    others = {r[1] for r in records if r[0] == name}
    if others and (rtype == "CNAME") != ("CNAME" in others):
        die("%s already has %s: a CNAME stands alone; delete it first"
            % (name, ", ".join(sorted(others))))
    record = (name, rtype, zone_value(rtype, words))
    return records if record in records else records + [record]


def zone_text(zone, records):
    lines = ["$TTL %d" % TTL_SEC,
             "%s. SOA ns.%s. hostmaster.%s. 1 3600 600 86400 %d"
             % (zone, zone, zone, TTL_SEC),
             "%s. NS ns.%s." % (zone, zone), "ns.%s. A 127.0.0.1" % zone]
    for name, rtype, value in records:
        if zone_of(name) == zone:
            lines.append("%s. %s %s" % (name, rtype, value))
    return "\n".join(lines) + "\n"


def zone_of(name):
    return name.rpartition(".")[2]


def replace(path, text):
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(path + ".new", path)


def check(records):
    for zone in ZONES:
        try:
            dns.zone.from_text(zone_text(zone, records), origin=zone + ".",
                               relativize=False)
        except (dns.exception.DNSException, ValueError) as err:
            die("the record is not valid: %s" % err)


def write_zones(folder, records):
    for zone in ZONES:
        replace(os.path.join(folder, zone + ".zone"),
                zone_text(zone, records))


def write_records(folder, records):
    replace(os.path.join(folder, "records"),
            "".join("%s %s %s\n" % r for r in records))


def new_update(folder, zone):
    with open(os.path.join(folder, "stack.key"), encoding="ascii") as f:
        algorithm, name, secret = f.read().strip().split(":")
    return dns.update.UpdateMessage(
        zone + ".", keyring=dns.tsigkeyring.from_text({name: secret}),
        keyname=name, keyalgorithm=algorithm)


def send_change(folder, server, name, rtype, records):
    """Makes the records of name and type in the server what the list says."""
    update = new_update(folder, zone_of(name))
    update.delete(name + ".", rtype)
    for other, kind, value in records:
        if (other, kind) == (name, rtype):
            update.add(name + ".", TTL_SEC, rtype, value)
    address, _, port = server.partition("@")
    try:
        answer = dns.query.tcp(update, address, port=int(port),
                               timeout=WAIT_SEC)
    except (OSError, dns.exception.DNSException) as err:
        die("the DNS server does not answer (is the stack up?): %s" % err)
    if answer.rcode() != dns.rcode.NOERROR:
        die("the DNS server refused the change: "
            + dns.rcode.to_text(answer.rcode()))


def change(folder, server, verb, name, rtype, words):
    """verb: add or del."""
    name, rtype = zone_name(name), rtype.upper()
    if rtype not in TYPES:
        die("%s: type not known; one of %s" % (rtype, " ".join(TYPES)))
    with locked(folder):
        records = read_records(folder)
        wanted = changed(records, verb, name, rtype, words)
        if wanted != records:
            check(wanted)
            send_change(folder, server, name, rtype, wanted)
            write_records(folder, wanted)


@contextlib.contextmanager
def locked(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    folder, server, verb = sys.argv[1:4]
    if verb == "init":
        with locked(folder):
            write_zones(folder, read_records(folder))
    elif verb == "list":
        with locked(folder):
            print("".join("%s %s %s\n" % r for r in read_records(folder)),
                  end="")
    elif verb in ("add", "del") and len(sys.argv) >= 6:
        change(folder, server, verb, sys.argv[4], sys.argv[5], sys.argv[6:])
    else:
        sys.exit("usage: quickstart dns add NAME TYPE VALUE | "
                 "del NAME TYPE | list")


if __name__ == "__main__":
    main()
