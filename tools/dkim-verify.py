#!/usr/bin/python3
"""Verifies the DKIM signatures of a stored message with dkimpy.

Usage: dkim-verify.py SERVER@PORT FILE
FILE may be one of OUTBOX: the leading X-Client-Addr, X-Helo-Args, X-Mail-Args
and X-Rcpt-Args lines are not part of the message. Keys come from the DNS
server named. Prints one line a signature: "pass d=DOMAIN s=SELECTOR a=ALG" or
"fail ...". Exit 0 when there is a signature and every one passes.
"""
import re
import sys

import dkim
import dns.exception
import dns.message
import dns.query
import dns.rdatatype

ENVELOPE = re.compile(rb"^X-(Client-Addr|Helo-Args|Mail-Args|Rcpt-Args): ")


def message_of(path):
    with open(path, "rb") as f:
        data = f.read()
    while ENVELOPE.match(data):
        data = data.partition(b"\n")[2]
    return re.sub(rb"\r?\n", b"\r\n", data)


def lookup(server):
    address, _, port = server.partition("@")

    def ask(name, timeout):
        query = dns.message.make_query(name, dns.rdatatype.TXT)
        answer, _ = dns.query.udp_with_fallback(
            query, address, port=int(port), timeout=timeout)
        return {rrset.rdtype: rrset[0] for rrset in answer.answer}

    def txt(name, timeout=5):
        name = name.decode("ascii")
        for _ in range(8):  # the server does not follow CNAMEs out of a zone
            try:
                found = ask(name, timeout)
            except (OSError, dns.exception.DNSException):
                return None
            if dns.rdatatype.TXT in found:
                return b"".join(found[dns.rdatatype.TXT].strings)
            if dns.rdatatype.CNAME not in found:
                return None
            name = found[dns.rdatatype.CNAME].target.to_text()
        return None

    return txt


def tag(header, name):
    found = re.search(rb"(?:^|;)\s*" + name + rb"\s*=\s*([^;\s]+)", header)
    return found.group(1).decode() if found else "?"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    message = message_of(sys.argv[2])
    signatures = [value for name, value in dkim.rfc822_parse(message)[0]
                  if name.lower() == b"dkim-signature"]
    failed = not signatures
    if failed:
        print("fail: no DKIM-Signature")
    for index, value in enumerate(signatures):
        try:
            good = dkim.DKIM(message).verify(
                idx=index, dnsfunc=lookup(sys.argv[1]))
            why = "" if good else "signature does not match"
        except dkim.DKIMException as err:
            good, why = False, str(err)
        print("%s d=%s s=%s a=%s %s" % (
            "pass" if good else "fail", tag(value, b"d"), tag(value, b"s"),
            tag(value, b"a"), why))
        failed = failed or not good
    sys.exit(1 if failed else 0)


main()
