"""Rows about the milter beside everybody who signs: sizes, sessions, a second
signature, waiting times at a fixed rate, and a journal that waits for no disk."""

import os

from . import peers
from .peers import DkimKey
from .sendward import DOMAIN, Sendward, SendwardMilter

PACKAGES = {"rspamd": "/usr/bin/rspamd", "dkimpy-milter":
            "/usr/bin/dkimpy-milter"}

RSPAMD = """\
options {
  pidfile = "%(dir)s/pid"; control_socket = "%(dir)s/control.sock";
  filters = "dkim"; tempdir = "%(dir)s"; cache_file = "%(dir)s/cache";
  disable_hyperscan = true; url_tld = "%(tld)s"; local_addrs = ["127.0.0.0/8"];
  dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }
}
logging { type = "file"; filename = "%(dir)s/log"; level = "error"; }
actions { reject = 150; }
worker "rspamd_proxy" {
  bind_socket = "%(socket)s mode=0666"; milter = yes; count = 1;
  timeout = 120s; upstream "local" { default = yes; self_scan = yes; }
}
modules { path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }
dkim_signing {
  enabled = true; sign_authenticated = true; sign_local = true;
  allow_username_mismatch = true; allow_hdrfrom_mismatch = true;
  use_domain = "header"; use_esld = false; check_pubkey = false;
  domain { example.com { selector = "%(selector)s"; path = "%(key)s"; } }
}
"""


class Rspamd:
    """rspamd_proxy that scans itself, with the module dkim_signing alone; it
    always signs relaxed/relaxed."""
    name = "rspamd"

    def __init__(self, work):
        base = work.mkdir("rspamd", 0o777)
        key = DkimKey(work, "example.com", "rspamd")
        self.records = key.records
        target = os.path.join(base, "milter.sock")
        self.addr = "unix:" + target
        os.chmod(key.path, 0o644)
        conf = work.write("rspamd.conf", RSPAMD % {
            "dir": base, "socket": target, "selector": key.selector,
            "key": key.path, "tld": work.write("tlds", "com\nnet\n")})
        self.proc = work.start("rspamd", [
            PACKAGES["rspamd"], "-f", "-i", "-c", conf]).wait_socket(target, 60)
        self.pid = self.proc.pid


class Dkimpy:
    """One domain, no syslog."""
    name = "dkimpy-milter"

    def __init__(self, work):
        base = work.mkdir("dkimpy", 0o755)
        key = DkimKey(work, "example.com", "dkimpy")
        self.records = key.records
        target = os.path.join(base, "milter.sock")
        self.addr = "unix:" + target
        conf = work.write("dkimpy.conf", "\n".join([
            "Syslog no", "Mode s", "Canonicalization relaxed/simple",
            "Domain example.com", "Selector " + key.selector,
            "KeyFile " + key.path, "Socket local:" + target,
            "PidFile %s/pid" % base, "UserID root", "UMask 000",
            "InternalHosts 0.0.0.0/0", ""]))
        self.proc = work.start("dkimpy", [
            PACKAGES["dkimpy-milter"], conf]).wait_socket(target)
        self.pid = self.proc.pid


def install(name):
    peers.install_missing({name: PACKAGES[name]})


def milter_of(ctx, tag, name="sendward", more=""):
    """A sendward-milter of its own, with more lines in its configuration."""
    sendward = Sendward(ctx, tag)
    with open(sendward.conf, "a", encoding="utf-8") as f:
        f.write(more)
    found = SendwardMilter(sendward)
    found.name = name
    return found


def ratio(series, other, key="cpu_us"):
    return series["sendward"].median(key) / series[other].median(key)


def row_beside(peer, size, limit, rounds):
    """sendward beside one peer, 8 sessions."""
    row = "%s-%dk" % (peer.name, size // 1024)

    def measure(ctx):
        if not ctx.has_sendward:
            return
        install(peer.name)
        series = rounds(ctx, row, [milter_of(ctx, row), peer(ctx.work)],
                        ["-c", 8, "-b", size])
        ctx.results.bar(row, "CPU per signed message / %s's" % peer.name,
                        ratio(series, peer.name), limit, fmt="%.3f")
    measure.__doc__ = "beside %s, %d KiB, 8 sessions" % (
        peer.name, size // 1024)
    return measure


def row_second(rounds):
    def measure(ctx):
        """The Ed25519 signature beside the RSA one."""
        if not ctx.has_sendward:
            return
        one = milter_of(ctx, "one-key", "one signature")
        both = Sendward(ctx, "two-keys")
        both.ctl("identity", "delete", "bench", DOMAIN)
        both.ctl("identity", "create", "bench", DOMAIN, "--dkim", "both")
        both.ctl("identity", "verify", "bench", DOMAIN)
        both.records = both.dns_records()
        two = SendwardMilter(both)
        two.name = "two signatures"
        two.signatures = 2
        series = rounds(ctx, "milter-ed25519", [one, two],
                        ["-c", 8, "-b", 2048])
        ctx.results.bar("milter-ed25519", "CPU that the second adds, us",
                        series["two signatures"].median("cpu_us") -
                        series["one signature"].median("cpu_us"), 60)
    return measure


def row_rate(rounds):
    def measure(ctx):
        """8 sessions, 500 messages/s offered whatever the answers."""
        if not ctx.has_sendward:
            return
        series = rounds(ctx, "milter-500", [
            milter_of(ctx, "rate-synced"),
            milter_of(ctx, "rate", "sendward, journal_sync no",
                      'journal_sync = "no";\n'),
            peers.OpenDkim(ctx.work)], ["-c", 8, "-b", 2048, "-R", 500])
        p99 = series["sendward"].median("p99_ms")
        ctx.results.bar("milter-500", "p99 at 500 messages/s, ms", p99, 5,
                        fmt="%.2f")
        ctx.results.bar("milter-500", "p99 / opendkim's",
                        p99 / series["opendkim"].median("p99_ms"), 1,
                        fmt="%.2f")
    return measure


def row_sync(conns, rounds):
    row = "milter-sync-%d" % conns

    def measure(ctx):
        if not ctx.has_sendward:
            return
        rounds(ctx, row, [
            milter_of(ctx, "synced"),
            milter_of(ctx, "unsynced", "sendward, journal_sync no",
                      'journal_sync = "no";\n'),
            peers.OpenDkim(ctx.work)], ["-c", conns, "-b", 2048])
    measure.__doc__ = "what the journal's fdatasync costs, %d sessions" % conns
    return measure


def rows(rounds):
    """rounds: rows.milter_rounds."""
    found = {"milter-ed25519": row_second(rounds),
             "milter-500": row_rate(rounds),
             "milter-sync-1": row_sync(1, rounds),
             "milter-sync-8": row_sync(8, rounds)}
    for peer, size, limit in ((Rspamd, 2048, 0.6), (Rspamd, 20480, 0.2),
                              (Rspamd, 204800, 0.05),
                              (Dkimpy, 2048, 1 / 15)):
        found["%s-%dk" % (peer.name, size // 1024)] = row_beside(
            peer, size, limit, rounds)
    return found
