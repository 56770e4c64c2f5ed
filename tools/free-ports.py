#!/usr/bin/python3
"""Chooses free loopback TCP ports and prints them as shell variables.

Usage: free-ports.py NAME[=PORT]...
A NAME with a PORT keeps it when it can still be bound (or is given as
NAME=PORT! because a live part of the stack holds it); otherwise a new one is
chosen. DNS_PORT must be free for UDP too.
"""
import socket
import sys


def is_free(port, with_udp):
    kinds = [socket.SOCK_STREAM] + ([socket.SOCK_DGRAM] if with_udp else [])
    for kind in kinds:
        with socket.socket(socket.AF_INET, kind) as s:
            if kind == socket.SOCK_STREAM:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def choose(with_udp, taken):
    for _ in range(200):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in taken and is_free(port, with_udp):
            return port
    sys.exit("free-ports: no free port found on 127.0.0.1")


def main():
    taken = set()
    for arg in sys.argv[1:]:
        name, _, wanted = arg.partition("=")
        held = wanted.endswith("!")
        wanted = wanted.rstrip("!")
        with_udp = name == "DNS_PORT"
        if wanted.isdigit() and (held or is_free(int(wanted), with_udp)):
            port = int(wanted)
        else:
            port = choose(with_udp, taken)
        taken.add(port)
        print("%s=%d" % (name, port))


main()
