# SPDX-License-Identifier: ISC
"""Whether each signature on a message that came through is verified by everyone who can.

A judge that fails one is wrong itself only if the signature is right by hand (by_hand.py), all the other judges that
can verify it do, and the message has what that judge is known to stumble over (_FAULTS). Then the outcome is excused,
and counted with its cause; it is never left out.
"""

import re
from dataclasses import dataclass

from . import by_hand
from .verify import Unreadable

JUDGES = {"rsa-sha256": ("dkimpy", "mail_dkim", "opendkim"), "ed25519-sha256": ("dkimpy", "opendkim"),
          "arc": ("dkimpy", "mail_dkim")}



def _has_semicolon_in_a_name(message, _):
    return re.search(rb"^[!-9;-~]*;[!-9;-~]*[ \t]*:", message.partition(b"\r\n\r\n")[0], re.MULTILINE)


def _ends_with_its_header_signed_simple(message, field):
    return b"\r\n\r\n" not in message and b"c=simple" in field


# (judge, what it stumbles over, whether a message has that for one of its DKIM-Signature fields). Each was seen with
# signatures by dkimpy, too: it has nothing to do with ours.
_FAULTS = (
    ("opendkim", "a field name with a semicolon: it refuses the message", _has_semicolon_in_a_name),
    ("opendkim", "no empty line after the header: it hashes the last line end with c=simple",
     _ends_with_its_header_signed_simple),
)


@dataclass(frozen=True)
class Outcome:
    """What one judge says of one signature. result: "pass", "fail", or the cause that excuses the judge."""
    kind: str
    canonicalization: str
    signature: str  # algorithm; of a signature it came with: "foreign" and the algorithm
    judge: str
    result: str
    text: str

    @property
    def is_excused(self):
        return self.result not in ("pass", "fail")


def is_signed(sample, arrival):
    """Whether it arrived with the fields it came with, and two of ours."""
    expected = 2 + sum(algorithm != "arc" for _, _, algorithm in sample.foreign)
    return arrival is not None and len(arrival.fields("DKIM-Signature")) == expected


class Proof:
    """judges: verify.Judges, of one's own; look_up: name -> TXT value."""

    def __init__(self, judges, look_up):
        self._judges, self._look_up = judges, look_up

    def outcomes(self, sample, canonicalization, arrival):
        """One for each pair of a signature that must be there and a judge who can verify it."""
        verdicts = {name: self._ask(name, arrival.data) for name in JUDGES["rsa-sha256"]}
        found = []
        for domain, selector, algorithm in _expected(sample):
            mine = {name: _single(verdicts[name], domain, selector, algorithm) for name in JUDGES[algorithm]}
            for name, (passed, text) in mine.items():
                result = "pass" if passed else self._blame(name, mine, arrival, domain, algorithm)
                signature = algorithm if domain == sample.domain else f"foreign {algorithm}"
                found.append(Outcome(sample.kind, canonicalization, signature, name, result, text))
        return found

    def _ask(self, name, message):
        try:
            return getattr(self._judges, name)(message)
        except Unreadable as error:
            return str(error)

    def _blame(self, judge, verdicts, arrival, domain, algorithm):
        """The cause that excuses the judge, or "fail"."""
        others = [passed for name, (passed, _) in verdicts.items() if name != judge]
        fields = [field for field in arrival.fields("DKIM-Signature")
                  if b"d=%s;" % domain.encode() in field and b"a=%s;" % algorithm.encode() in field]
        if len(fields) != 1 or not all(others):
            return "fail"
        causes = [cause for name, cause, has in _FAULTS if name == judge and has(arrival.data, fields[0])]
        if causes and by_hand.verifies(arrival.data, fields[0], self._look_up):
            return causes[0]
        return "fail"


def _expected(sample):
    """(domain, selector or None, algorithm): two signatures of ours, those it came with."""
    return [(sample.domain, None, "rsa-sha256"), (sample.domain, None, "ed25519-sha256"), *sample.foreign]


def _single(verdicts, domain, selector, algorithm):
    """(passed, text) of the one signature meant; not passed when there is none, or more than one."""
    if isinstance(verdicts, str):
        return False, verdicts
    meant = [verdict for verdict in verdicts if (verdict.domain, verdict.algorithm) == (domain, algorithm)
             and selector in (None, verdict.selector)]
    if len(meant) != 1:
        return False, f"{len(meant)} signatures of {domain} by {algorithm} seen"
    return meant[0].passed, meant[0].text
