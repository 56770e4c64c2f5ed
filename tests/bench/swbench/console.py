"""What the console's pages ask for, with 10,000 accounts and 1,000,000 messages in the
store: each call of each page, by a session, timed at the client on loopback. And what
a browser loads before a page is there."""

import gzip
import http.client
import json
import os
import re
import time
import urllib.parse

from .procs import BenchError, call, free_port

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
CONF = """\
mode = "enforce";
store = "sqlite:%(dir)s/sendward.db";
master_key_file = "%(dir)s/master.key";
journal = "%(dir)s/journal";
user = "";
bounce_domain = "bounce.example";
log = { target = "%(dir)s/sendward.log"; level = "info"; };
api = { listen = "127.0.0.1:%(port)d"; url = "http://127.0.0.1:%(port)d";
    calls_per_second = 1000000; };
console = { dir = "%(top)s/console"; files_dir = "%(dir)s/files"; };
"""
MOST_MSEC = 300
MOST_BYTES = 200 * 1000
PAGES = 3  # of each list, one behind the other
OWN = "/sendward/"
SES = "/v2/email/"

# What is asked, and by whom; lists go on to their next pages.
ACCOUNT = [
    OWN + "session", OWN + "sessions", OWN + "overview",
    OWN + "timeline?Period=HOUR", OWN + "timeline?Period=DAY",
    OWN + "timeline?Period=FORTNIGHT",
    SES + "account", SES + "identities?PageSize=50",
    OWN + "credentials", OWN + "endpoints",
    OWN + "messages?PageSize=50",
    *[OWN + "messages?Status=" + status for status in (
        "DELIVERED", "BOUNCED", "COMPLAINED", "DELAYED", "REJECTED",
        "PENDING")],
    OWN + "messages?Recipient={recipient}",
    OWN + "messages?Recipient=" + urllib.parse.quote("@example.com"),
    OWN + "messages?Recipient=nobody-of-that-name@nowhere.example",
    OWN + "messages?Recipient={recipient}&Status=BOUNCED",
    OWN + "messages?MessageId={id}",
    OWN + "messages?Since={since}&Until={until}",
    OWN + "messages?Since={since}&Until={until}&Status=BOUNCED",
    OWN + "messages?Tag=campaign%3Dnone-of-that-name",
    OWN + "messages/{id}",
    OWN + "suppressions?PageSize=50", OWN + "suppressions?Address=x",
    OWN + "suppressions?Reason=BOUNCE", OWN + "suppressions?Reason=COMPLAINT",
    OWN + "suppressions?Reason=MANUAL", OWN + "suppressions?Address=zz",
    OWN + "suppression-imports", OWN + "exports", OWN + "dead-letters",
    SES + "configuration-sets?PageSize=50", SES + "templates?PageSize=50",
]
OPERATOR = [
    OWN + "operator/summary",
    *[OWN + "operator/accounts?Order=" + order for order in (
        "RISK", "VOLUME", "NAME", "CREATED")],
    *[OWN + "operator/accounts?State=" + state for state in (
        "PAUSED", "REVIEW", "SANDBOX", "PRODUCTION")],
    OWN + "operator/accounts?Name=shop09",
    OWN + "operator/accounts/big0",
    OWN + "operator/requests", OWN + "operator/requests?Status=PENDING",
    OWN + "operator/users", OWN + "operator/users?AccountName=big0",
    OWN + "operator/pools",
    OWN + "operator/reports", OWN + "operator/reports?State=UNMATCHED",
    OWN + "operator/reports?State=FORGED",
    OWN + "operator/observed", OWN + "operator/observed?State=ALL",
]
SLOW = [OWN + "operator/health"]  # asks other servers: has its own bound


class Console:
    """An apid with a big store."""

    def __init__(self, ctx):
        self.ctx = ctx
        self.dir = ctx.work.mkdir("console")
        self.port = free_port()
        self.conf = ctx.work.write("console/sendward.conf", CONF % {
            "dir": self.dir, "port": self.port, "top": TOP})
        os.makedirs(self.dir + "/journal", exist_ok=True)
        self.ctl("db", "migrate")
        began = time.monotonic()
        call(["/usr/bin/python3", os.path.join(TOP, "tests/bench/console-store"),
              self.dir + "/sendward.db"], timeout=1800)
        print("  the store took %.0f s, %.0f MB" % (
            time.monotonic() - began,
            os.path.getsize(self.dir + "/sendward.db") / 1e6))
        password = ctx.work.write("console/password", "bench bench bench 1")
        os.chmod(password, 0o600)
        self.ctl("user", "create", "root", "--operator", "--password-file",
                 password)
        self.ctl("user", "create", "ann", "--account", "big0",
                 "--password-file", password)
        self.proc = ctx.work.start("apid", [
            ctx.program("api/sendward-apid"), "-c", self.conf, "-f"])
        self.proc.wait_socket(("127.0.0.1", self.port))

    def ctl(self, *args):
        return call([self.ctx.program("ctl/sendwardctl"), "-c", self.conf] +
                    list(args))


class Session:
    """A person, signed in, with one connection."""

    def __init__(self, port, name):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Content-Type": "application/json"}
        answer = self.ask("POST", OWN + "session", json.dumps(
            {"UserName": name, "Password": "bench bench bench 1"}))
        self.headers = {"x-sendward-csrf": answer["Csrf"],
                        "Cookie": self.cookie}

    def ask(self, method, path, body=None):
        self.http.request(method, path, body, self.headers)
        answer = self.http.getresponse()
        text = answer.read()
        self.cookie = (answer.headers["Set-Cookie"] or "").split(";")[0]
        if answer.status != 200:
            raise BenchError("%s %s: %d %s" % (
                method, path, answer.status, text[:300]))
        return json.loads(text)

    def timed(self, path):
        began = time.perf_counter()
        answer = self.ask("GET", path)
        return (time.perf_counter() - began) * 1000, answer

    def pages(self, path):
        """The times of its first pages."""
        times = []
        token = None
        while len(times) < PAGES:
            more = "" if token is None else "%sNextToken=%s" % (
                "&" if "?" in path else "?",
                urllib.parse.quote(token, safe=""))
            msec, answer = self.timed(path + more)
            times.append(msec)
            token = answer.get("NextToken")
            if not token:
                break
        return times


def measure(ctx, name, session, paths, facts):
    worst = 0
    for path in paths:
        path = path.format(**facts)
        times = [session.pages(path) for _ in range(ctx.rounds)]
        first = sorted(t[0] for t in times)
        slowest = max(max(t) for t in times)
        worst = max(worst, slowest)
        print("  %-9s %-62s first page %6.1f ms, worst %6.1f ms (%d page%s)" % (
            name, path[:62], first[len(first) // 2], slowest, len(times[0]),
            "" if len(times[0]) == 1 else "s"))
    return worst


def sent_bytes(port, path, seen):
    """Of a file and of the modules that it loads before it runs."""
    if path in seen:
        return 0
    seen.add(path)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise BenchError("%s: %d" % (path, answer.status))
    count = len(body) + sum(len(k) + len(v) + 4
                            for k, v in answer.headers.items())
    if answer.headers["Content-Encoding"] == "gzip":
        body = gzip.decompress(body)
    text = body.decode()
    more = re.findall(r'(?:src|href)="(/console/[^"]+)"', text) \
        if text.lstrip().startswith("<") and "<html" in text else [
            urllib.parse.urljoin(path, name)
            for name in re.findall(
                r"^(?:import|export)\b[^;]*?['\"](\.{1,2}/[^'\"]+)['\"]", text,
                re.M)]
    return count + sum(sent_bytes(port, name, seen) for name in more)


def first_view(ctx, port):
    seen = set()
    signing_in = sent_bytes(port, "/console/", seen)
    signing_in += sent_bytes(port, "/console/pages/sign-in.js", seen)
    whole = signing_in + sent_bytes(port, "/console/pages/dashboard.js", seen)
    whole += sent_bytes(port, "/console/vendor/chart.js", seen)
    print("  first view: sign-in %d bytes, dashboard with its chart %d bytes "
          "in %d files" % (signing_in, whole, len(seen)))
    ctx.results.bar("console", "bytes of the first view", whole, MOST_BYTES)


def row_console(ctx):
    """Every page's calls over a big store."""
    if not ctx.has_sendward:
        return
    console = Console(ctx)
    ann = Session(console.port, "ann")
    newest = ann.ask("GET", OWN + "messages?PageSize=50")["Messages"]
    middle = newest[len(newest) // 2]
    facts = {"recipient": urllib.parse.quote(middle["Recipients"][0]),
             "id": urllib.parse.quote(middle["MessageId"], safe=""),
             "since": int(middle["Timestamp"]) - 5 * 86400,
             "until": int(middle["Timestamp"]) - 4 * 86400}
    worst = measure(ctx, "account", ann, ACCOUNT, facts)
    root = Session(console.port, "root")
    worst = max(worst, measure(ctx, "operator", root, OPERATOR, facts))
    measure(ctx, "operator", root, SLOW, facts)
    ctx.results.bar("console", "slowest page's call, ms", worst, MOST_MSEC)
    first_view(ctx, console.port)
    console.proc.check_alive()

