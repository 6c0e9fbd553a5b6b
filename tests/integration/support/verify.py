# SPDX-License-Identifier: ISC
"""What other people's verifiers say about a message, asked of real DNS (resolving.py). One verdict per signature.

Each verifier is a process that judges message after message (judges/). It reads a line with the length of a message in
octets, then the message, and answers with a line of JSON: a list of verdicts, or {"unreadable": why}.
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass

import dkim

from .wait import PATIENCE

_JUDGES = pathlib.Path(__file__).resolve().parent.parent / "judges"
_ARGV = {
    "dkimpy": ["/usr/bin/python3", "-B", _JUDGES / "dkimpy.py"],
    "mail_dkim": ["/usr/bin/perl", _JUDGES / "mail_dkim.pl"],
    "opendkim": ["/usr/bin/python3", "-B", _JUDGES / "opendkim.py"],
}


@dataclass(frozen=True)
class Verdict:
    """Of one signature, or of a whole ARC chain: then algorithm and selector are "arc". OpenDKIM knows no ARC."""
    passed: bool
    domain: str
    selector: str
    algorithm: str
    text: str


class Unreadable(AssertionError):
    """A judge made nothing of a message, or ended over it."""


class Judge:
    """One verifier, in one process that is started when it is first asked. Not for several threads at once."""

    def __init__(self, name, resolving):
        self.name, self._resolving, self._process = name, resolving, None

    def ask(self, message):
        """Its verdicts, in its order."""
        process = self._running()
        too_late = threading.Timer(20 * PATIENCE, self._kill)
        too_late.start()
        try:
            process.stdin.write(b"%d\n" % len(message) + message)
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            too_late.cancel()
        return self._verdicts(answer)

    def close(self):
        if self._process:
            self._kill()
            self._process.communicate()
            self._errors.close()
            self._process = None

    def _running(self):
        if not self._process:
            self._errors = tempfile.TemporaryFile()
            self._process = self._resolving.start(_ARGV[self.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                  stderr=self._errors, start_new_session=True)
        return self._process

    def _kill(self):
        """It, and what led it into its namespace."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _verdicts(self, answer):
        if not answer.endswith(b"\n"):
            self._kill()
            self._errors.seek(0)
            errors = self._errors.read().decode(errors="replace")
            self.close()
            raise Unreadable(f"{self.name} ended: {errors}")
        verdicts = json.loads(answer)
        if isinstance(verdicts, dict):
            raise Unreadable(f"{self.name}: {verdicts['unreadable']}")
        return [Verdict(**verdict) for verdict in verdicts]


class Judges:
    """dkimpy, Mail::DKIM (which lacks Ed25519: such a signature never passes there) and OpenDKIM's library."""

    def __init__(self, resolving):
        self._judges = {name: Judge(name, resolving) for name in _ARGV}

    def dkimpy(self, message):
        return self._judges["dkimpy"].ask(message)

    def mail_dkim(self, message):
        return self._judges["mail_dkim"].ask(message)

    def opendkim(self, message):
        return self._judges["opendkim"].ask(message)

    def all(self, message):
        """{name of the judge: its verdicts}"""
        return {name: judge.ask(message) for name, judge in self._judges.items()}

    def close(self):
        for judge in self._judges.values():
            judge.close()


def passes_with(message, records):
    """Whether dkimpy passes the topmost signature, given {name: TXT value} for DNS: for messages by the hundred."""
    def look_up(name, timeout=5):
        return records.get(name.decode().rstrip("."), "").encode()
    return dkim.verify(message, dnsfunc=look_up)
