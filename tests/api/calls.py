"""What the scenarios need to call the API of a sendward-apid of their own: accounts
with keys, and requests signed by botocore and sent byte by byte. Knows nothing of
single scenarios."""
import json
import os
import subprocess

from apid import BUILD, request
from cases import expect

FORM = "application/x-www-form-urlencoded"
V1 = "Version=2010-12-01&Action="


class Keys:
    """An account with a credential."""

    def __init__(self, apid, account, *options):
        self.apid, self.account = apid, account
        if not os.path.exists(apid.dir + "/db"):
            self.ctl("db", "migrate")
        if account not in [a["name"] for a in self.ctl("account", "list")]:
            self.ctl("account", "create", account)
        made = self.ctl("credential", "create", account, *options)
        self.id, self.secret = (made["access_key_id"],
                                made["secret_access_key"])

    def ctl(self, *words):
        done = subprocess.run(
            [BUILD + "/ctl/sendwardctl", "-c", self.apid.conf, *words,
             "--json"], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False)
        expect(done.returncode == 0, " ".join(words) + ": " + done.stderr)
        answer = json.loads(done.stdout or "null")
        return answer if isinstance(answer, list) else \
            answer.get("accounts", answer)

    def fields(self, method, path, body=b"", service="ses", more=()):
        """The header fields of a signed request."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        signed = AWSRequest(method=method, url="http://x.example" + path,
                            data=body, headers=dict(more))
        SigV4Auth(Credentials(self.id, self.secret), service,
                  "us-east-1").add_auth(signed)
        return ["%s: %s" % pair for pair in signed.headers.items()
                if pair[0].lower() not in ("host", "content-length")]

    def signed(self, method, path, body=b"", service="ses", more=()):
        """A whole request."""
        fields = self.fields(method, path, body, service, more)
        return request(method, path, *fields, body=body)

    def v2(self, method, path, body=b""):
        more = [("Content-Type", "application/json")] if body else []
        return self.signed(method, path, body, "ses", more)

    def form(self, body, service="ses"):
        return self.signed("POST", "/", body.encode(), service,
                           [("Content-Type", FORM)])
