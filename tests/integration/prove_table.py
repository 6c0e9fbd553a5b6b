# SPDX-License-Identifier: ISC
"""The proof of scripts/prove-table: a daemon with very many active keys, from its start to an activation.

What is measured goes to a page; nothing is judged by its time but in the page's last column.
"""

import argparse
import contextlib
import os
import pathlib
import platform
import random
import socket
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from support.control import Control  # noqa: E402
from support.daemon import Signetd, build_directory, reachable_programs  # noqa: E402
from support.mta import Connection  # noqa: E402
from support.place import I_AM_ROOT, short_directory  # noqa: E402

STARTS = 5
ACTIVATIONS = 200
MESSAGES = 20_000
LATER = 100_000
START_SECONDS = 3600  # a first start follows everything there is

PAGE = """# Very many keys

    ./scripts/prove-table {count}

{count:,} active RSA-2048 records, each with a key set, both slots, and handles of its own; a few private keys are
sealed again and again under them, because generating a million is no test (bench/fill.c). One daemon{user}, two
milters, on {machine}; load average {load} at the end, with what else the machine did.

| | measured | target |
| --- | --- | --- |
{rows}

What the rows mean:

* Ready is from exec of the supervisor to its READY=1, with the views in place; the first start after the records were
  written follows all of them, change by change, before it is ready.
* A match is the whole question (`match_find`): three look-ups for a sender at a domain that has an RSA key only,
  because an Ed25519 key may lie above it. Warm: every domain has been looked up before. CPU time, by bench/look.c.
* An activation is timed at the control socket, from the call to the answer, and on to the signature of a message of
  that domain sent afterwards. Meanwhile, and before, four connections send messages from random domains, one after the
  other; the MTA's side is Python, so the figures of messages are upper bounds.
* "Others put into the store": bench/fill writes while the daemon runs; the next change at the control socket is
  answered when signing sees all of it. Meanwhile another connection asks for a record, one call after the other.
* Memory: private is RssAnon, locked VmLck; the views are mapped files and belong to the page cache.
"""


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def quantiles(values):
    """p50, p99 and the most."""
    ordered = sorted(values)
    return (f"p50 {milliseconds(ordered[len(ordered) // 2])}, p99 {milliseconds(ordered[len(ordered) * 99 // 100])}, "
            f"most {milliseconds(ordered[-1])}")


def key_id(number):
    return "dk_" + number.to_bytes(16, "little").hex()


def send(connection, number):
    """Is it signed?"""
    header = [("From", f" alice@d{number}.example.com"), ("Subject", " x")]
    reply = connection.open_message(header=header) or connection.end_message()
    assert reply.verdict in ("accept", "continue"), reply
    return bool(reply.inserted)


class House:
    """The daemon, and a socket on which it says that it is ready."""

    def __init__(self, stack, build):
        owner = None if I_AM_ROOT else os.geteuid()
        directory = stack.enter_context(short_directory(owner))
        programs = stack.enter_context(reachable_programs())
        self._build = build
        self._notices = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self._notices.bind(str(directory / "notify"))
        self._notices.settimeout(START_SECONDS)
        self.daemon = Signetd(programs, directory, I_AM_ROOT,
                              environment={"NOTIFY_SOCKET": str(directory / "notify")})
        stack.callback(self.daemon.close)

    def start(self):
        """Seconds until it is ready."""
        started = time.monotonic()
        self.daemon.launch()
        while b"READY=1" not in self._notices.recv(4096):
            pass
        return time.monotonic() - started

    def fill(self, first, count):
        store = self.daemon.state / "store"
        owner = (store / "signetd.db").stat()
        subprocess.run([self._build / "bench" / "fill", self.daemon.state, str(first), str(count), "rsa-sha256"],
                       check=True)
        for path in store.iterdir():
            os.chown(path, owner.st_uid, owner.st_gid)

    def look(self, count):
        """{name: figure} of bench/look."""
        done = subprocess.run([self._build / "bench" / "look", self.daemon.state, str(count)], check=True,
                              stdout=subprocess.PIPE, text=True)
        return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}

    def control(self):
        return Control(self.daemon.control_socket)

    def connect(self):
        return Connection(self.daemon.milter_socket)

    def memory(self):
        """{role: (private, locked)} in MB, the most of each role."""
        found = {}
        for role, pids in self.daemon.pids().items():
            status = [pathlib.Path(f"/proc/{pid}/status").read_text() for pid in pids]
            found[role] = tuple(max(_field(text, name) for text in status) / 1024 for name in ("RssAnon", "VmLck"))
        return found


def _field(text, name):
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name}:"))


class Traffic:
    """Four connections that send messages from random domains below count until the end of the block."""

    def __init__(self, house, count):
        self._house, self._count = house, count
        self._ended, self.seconds, self._wrong = threading.Event(), [], []
        self._threads = [threading.Thread(target=self._send, args=(seed,)) for seed in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()
        assert not self._wrong, self._wrong

    def _send(self, seed):
        chance = random.Random(seed)
        try:
            with self._house.connect() as connection:
                while not self._ended.is_set():
                    started = time.monotonic()
                    assert send(connection, chance.randrange(self._count))
                    self.seconds.append(time.monotonic() - started)
        except Exception as error:  # told at the end of the block
            self._wrong.append(error)


# ---- what is measured: each gives (what, figure, target) ----

def starts(house, count):
    filling = time.monotonic()
    house.fill(0, count)
    filling = time.monotonic() - filling
    first = house.start()
    house.daemon.stop()
    seconds = []
    for _ in range(STARTS):
        seconds.append(house.start())
        house.daemon.stop()
    yield f"records written to the store ({count:,})", f"{filling:.0f} s", ""
    yield "first start: all of them followed", f"{first:.0f} s", ""
    yield (f"ready from start, median and most of {STARTS}",
           f"{statistics.median(seconds):.3f} s, {max(seconds):.3f} s", "≤ 1 s")
    house.start()


def views(house, count):
    figures = house.look(count)
    yield "live octets a key in `table`", f"{figures['table_octets']:.0f}", "≤ 400"
    yield "live octets a handle in `keyring`", f"{figures['keyring_octets']:.0f}", "≤ 650"
    yield (f"files: `table` ({figures['table_entries']:,.0f} entries), `keyring` ({figures['keyring_entries']:,.0f})",
           f"{figures['table_file'] / 1e6:,.0f} MB, {figures['keyring_file'] / 1e6:,.0f} MB", "")
    yield "a match, warm, over all domains in random order", f"{figures['match_ns'] / 1000:.2f} µs", "≤ 2 µs"
    yield "a match, warm, over 1,000 domains", f"{figures['busy_match_ns'] / 1000:.2f} µs", "≤ 2 µs"
    yield "a handle looked up in the keyring, warm", f"{figures['keyring_ns'] / 1000:.2f} µs", ""


def activations(house, count):
    chance, answers, signatures = random.Random(7), [], []
    changing = range(count - ACTIVATIONS, count)  # the traffic is below
    with Traffic(house, changing[0]) as quiet:
        time.sleep(5)
    with Traffic(house, changing[0]) as busy, house.control() as control, house.connect() as connection:
        for number in chance.sample(changing, ACTIVATIONS):
            control.call("DeactivateKey", id=key_id(number))
            assert not send(connection, number)
            started = time.monotonic()
            control.call("ActivateKey", id=key_id(number), without_dns_check=True)
            answers.append(time.monotonic() - started)
            assert send(connection, number)
            signatures.append(time.monotonic() - started)
    yield f"an activation, answered ({ACTIVATIONS} of them)", quantiles(answers), "≤ 50 ms"
    yield "an activation, to the signature of a message", quantiles(signatures), "≤ 50 ms"
    yield "a message meanwhile", quantiles(busy.seconds), "no stall"
    yield "a message without activations", quantiles(quiet.seconds), ""


def questions(house, count):
    shows, statuses = [], []
    with house.control() as control:
        for number in range(200):
            shows.append(_timed(control, "ShowKey", id=key_id(number)))
        for _ in range(10):
            statuses.append(_timed(control, "Status"))
    yield "the control socket: a record", quantiles(shows), ""
    yield "the control socket: status, which counts", quantiles(statuses), ""


def _timed(control, method, **parameters):
    started = time.monotonic()
    control.call(method, **parameters)
    return time.monotonic() - started


def others(house, count):
    looks = []
    house.fill(count, LATER)
    with Traffic(house, count - ACTIVATIONS) as busy, house.control() as changer, house.control() as looker:
        started = time.monotonic()
        changer.send("DeactivateKey", id=key_id(count - 1))
        answer = threading.Thread(target=changer.receive)
        answer.start()
        while answer.is_alive():
            looks.append(_timed(looker, "ShowKey", id=key_id(0)))
        seconds = time.monotonic() - started
        changer.call("ActivateKey", id=key_id(count - 1), without_dns_check=True)
    yield f"{LATER:,} records that others put into the store: seen by signing after", f"{seconds:.1f} s", ""
    yield "the control socket meanwhile: a record", quantiles(looks), "≤ 50 ms"
    yield "a message meanwhile", quantiles(busy.seconds), "no stall"


def memory(house, count):
    before = house.memory()
    chance = random.Random(8)
    with house.connect() as connection:
        for _ in range(MESSAGES):
            assert send(connection, chance.randrange(count - ACTIVATIONS))
    after = house.memory()
    for role in ("milter", "vault", "keeper"):
        yield (f"{role}: private memory, locked; after {MESSAGES:,} more messages",
               f"{before[role][0]:.1f} MB, {before[role][1]:.1f} MB; {after[role][0]:.1f} MB, {after[role][1]:.1f} MB",
               "bounded")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.machine())
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, {time.strftime('%Y-%m-%d')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--page", type=pathlib.Path)
    options = parser.parse_args()
    rows = []
    with contextlib.ExitStack() as stack:
        house = House(stack, build_directory())
        house.start()
        house.daemon.stop()
        for measure in (starts, views, questions, activations, memory, others):
            for row in measure(house, options.count):
                print(" | ".join(row), flush=True)
                rows.append("| " + " | ".join(row) + " |")
    if options.page:
        options.page.write_text(PAGE.format(
            count=options.count, rows="\n".join(rows), machine=machine(), load=f"{os.getloadavg()[1]:.1f}",
            user=" with a uid per role" if I_AM_ROOT else ""))


if __name__ == "__main__":
    main()
