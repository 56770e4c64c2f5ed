"""A house whose sendward-jobd delivers notifications: topics, subscriptions, and what
becomes of what is published."""
import base64
import os
import subprocess
import tempfile

from house import BUILD, House
from cases import expect, expect_equal, wait_for

URL = "https://mail.provider.test:8025"


class Notifier(House):
    """A house whose jobd is only looked at for what it delivers."""

    def __init__(self, notify='private_addresses = "allow";',
                 api='url = "%s";' % URL, **options):
        options.setdefault("mail", 'from = "news@provider.test";')
        self.more = "api = { %s };\nnotify = { %%s };\n" % api
        super().__init__("127.0.0.1@9", more=self.more % notify, **options)
        self.ctl("topic", "create", "shop", "news")

    def set_notify(self, notify, **options):
        self.reload(more=self.more % notify, **options)

    def subscribe(self, protocol, endpoint, *more, topic="news"):
        """Its id."""
        return self.ctl_json("subscription", "add", "shop", topic, protocol,
                             endpoint, *more)["id"]

    def confirmed(self, protocol, endpoint, *more, topic="news"):
        return self.subscribe(protocol, endpoint, "--confirmed", *more,
                              topic=topic)

    def publish(self, body="hello", subject="", count=1, topic="news"):
        """The MessageIds."""
        done = subprocess.run(
            [BUILD + "/jobs/deliver-once", self.conf, "publish", "shop", topic,
             subject, body, str(count)], env=self.ctl_env, check=True,
            capture_output=True, text=True, timeout=60)
        return done.stdout.split()

    def move(self, seconds):
        """The clock, at once: no name server is waited for here."""
        self.shifted += seconds
        with open(self.clock_path + ".new", "w", encoding="ascii") as f:
            f.write("%d\n" % self.shifted)
        os.rename(self.clock_path + ".new", self.clock_path)

    def left(self):
        """next_sec, attempts and error of all that is not delivered."""
        return self.sql("SELECT n.next_sec, n.attempts, n.error, p.uuid "
                        "FROM notification n JOIN publication p "
                        "ON p.id = n.publication_id ORDER BY n.id")

    def settles(self, seconds=20):
        """Nothing is under way: all that is left has its error."""
        def look():
            rows = self.left()
            return (rows,) if all(
                row[2] not in ("", "it was being delivered")
                for row in rows) else None
        return wait_for(look, seconds, "nothing under way")[0]

    def forget(self):
        """Subscriptions and what is left of their notifications."""
        self.sql("DELETE FROM notification")
        self.sql("DELETE FROM subscription")


def arrives(hook, message_id, count=1, seconds=20):
    wait_for(lambda: len(hook.of(message_id)) >= count, seconds,
             "%s, %d times" % (message_id, count))
    return hook.of(message_id)


def certificate(house, name):
    rows = house.sql("SELECT certificate FROM signing_certificate "
                     "WHERE name = ?", name)
    expect_equal(len(rows), 1, "certificates of that name")
    return rows[0][0]


def verify(house, envelope):
    """By openssl, as SNS's documentation says."""
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if envelope["Type"] != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token",
                 "TopicArn", "Type"]
    text = "".join("%s\n%s\n" % (n, envelope[n]) for n in names
                   if n in envelope)
    prefix = URL + "/SimpleNotificationService-"
    url = envelope["SigningCertURL"]
    expect(url.startswith(prefix) and url.endswith(".pem"), url)
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/cert", "w", encoding="ascii") as f:
            f.write(certificate(house, url[len(prefix):-4]))
        with open(folder + "/sig", "wb") as f:
            f.write(base64.b64decode(envelope["Signature"], validate=True))
        key = subprocess.run(
            ["openssl", "x509", "-in", folder + "/cert", "-noout", "-pubkey"],
            check=True, capture_output=True).stdout
        with open(folder + "/key", "wb") as f:
            f.write(key)
        digest = {"1": "-sha1", "2": "-sha256"}[envelope["SignatureVersion"]]
        done = subprocess.run(
            ["openssl", "dgst", digest, "-verify", folder + "/key",
             "-signature", folder + "/sig"], input=text.encode(),
            capture_output=True)
        expect_equal(done.stdout, b"Verified OK\n", "openssl")
