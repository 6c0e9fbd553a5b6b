# SPDX-License-Identifier: ISC
"""The proof of scripts/prove-protocol: random walks over the milter protocol, and what they leave in the milters."""

import contextlib
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from support.daemon import Signetd, reachable_programs  # noqa: E402
from support.page import arguments, circumstances, write_page  # noqa: E402
from support.place import NOBODY, short_directory  # noqa: E402
from support.torture import DOMAIN, Walk, Witness, descriptors  # noqa: E402

STEPS = 2000  # of a walk
CROWD = 500  # connections that negotiate and go, after each walk

PAGE = """# The milter protocol at random

    ./scripts/prove-protocol {walks} {seed}

{last_line}; {seconds:.0f} s on {processors} processors, {day}, built in `{build}`.

A walk is {steps} steps on six connections at once: seven in ten times what comes next in a message, else any command
with any data, a message on a connection of its own (of which the signature must be right, and the log have one line),
or an end: in the middle of a packet, with garbage, with a packet too large (`tests/integration/support/torture.py`).
After each walk {crowd} connections negotiate and go; then the next message must be served by the same milters, its
signature right, no descriptor more be open than before all walks, and the log have nothing but lines of messages.
The single sequences are in `tests/integration/test_protocol.py`, under both sanitizers, too.

| after walks | descriptors of the milters | memory in use (KiB) |
| --- | --- | --- |
{rows}
"""


def row(walks, daemon, witness):
    counts = ", ".join(map(str, descriptors(daemon)))
    memory = ", ".join(map(str, witness.resident_kib().values()))
    return f"| {walks} | {counts} | {memory} |"


class Count:
    """What was done."""

    def __init__(self):
        self.walks = self.packets = self.connections = self.messages = self.lines = self.failed = 0

    def add(self, walk):
        self.walks += 1
        self.packets += walk.packets
        self.connections += walk.opened + CROWD
        self.messages += walk.messages
        self.lines += len(walk.lines())

    @property
    def last_line(self):
        return (f"{self.walks} walks, {self.packets} packets on {self.connections} connections, {self.messages} messages "
                f"begun in order, {self.lines} ended and logged, {self.failed} failed")


def take_walk(daemon, idle, seed, count):
    """The witness, when all was well."""
    witness = Witness(daemon, idle)
    walk = Walk(daemon.milter_socket, witness, seed).run(STEPS)
    for _ in range(CROWD):
        witness.negotiates()
    witness.check()
    assert len(walk.lines()) <= walk.mails, f"{len(walk.lines())} lines of {walk.mails} messages"
    count.add(walk)
    return witness


def prove(walks, first_seed):
    count, rows = Count(), []
    with contextlib.ExitStack() as stack:
        programs = stack.enter_context(reachable_programs())
        daemon = Signetd(programs, stack.enter_context(short_directory(NOBODY)))
        stack.callback(daemon.close)
        daemon.start()
        daemon.create_key(DOMAIN)
        idle = descriptors(daemon)
        rows.append(row(0, daemon, Witness(daemon, idle)))
        for number in range(1, walks + 1):
            seed = first_seed + number - 1
            try:
                witness = take_walk(daemon, idle, seed, count)
            except (AssertionError, OSError) as error:
                count.failed += 1
                print(f"seed {seed}: {error!r}", file=sys.stderr, flush=True)
                continue
            if number % max(1, walks // 10) == 0:
                rows.append(row(number, daemon, witness))
                print(f"{number} of {walks} walks", file=sys.stderr, flush=True)
    return count, rows


def main():
    options = arguments(__doc__, walks="how many", seed="of the first").parse_args()
    began = time.monotonic()
    count, rows = prove(options.walks, options.seed)
    write_page(options.page, PAGE.format(
        walks=options.walks, seed=options.seed, last_line=count.last_line, seconds=time.monotonic() - began,
        steps=STEPS, crowd=CROWD, rows="\n".join(rows), **circumstances()))
    print(count.last_line)
    sys.exit(count.failed > 0)


main()
