#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""dkimpy as a judge: support/verify.py has the dialogue."""

import json
import sys

import dkim


def text(value):
    return (value or b"").decode("utf-8", "replace")


def judge_signature(message, index):
    verifier = dkim.DKIM(message)
    try:
        passed = verifier.verify(idx=index)
        reason = "pass" if passed else "fail"
    except Exception as error:  # whatever it stumbles over is a verdict
        passed, reason = False, f"{type(error).__name__}: {error}"
    fields = verifier.signature_fields or {}
    return {"passed": passed, "domain": text(fields.get(b"d")), "selector": text(fields.get(b"s")),
            "algorithm": text(fields.get(b"a")), "text": reason}


def judge_chain(message):
    """The chain as one verdict, under the domain of its last sealer."""
    result, sets, reason = dkim.arc_verify(message)
    domain = text(sets[0].get("as-domain")) if sets else ""
    return {"passed": result == dkim.CV_Pass, "domain": domain, "selector": "arc", "algorithm": "arc", "text": reason}


def judge(message):
    header, _ = dkim.rfc822_parse(message)
    names = [name.lower() for name, _ in header]
    verdicts = [judge_signature(message, index) for index in range(names.count(b"dkim-signature"))]
    return verdicts + [judge_chain(message)] * (b"arc-seal" in names)


for line in sys.stdin.buffer:
    try:
        answer = judge(sys.stdin.buffer.read(int(line)))
    except dkim.DKIMException as error:
        answer = {"unreadable": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
