"""Signatures checked with python3-dkim, which shares no code with the signers.
"""

import os

from .procs import BenchError


def verify_file(path, records):
    """True when the message's signatures verify, all of them."""
    import dkim  # installed with the peers, after this was read

    with open(path, "rb") as f:
        message = f.read()

    def lookup(name, timeout=5):
        del timeout
        text = records.get(name.decode("ascii").rstrip("."))
        return None if text is None else text.encode("ascii")

    d = dkim.DKIM(message)
    count = sum(1 for name, _ in d.headers
                if name.lower() == b"dkim-signature")
    if count == 0:
        return False
    return all(d.verify(idx=i, dnsfunc=lookup) for i in range(count))


def verify_samples(directory, records, expected):
    files = sorted(f for f in os.listdir(directory) if f.endswith(".eml"))
    if len(files) != expected:
        raise BenchError("%d samples written, not %d" % (
            len(files), expected))
    for name in files:
        if not verify_file(os.path.join(directory, name), records):
            raise BenchError("the signature of %s does not verify" % name)
