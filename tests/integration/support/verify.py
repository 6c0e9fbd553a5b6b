# SPDX-License-Identifier: ISC
"""What other people's verifiers say about a message, asked of real DNS (resolving.py). One verdict per signature."""

import json
import pathlib
from dataclasses import dataclass

import dkim

_JUDGES = pathlib.Path(__file__).resolve().parent.parent / "judges"


@dataclass(frozen=True)
class Verdict:
    passed: bool
    domain: str
    selector: str
    algorithm: str
    text: str


class Judges:
    """dkimpy, Mail::DKIM (which lacks Ed25519: such a signature never passes there) and OpenDKIM's library."""

    def __init__(self, resolving):
        self._resolving = resolving

    def dkimpy(self, message):
        return self._ask(["/usr/bin/python3", _JUDGES / "dkimpy.py"], message)

    def mail_dkim(self, message):
        return self._ask(["/usr/bin/perl", _JUDGES / "mail_dkim.pl"], message)

    def opendkim(self, message):
        return self._ask(["/usr/bin/python3", _JUDGES / "opendkim.py"], message)

    def all(self, message):
        """{name of the judge: its verdicts}"""
        return {name: getattr(self, name)(message) for name in ("dkimpy", "mail_dkim", "opendkim")}

    def _ask(self, argv, message):
        done = self._resolving.run(argv, input=message)
        if done.returncode:
            raise AssertionError(f"{argv[1].name} failed: {done.stderr.decode(errors='replace')}")
        return [Verdict(**verdict) for verdict in json.loads(done.stdout)]


def passes_with(message, records):
    """Whether dkimpy passes the topmost signature, given {name: TXT value} for DNS: for messages by the hundred."""
    def look_up(name, timeout=5):
        return records.get(name.decode().rstrip("."), "").encode()
    return dkim.verify(message, dnsfunc=look_up)
