"""Requests signed by botocore's own signer, as they would come on the wire. Knows
nothing of sendward."""
import datetime
import types
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials


class Clock(datetime.datetime):
    """botocore asks for the time in this way."""
    now_is = None

    @classmethod
    def utcnow(cls):
        return cls.now_is or super().utcnow()


botocore.auth.datetime = types.SimpleNamespace(datetime=Clock)


def sign(keys, method, url, headers=(), body="", service="ses",
         region="us-east-1", query_form=False, expires=600, when=None,
         token=None, signer=botocore.auth.SigV4Auth):
    """What is to be sent: method, path, query, fields as [name, value], body.
    when: a datetime of UTC, None now."""
    Clock.now_is = when
    request = botocore.awsrequest.AWSRequest(
        method=method, url=url, data=body.encode() if body else None)
    for name, value in headers:
        request.headers[name] = value
    credentials = botocore.credentials.Credentials(keys[0], keys[1], token)
    if query_form:
        botocore.auth.SigV4QueryAuth(
            credentials, service, region, expires).add_auth(request)
        body = body if request.data else ""
    else:
        signer(credentials, service, region).add_auth(request)
    Clock.now_is = None
    parts = urllib.parse.urlsplit(request.url)
    fields = [[n, v.strip(" \t")] for n, v in request.headers.items()]
    if "host" not in {n.lower() for n, _ in fields}:
        fields.append(["Host", parts.netloc])
    return {"verb": method, "path": parts.path or "/", "query": parts.query,
            "fields": fields, "body": body}


class Once(botocore.auth.SigV4Auth):
    """The path encoded once, as curl does it."""

    def _normalize_url_path(self, path):
        return path
