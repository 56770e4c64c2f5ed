"""Mail that left and reports about it, without a mail server: notes messages as the
milter does, and hands reports to sendward-feedback."""
import email.utils
import os
import subprocess

from ctl import BUILD, expect

MAKE_MAIL = os.path.join(BUILD, "ops", "make-mail")
FEEDBACK = os.path.join(BUILD, "feedback", "sendward-feedback")

DSN = """\
From: MAILER-DAEMON@mx.customer.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-Id: <{number}@mx.customer.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

It could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Remote-MTA: dns; mx.customer.example
Diagnostic-Code: smtp; {reply}

--part
Content-Type: text/rfc822-headers

From: news@shop.example
To: {recipient}
Subject: Hello from a test

--part--
"""

ARF = """\
From: fbl@provider.example
To: {to}
Subject: complaint about a message
Date: {date}
Message-Id: <{number}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

A recipient complains.

--part
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: {recipient}

--part
Content-Type: message/rfc822

From: news@shop.example
To: {recipient}
Subject: Hello from a test

Hello.
--part--
"""

_numbers = iter(range(10 ** 9))


def send(site, queue_id, *recipients, account="shop", ago=60, configset="",
         sender="news@shop.example"):
    """Notes a message that left, to FLAG:ADDRESS each; its return path."""
    done = subprocess.run(
        [MAKE_MAIL, site.conf, account, queue_id, str(ago), configset, sender] +
        list(recipients), capture_output=True, text=True, check=False)
    expect(done.returncode == 0, "make-mail: " + done.stderr)
    return done.stdout.strip()


def dsn(to, recipient, status="5.1.1", reply="550 5.1.1 no such user"):
    return DSN.format(to=to, recipient=recipient, status=status, reply=reply,
                      date=email.utils.formatdate(), number=next(_numbers))


def arf(to, recipient):
    return ARF.format(to=to, recipient=recipient, number=next(_numbers),
                      date=email.utils.formatdate())


def report(site, to, text):
    """Brings a report to the return path `to`."""
    done = subprocess.run([FEEDBACK, "-c", site.conf, "-i", to],
                          input=text.encode(), capture_output=True, check=False)
    expect(done.returncode == 0, "sendward-feedback: exit %d: %r" % (
        done.returncode, done.stderr))
