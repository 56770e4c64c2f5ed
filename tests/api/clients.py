"""What the scenarios with real SDKs share: an account with its keys, clients of
Debian's boto3, a topic with a webhook that confirms itself, and how a delivered
message is compared with what was asked. Knows nothing of single scenarios."""
import email
import email.policy
import json
import os
import sys
import urllib.request

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"),
                os.path.join(HERE, "..", "jobs")]
from cases import Failure, expect, expect_equal, wait_for  # noqa: E402
from hooks import Hook  # noqa: E402

# A small picture: the bytes must come out as they went in.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f000105010270a7b2f4"
    "0000000049454e44ae426082")


class Account:
    """A production account with a verified domain, and its keys."""

    def __init__(self, stack, name, **options):
        self.stack, self.name = stack, name
        stack.new_account(name, **options)
        self.domain = name + ".example"
        self.sender = "news@" + self.domain
        made = stack.ctl_json("credential", "create", name)
        self.keys = (made["access_key_id"], made["secret_access_key"])

    def client(self, service, keys=None, **settings):
        import boto3
        from botocore.config import Config
        keys = keys or self.keys
        return boto3.client(
            service, endpoint_url=self.stack.ENDPOINT,
            region_name="us-east-1", aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            config=Config(retries={"max_attempts": 0}, connect_timeout=60,
                          read_timeout=60, proxies={}, **settings))

    def environ(self):
        """For clients that read the usual variables."""
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("AWS_") and not k.lower().endswith("proxy")}
        env.update(AWS_ACCESS_KEY_ID=self.keys[0],
                   AWS_SECRET_ACCESS_KEY=self.keys[1],
                   AWS_DEFAULT_REGION="us-east-1", AWS_REGION="us-east-1",
                   AWS_EC2_METADATA_DISABLED="true", AWS_MAX_ATTEMPTS="1",
                   ENDPOINT=self.stack.ENDPOINT, FROM=self.sender,
                   DOMAIN=self.domain)
        return env


def refused(code, call, *args, **kwargs):
    """The call must fail with this code; its message."""
    from botocore.exceptions import ClientError
    try:
        answer = call(*args, **kwargs)
    except ClientError as error:
        expect_equal(error.response["Error"]["Code"], code,
                     "code (%s)" % error.response["Error"].get("Message"))
        expect(error.response["ResponseMetadata"].get("RequestId"),
               "no request id")
        return error.response["Error"]["Message"]
    raise Failure("%s expected, got %r" % (code, answer))


def parse(delivered):
    return email.message_from_bytes(delivered.message,
                                    policy=email.policy.default)


def text_of(message, kind):
    """A text part; line ends as \\n, without those at the end."""
    part = message.get_body(preferencelist=(kind,))
    expect(part is not None, "no %s part" % kind)
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def expect_clean(delivered, is_composed=True):
    """As every message must be on its way: short lines (of ASCII, when we have
    composed it), no Bcc, nothing of ours inside."""
    for line in delivered.message.split(b"\n"):
        expect(len(line) <= 999, "a line of %d bytes" % len(line))
        expect(not is_composed or all(c < 128 for c in line),
               "8-bit: %r" % line)
    for name in ("bcc", "x-ses-configuration-set", "x-ses-message-tags",
                 "x-ses-tenant", "x-sendward-submission"):
        expect_equal(delivered.values(name), [], name)
    for name in ("from", "to", "date", "message-id", "subject"):
        expect(len(delivered.values(name)) <= 1, "two of " + name)
    expect(delivered.values("dkim-signature"), "not signed")


class Listener(Hook):
    """A webhook that confirms what it is asked, and its notifications."""

    def subscribe(self, sns, arn):
        sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=self.url)
        self.confirm()

    def confirm(self):
        asked = wait_for(lambda: self.of_type("SubscriptionConfirmation"), 30,
                         "a confirmation")[-1]
        with urllib.request.urlopen(asked["SubscribeURL"], timeout=60) as a:
            expect_equal(a.status, 200, "confirmation")

    def of_type(self, kind):
        with self.lock:
            return [r.envelope for r in self.requests
                    if r.envelope.get("Type") == kind]

    def events(self, kind, message_id):
        """Events of that type about that message."""
        found = []
        for envelope in self.of_type("Notification"):
            try:
                event = json.loads(envelope["Message"])
            except ValueError:
                continue  # SES's plain text for a new destination
            if kind in (event.get("eventType"),
                        event.get("notificationType")) and \
                    event["mail"]["messageId"] == message_id:
                found.append(event)
        return found
