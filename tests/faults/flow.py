"""Mail that flows while something fails, and the account that is given of it: each
message that a client got a 250 for left once and signed, each that was refused did
not leave, and quota and records have at least what left."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "lib"))
from cases import expect, wait_for
from smtp import Client, message
from stack import token, verify

CLIENTS = 4
RECIPIENTS = ["x@customer.example", "y@customer.example"]
PAUSE_SEC = 0.05
VERIFIED = 3  # messages of a fault, by two other programs

_rows = []


class Flow:
    """Clients that send from entering to leaving. also_allowed: a reply that is
    neither 250 nor 4xx and yet right. is_exact: what is counted is what left."""

    def __init__(self, stack, account, login, fault, also_allowed=None,
                 is_exact=False):
        self.stack, self.account, self.login = stack, account, login
        self.fault, self.also_allowed = fault, also_allowed
        self.is_exact = is_exact
        self.times = 0
        self.accepted, self.refused, self.unknown = [], [], []
        self.odd = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.client)
                        for _ in range(CLIENTS)]

    # -- the clients --------------------------------------------------------
    def client(self):
        while not self.stopping.is_set():
            self.send_one()
            time.sleep(PAUSE_SEC)

    def send_one(self):
        t = token("flow")
        is_whole = False
        try:
            with Client(self.stack.SMTP_PORT, 15) as c:
                reply = self.begin(c)
                if reply is None:
                    reply = c.command("DATA")
                if reply.code == 354:
                    is_whole = True
                    reply = self.end(c, t)
        except OSError:
            # who does not hear how it ended knows nothing (RFC 5321 4.5.3.2.6)
            (self.unknown if is_whole else self.refused).append(t)
            return
        if reply.code == 250:
            self.accepted.append(t)
            return
        self.refused.append(t)
        if reply.code // 100 != 4 and reply.code != self.also_allowed:
            self.odd.append(reply)

    def begin(self, c):
        """None: DATA may follow; else the reply that ends it."""
        if c.greeting.code != 220:
            return c.greeting
        for reply in (lambda: c.login(*self.login),
                      lambda: c.mail("a@%s.example" % self.account)):
            answer = reply()
            if answer.code not in (235, 250):
                return answer
        for recipient in RECIPIENTS:
            answer = c.rcpt(recipient)
            if answer.code != 250:
                return answer
        return None

    def end(self, c, t):
        content = message(t, sender="a@%s.example" % self.account)
        c.socket.sendall(content)
        return c.command(".")

    def __enter__(self):
        self.before = self.stack.settled(self.account)
        self.recorded_before = self.recorded()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if kind is None:
            self.account_for_all()

    def injected(self):
        self.times += 1

    def goes_again(self, seconds=30):
        """Until messages are accepted again."""
        since = len(self.accepted)
        wait_for(lambda: len(self.accepted) > since + CLIENTS, seconds,
                 "messages are accepted after: " + self.fault)

    # -- what came of them --------------------------------------------------
    def recorded(self):
        return self.stack.sql("SELECT COUNT(*) FROM message WHERE account_id = "
                              "(SELECT id FROM account WHERE name = ?)",
                              self.account)[0][0]

    def left(self):
        """Copies at the next hop of each message."""
        copies = {}
        for d in self.stack.find("Subject: flow-"):
            copies.setdefault(d.values("Subject")[0], []).append(d)
        return copies

    def account_for_all(self):
        self.stack.start()
        expect(not self.odd, "%s: neither 250 nor 4xx: %r" % (
            self.fault, self.odd[:3]))
        expect(self.accepted, self.fault + ": no message was accepted at all")
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and \
                not set(self.accepted) <= set(self.left()):
            time.sleep(0.5)
        time.sleep(1)  # for a second copy, or one that was refused
        left = self.left()
        lost = [t for t in self.accepted if t not in left]
        twice = [t for t in self.accepted + self.unknown
                 if len(left.get(t, [])) > 1]
        unchecked = [t for t in self.refused if t in left]
        copies = [left[t][0] for t in self.accepted + self.unknown if t in left]
        unsigned = [d for d in copies if not d.values("DKIM-Signature")]
        print("%s: %d times, %d messages, %d accepted, %d refused, %d in doubt; "
              "lost %d, duplicated %d, unchecked %d" % (
                  self.fault, self.times,
                  len(self.accepted + self.refused + self.unknown),
                  len(self.accepted), len(self.refused), len(self.unknown),
                  len(lost), len(twice), len(unchecked + unsigned)), flush=True)
        expect(not lost, "accepted and lost: %s" % lost[:3])
        expect(not twice, "delivered twice: %s" % twice[:3])
        expect(not unchecked, "refused and delivered: %s" % unchecked[:3])
        expect(not unsigned, "left unsigned: %s" % [
            d.path for d in unsigned[:3]])
        expect(self.times > 0, "nothing was injected")
        for d in copies[-VERIFIED:]:
            verify(self.stack, d)
        self.account_for_counts(len(copies))

    def account_for_counts(self, left):
        wait_for(lambda: self.recorded() - self.recorded_before >= left, 60,
                 "%s: every message that left is recorded" % self.fault)
        counted = self.stack.settled(self.account) - self.before
        wanted = left * len(RECIPIENTS)
        expect(counted >= wanted, "%s: counted %d, left %d" % (
            self.fault, counted, wanted))
        if self.is_exact:
            expect(counted == wanted, "%s: counted %d, left %d" % (
                self.fault, counted, wanted))
            expect(self.recorded() - self.recorded_before == left,
                   "%s: recorded %d, left %d" % (
                       self.fault, self.recorded() - self.recorded_before, left))
