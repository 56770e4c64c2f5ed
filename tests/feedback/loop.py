"""What the scenarios of this folder share: mail that is sent and comes back, and
what sendwardctl tells of it afterwards. Knows nothing of single scenarios."""
import json
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "lib"))
from cases import expect, wait_for  # noqa: E402
from smtp import Client, message  # noqa: E402
from stack import token  # noqa: E402


class Sender:
    """One login that stays connected."""

    def __init__(self, stack, account, login):
        self.stack, self.account, self.login = stack, account, login
        self.address = "news@%s.example" % account
        self.client = None

    def connect(self):
        self.client = Client(self.stack.SMTP_PORT)
        reply = self.client.login(*self.login)
        expect(reply.code == 235, "login: %r" % reply)

    def send(self, *recipients, subject=None, extra=""):
        """The reply of the first stage that refuses, else that of the end."""
        if self.client is None:
            self.connect()
        client = self.client
        reply = client.mail(self.address)
        for recipient in recipients:
            if reply.code == 250:
                reply = client.rcpt(recipient)
        if reply.code == 250:
            reply = client.data(message(
                subject or token("story"), self.address, recipients[0], extra))
        if reply.code != 250:
            client.command("RSET")
        return reply

    def sent(self, *recipients, **options):
        """The queue id of a message that must be accepted."""
        reply = self.send(*recipients, **options)
        expect(reply.code == 250, "a message was refused: %r" % reply)
        return reply.text.rsplit(" ", 1)[1]

    def close(self):
        if self.client:
            self.client.close()
        self.client = None


def show(stack, queue_id):
    """`message show`, or None while it is not known."""
    done = stack.ctl_run("message", "show", queue_id, "--json")
    if done.returncode == 1:
        return None
    expect(done.returncode == 0, "message show: exit %d: %s" % (
        done.returncode, done.stderr))
    return json.loads(done.stdout)


def events(story, kind):
    return [e for e in story["events"] if e["eventType"] == kind]


def story(stack, queue_id, kind, number=1, seconds=60):
    """The message's story, once it has so many events of that kind."""
    def look():
        found = show(stack, queue_id)
        return found and len(events(found, kind)) >= number and found
    return wait_for(look, seconds, "%d %s of %s; now: %r" % (
        number, kind, queue_id, show(stack, queue_id)))


def tail(events_seen, volume, rate):
    """P(X >= events_seen), X binomial(volume, rate), by its definition."""
    def log_choose(k):
        return (math.lgamma(volume + 1) - math.lgamma(k + 1) -
                math.lgamma(volume - k + 1))
    return 1 - math.fsum(
        math.exp(log_choose(k) + k * math.log(rate) +
                 (volume - k) * math.log1p(-rate))
        for k in range(events_seen))
