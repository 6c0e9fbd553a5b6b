# SPDX-License-Identifier: ISC
"""Outcomes (proof.py) counted, and what is said of the counts."""

from collections import Counter

from .proof import JUDGES

_NAMES = {"dkimpy": "dkimpy", "mail_dkim": "Mail::DKIM", "opendkim": "libopendkim"}
_WITHOUT_ED25519 = {"mail_dkim": " (RSA only)"}
_SIGNATURES = ("rsa-sha256", "ed25519-sha256", "foreign rsa-sha256", "foreign ed25519-sha256", "foreign arc")
_COLUMNS = [(signature, judge) for signature in _SIGNATURES for judge in JUDGES[signature.rpartition(" ")[2]]]


class Tally:
    def __init__(self):
        self.signed = 0
        self._sent = Counter()  # by (canonicalization, kind)
        self._passed, self._judged = Counter(), Counter()  # by (canonicalization, kind, signature, judge)
        self._excused = Counter()  # verdicts, by (judge, cause, kind, canonicalization)
        self._verified = Counter()  # messages, by judge: all of ours that it can verify
        self._failed = Counter()  # messages, by (canonicalization, kind)

    def add(self, sample, canonicalization, is_signed, outcomes):
        """is_signed: it arrived, and with the fields it must have."""
        at = canonicalization, sample.kind
        self._sent[at] += 1
        self.signed += is_signed
        for outcome in outcomes:
            self._judged[(*at, outcome.signature, outcome.judge)] += 1
            self._passed[(*at, outcome.signature, outcome.judge)] += outcome.result == "pass"
            if outcome.is_excused:
                self._excused[outcome.judge, outcome.result, sample.kind, canonicalization] += 1
        for judge in _NAMES:
            ours = [outcome.result for outcome in outcomes
                    if outcome.judge == judge and not outcome.signature.startswith("foreign")]
            self._verified[judge] += is_signed and all(result == "pass" for result in ours)
        self._failed[at] += not is_signed or any(outcome.result == "fail" for outcome in outcomes)

    @property
    def failed(self):
        return self._failed.total()

    @property
    def last_line(self):
        by = ", ".join(f"{self._verified[judge]} verified by {name}{_WITHOUT_ED25519.get(judge, '')}"
                       for judge, name in _NAMES.items())
        return f"{self.signed} signed, {by}, {self._excused.total()} verdicts excused, {self.failed} failed"

    def markdown(self):
        """Everything excused with its cause, then a table for each canonicalization."""
        parts = ["## Verdicts excused\n\n" + self._excuses()]
        for canonicalization in sorted({canonicalization for canonicalization, _ in self._sent}):
            parts.append(f"## c={canonicalization}\n\n" + self._table(canonicalization))
        return "\n".join(parts)

    def _excuses(self):
        if not self._excused:
            return "None.\n"
        rows = [(_NAMES[judge], *place, count) for (judge, *place), count in sorted(self._excused.items())]
        return _markdown(("judge", "what it stumbles over", "kind", "canonicalization", "verdicts"), rows)

    def _table(self, canonicalization):
        kinds = [kind for pair, kind in sorted(self._sent) if pair == canonicalization]
        columns = [column for column in _COLUMNS
                   if any(self._judged[(canonicalization, kind, *column)] for kind in kinds)]
        rows = [(kind, self._sent[canonicalization, kind], self._failed[canonicalization, kind],
                 *(self._cell(canonicalization, kind, *column) for column in columns)) for kind in kinds]
        header = [f"{signature.replace('-sha256', '')}: {_NAMES[judge]}" for signature, judge in columns]
        return _markdown(("kind", "messages", "failed", *header), rows)

    def _cell(self, *place):
        if not self._judged[place]:
            return ""
        if self._passed[place] == self._judged[place]:
            return self._passed[place]
        return f"**{self._passed[place]} of {self._judged[place]}**"


def _markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)
