"""The servers that sendward is measured beside: floors that do nothing, and
what people use today. Each has the same face: addr, pid, counted()."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess

from .procs import BenchError, call, free_port

# Debian packages of the peers; what is missing is installed without letting
# any service start.
PACKAGES = {
    "opendkim": "/usr/sbin/opendkim",
    "policyd-rate-limit": "/usr/bin/policyd-rate-limit",
    "postfwd": "/usr/sbin/postfwd1",
    "postfix": "/usr/sbin/smtp-source",
    "python3-dkim": "/usr/lib/python3/dist-packages/dkim/__init__.py",
}
POLICY_RC = "/usr/sbin/policy-rc.d"


def install_missing(packages=None):
    """packages: names and a file that each brings."""
    missing = [p for p, path in (packages or PACKAGES).items()
               if not os.path.exists(path)]
    if not missing:
        return
    made = not os.path.exists(POLICY_RC)
    if made:
        with open(POLICY_RC, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nexit 101\n")
        os.chmod(POLICY_RC, 0o755)
    try:
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends"] + missing,
            env=env, stdout=subprocess.DEVNULL, check=True, timeout=600)
    finally:
        if made:
            os.unlink(POLICY_RC)


class DkimKey:
    """A 2048 bit key for a peer, and the DNS answer that verifies it."""

    def __init__(self, work, domain, selector):
        self.domain = domain
        self.selector = selector
        self.path = work.path("dkim-%s.pem" % selector)
        call(["openssl", "genrsa", "-out", self.path, "2048"])
        os.chmod(self.path, 0o600)
        pub = call(["openssl", "rsa", "-in", self.path, "-pubout"])
        p = "".join(pub.splitlines()[1:-1])
        self.records = {"%s._domainkey.%s" % (selector, domain):
                        "v=DKIM1; k=rsa; p=" + p}


class NoopMilter:
    name = "no-op libmilter"

    def __init__(self, work, tcp=False, flags=None):
        if tcp:
            port = free_port()
            conn, target = "inet:%d@127.0.0.1" % port, ("127.0.0.1", port)
            self.addr = "inet:127.0.0.1:%d" % port
        else:
            target = work.path("noop-milter.sock")
            conn = self.addr = "unix:" + target
        argv = [os.path.join(work.programs, "noop-milter"), "-s", conn]
        if flags is not None:
            argv += ["-p", hex(flags)]
        self.proc = work.start("noop-milter", argv).wait_socket(target)
        self.pid = self.proc.pid
        self.records = None


class OpenDkim:
    """Its best case: one domain, no syslog, relaxed/simple."""
    name = "opendkim"

    def __init__(self, work, tcp=False):
        tag = "opendkim-tcp" if tcp else "opendkim"
        key = DkimKey(work, "example.com", tag)
        self.records = key.records
        if tcp:
            port = free_port()
            sock, target = "inet:%d@127.0.0.1" % port, ("127.0.0.1", port)
            self.addr = "inet:127.0.0.1:%d" % port
        else:
            target = work.path(tag + ".sock")
            sock, self.addr = "local:" + target, "unix:" + target
        conf = work.write(tag + ".conf", "\n".join([
            "Syslog no", "Mode s", "Canonicalization relaxed/simple",
            "Domain example.com", "Selector " + key.selector,
            "KeyFile " + key.path, "Socket " + sock, "UMask 000",
            "RequireSafeKeys no", "Background no", ""]))
        self.proc = work.start(
            tag, ["/usr/sbin/opendkim", "-f", "-x", conf]).wait_socket(target)
        self.pid = self.proc.pid


class NoopPolicy:
    name = "no-op epoll"
    stages = "R"

    def __init__(self, work):
        path = work.path("noop-policy.sock")
        self.addr = "unix:" + path
        argv = [os.path.join(work.programs, "noop-policy"), path]
        self.proc = work.start("noop-policy", argv).wait_socket(path)
        self.pid = self.proc.pid

    def counted(self):
        return None


class PolicydRateLimit:
    """SQLite, two limits, debug off. It counts at RCPT; at any other stage it
    answers without looking at its database."""
    name = "policyd-rate-limit"
    stages = "R"

    def __init__(self, work, by_sender=False, name="policyd-rl"):
        base = work.mkdir(name)
        # It shuts the database's directory to others, the socket's not.
        self.db = os.path.join(work.mkdir(name + "/db"), "db.sqlite3")
        path = os.path.join(base, "policy.sock")
        self.addr = "unix:" + path
        conf = work.write(name + ".yaml", "\n".join([
            "debug: False", 'user: "root"', 'group: "root"',
            'pidfile: "%s/pid"' % base, "backend: 0",
            "sqlite_config:", '    database: "%s"' % self.db,
            'SOCKET: "%s"' % path, "socket_permission: 0666",
            "limits:", "    - [1000000000, 60]", "    - [1000000000, 86400]",
            "limits_by_id: {}",
            "limit_by_sasl: %s" % (not by_sender),
            "limit_by_sender: %s" % by_sender, "limit_by_ip: False",
            "limited_networks: []", 'success_action: "dunno"',
            'fail_action: "defer_if_permit limit"',
            'db_error_action: "defer_if_permit database"',
            "report: False", "delay_to_close: 300", ""]))
        self.proc = work.start(name, [
            "/usr/bin/policyd-rate-limit", "-f", conf]).wait_socket(path)
        self.pid = self.proc.pid

    def counted(self):
        db = sqlite3.connect("file:%s?mode=ro" % self.db, uri=True)
        try:
            return db.execute("SELECT COUNT(*) FROM mail_count").fetchone()[0]
        finally:
            db.close()


class Postfwd1:
    """Two rates a user, in memory, no DNS, no log."""
    name = "postfwd1"
    stages = "R"

    def __init__(self, work):
        base = work.mkdir("postfwd")
        shutil.chown(base, "nobody", "nogroup")
        path = os.path.join(base, "policy.sock")
        self.addr = "unix:" + path
        self.path = path
        rule = ("id=%s; action=rate(sasl_username/1000000000/%d/"
                "450 4.7.1 limit)\n")
        rules = work.write("postfwd.cf", rule % ("MINUTE", 60) +
                           rule % ("DAY", 86400))
        pidfile = os.path.join(base, "pid")
        self.proc = work.start_daemon("postfwd1", [
            "/usr/sbin/postfwd1", "-d", "--nodns", "--perfmon", "-f", rules,
            "--proto=unix", "--port=" + path, "-u", "nobody",
            "-g", "nogroup", "--umask=0000", "--pidfile=" + pidfile,
        ], pidfile).wait_socket(path)
        self.pid = self.proc.pid

    def counted(self):
        """What its day's counters hold together, from its cache dump."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(20)
            s.connect(self.path)
            s.sendall(b"request=dumpcache\n\n")
            text = b""
            while True:
                try:
                    got = s.recv(65536)
                except OSError:
                    break
                if not got:
                    break
                text += got
        found = re.findall(rb"%DAY\S* -> \$count\s*-> '(\d+)'", text)
        if not found and b"rate_cache" in text:
            raise BenchError("postfwd1 shows no counters: %r" % text[:300])
        return sum(int(n) for n in found)
