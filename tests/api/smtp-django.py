"""Django's own mail, with the settings that the manual shows."""
import os
import smtplib

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

settings.configure(
    EMAIL_HOST="localhost", EMAIL_PORT=int(os.environ["SMTP_PORT"]),
    EMAIL_USE_TLS=True, EMAIL_HOST_USER=os.environ["SMTP_USER"],
    EMAIL_HOST_PASSWORD=os.environ["SMTP_PASS"],
    DEFAULT_FROM_EMAIL="Jörg <%s>" % os.environ["FROM"])
django.setup()
mail = EmailMultiAlternatives("Django %s" % os.environ["WORD"], "Grüße ✓",
                              to=["jane@customer.example"])
mail.attach_alternative("<p>Grüße ✓</p>", "text/html")
mail.send()
try:
    EmailMultiAlternatives("x", "x", "x@other.example",
                           ["jane@customer.example"]).send()
    print("sent")
except smtplib.SMTPException as error:
    print(error)
