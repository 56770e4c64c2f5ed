"""Sends what it is told to: a line of JSON on standard input is an order, a line of
JSON on standard output says what became of it. Runs in a host's namespace.

Order: port, login, password, sender, recipient (its %d becomes a number), messages,
recipients (of each message), sessions, seconds (at most so long), patience (seconds
for which one answer is waited for). Answer: replies {code: messages}, accepted
(recipients), queue_ids, refusals (the first texts), broken (sessions that ended)."""
import collections
import itertools
import json
import smtplib
import sys
import threading
import time

TEXTS_MAX = 5
TEXT = "From: %s\r\nTo: %s\r\nSubject: %d\r\n\r\nHello.\r\n"


class Job:
    def __init__(self, order):
        self.order = order
        self.lock = threading.Lock()
        self.numbers = itertools.count()
        self.replies = collections.Counter()
        self.refusals = []
        self.queue_ids = []
        self.accepted = 0
        self.broken = 0
        self.end = time.monotonic() + order.get("seconds", 60)

    def next_number(self):
        with self.lock:
            number = next(self.numbers)
        if number >= self.order["messages"] or time.monotonic() > self.end:
            return None
        return number

    def note(self, code, text):
        with self.lock:
            self.replies[str(code)] += 1
            if code == 250:
                self.accepted += self.order.get("recipients", 1)
                self.queue_ids.append(text.split()[-1])
            elif len(self.refusals) < TEXTS_MAX:
                self.refusals.append("%d %s" % (code, text))

    def connect(self):
        order = self.order
        smtp = smtplib.SMTP("127.0.0.1", order["port"],
                            timeout=order.get("patience", 20))
        smtp.ehlo_or_helo_if_needed()
        if order.get("login"):
            smtp.login(order["login"], order["password"])
        return smtp

    def send_one(self, smtp, number):
        order = self.order
        count = order.get("recipients", 1)
        names = [order["recipient"] % (number * count + i)
                 for i in range(count)]
        code, text = smtp.mail(order["sender"])
        for name in names:
            if code != 250:
                break
            code, text = smtp.rcpt(name)
        if code == 250:
            code, text = smtp.data(TEXT % (order["sender"], names[0], number))
        else:
            smtp.rset()
        self.note(code, text.decode("utf-8", "replace"))

    def session(self):
        number = self.next_number()
        while number is not None:
            try:
                smtp = self.connect()
                while number is not None:
                    self.send_one(smtp, number)
                    number = self.next_number()
                smtp.quit()
            except (OSError, smtplib.SMTPException) as why:
                with self.lock:
                    self.broken += 1
                    if len(self.refusals) < TEXTS_MAX:
                        self.refusals.append(repr(why))
                time.sleep(0.2)
                number = self.next_number()

    def run(self):
        threads = [threading.Thread(target=self.session)
                   for _ in range(self.order.get("sessions", 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {"replies": self.replies, "accepted": self.accepted,
                "queue_ids": self.queue_ids, "refusals": self.refusals,
                "broken": self.broken}


for line in sys.stdin:
    print(json.dumps(Job(json.loads(line)).run()), flush=True)
