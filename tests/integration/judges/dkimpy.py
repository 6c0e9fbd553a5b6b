#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Message on standard input, one verdict per DKIM-Signature as JSON on standard output: by dkimpy."""

import json
import sys

import dkim


def text(value):
    return (value or b"").decode("utf-8", "replace")


def judge(message, index):
    verifier = dkim.DKIM(message)
    try:
        passed = verifier.verify(idx=index)
        reason = "pass" if passed else "fail"
    except Exception as error:  # whatever it stumbles over is a verdict
        passed, reason = False, f"{type(error).__name__}: {error}"
    fields = verifier.signature_fields or {}
    return {"passed": passed, "domain": text(fields.get(b"d")), "selector": text(fields.get(b"s")),
            "algorithm": text(fields.get(b"a")), "text": reason}


message = sys.stdin.buffer.read()
header, _ = dkim.rfc822_parse(message)
count = sum(name.lower() == b"dkim-signature" for name, _ in header)
json.dump([judge(message, index) for index in range(count)], sys.stdout)
