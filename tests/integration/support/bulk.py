# SPDX-License-Identifier: ISC
"""`signetctl bulk`: files for it, and runs that are watched, interrupted and killed."""

import contextlib
import csv
import io
import json
import os
import pty
import subprocess
import threading

from .wait import PATIENCE

ED25519 = "ed25519-sha256"  # made in no time


def as_csv(rows):
    """Dicts as a CSV file, the columns those of all rows; test_mode as on or off."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: {True: "on", False: "off"}.get(value, value) for name, value in row.items()}
                     for row in rows)
    return text.getvalue()


def as_json(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def ed25519_keys(count, under):
    return [{"domain": f"d{number}.{under}", "algorithm": ED25519} for number in range(count)]


def results(text):
    """The results that --json printed."""
    return [json.loads(line) for line in text.splitlines()]


class Watched:
    """A run whose stderr is a terminal: what it prints on it is read at once."""

    def __init__(self, daemon, *arguments):
        self._terminal, theirs = pty.openpty()
        self._seen = ""
        self.process = daemon.start_ctl("bulk", *arguments, "--json", stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        self._deadline = threading.Timer(2 * PATIENCE, self.process.kill)  # all reading below ends with it
        self._deadline.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._deadline.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        os.close(self._terminal)

    def wait_for(self, text):
        """Until it has been printed on the terminal."""
        while text not in self._seen:
            octets = os.read(self._terminal, 65536)
            self._seen += octets.decode()

    def send_signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """What it had printed by then, whole lines only."""
        self.process.kill()
        text = self.process.stdout.read()
        self.process.wait(PATIENCE)
        return results(text[:text.rfind("\n") + 1])

    def wait_for_end(self):
        """Exit status, results, and all that was on the terminal."""
        text = self.process.stdout.read()
        with contextlib.suppress(OSError):  # EIO: nobody has it any more
            while octets := os.read(self._terminal, 65536):
                self._seen += octets.decode()
        return self.process.wait(PATIENCE), results(text), self._seen
