# SPDX-License-Identifier: ISC
"""Scripts in the places of the programs: children that misbehave, or do what they do when a test wants it."""

import os
import re

from .daemon import PROGRAMS
from .servers import REPOSITORY

SAY_WHEN = "cut -d' ' -f1 /proc/uptime >> $0.starts"


class Actors:
    """A directory of the programs in which a script can stand in for one of them."""

    def __init__(self, programs, directory):
        self.directory, self._programs = directory, programs
        for name in PROGRAMS:
            (directory / name).symlink_to(programs / name)

    def replace(self, name, script):
        """From the next start on; in the script, $real is the program and $0.starts has a line for each start."""
        text = f"#!/bin/bash\nreal={self._programs / name}\n{SAY_WHEN}\n{script}\n"
        self._put(name, lambda new: new.write_text(text))

    def restore(self, name):
        self._put(name, lambda new: new.symlink_to(self._programs / name))

    def starts(self, name):
        """When they were, in seconds of a clock that is never set."""
        path = self.directory / f"{name}.starts"
        return [float(line) for line in path.read_text().split()] if path.exists() else []

    def _put(self, name, make):
        new = self.directory / f"{name}.new"
        make(new)
        if not new.is_symlink():
            new.chmod(0o755)
        os.replace(new, self.directory / name)


def frame_types():
    """{name: number} of src/ipc/messages.h, where they are counted."""
    text = (REPOSITORY / "src/ipc/messages.h").read_text()
    names = re.findall(r"^\tFRAME_([A-Z_]+)(?: = 1)?,", text.partition("enum frame_type {")[2].partition("};")[0], re.M)
    return {name: number for number, name in enumerate(names, 1)}


# In some lives of a program it says READY and yes to all settings, but for one step of one reload.
_ONE_WHO_MISBEHAVES = """
import os, socket, struct, sys, time
READY, OFFER, SWAP, ANSWER, DRAIN = {types}
given = dict(word.split("=") for word in sys.argv[1:] if "=" in word)
channel = socket.socket(fileno=int(given["supervisor"]))
channel.send(struct.pack("=HHIQ", READY, 16, int(given["epoch"]), 0))
while True:
    frame = channel.recv(4096)
    if not frame or struct.unpack_from("=H", frame)[0] == DRAIN:
        sys.exit(0)
    kind, _, _, attempt = struct.unpack_from("=HHIQ", frame)
    if kind not in (OFFER, SWAP):
        continue
    version, = struct.unpack_from("=I", frame, 16)
    act = {act!r} if kind == {step} else "agree"
    if act in ("die", "crash"):
        os.kill(os.getpid(), 9 if act == "die" else 11)
    if act != "say nothing":
        status, sentence = (4, b"not with me") if act == "refuse" else (0, b"")
        answer = struct.pack("=IIII512s", kind, version, status, 0, sentence)
        channel.send(struct.pack("=HHIQ", ANSWER, 16 + len(answer), int(given["epoch"]), attempt) + answer)
    while act == "hang after it":
        time.sleep(1)
"""


def misbehaving_at(step, act, lives="1"):
    """A script for Actors.replace. step: "SETTINGS" or "SETTINGS_SWAP"; act: "die", "crash", "refuse", "say nothing" or
    "hang after it"; lives: which of them, "*" is all."""
    types = frame_types()
    numbers = tuple(types[name] for name in ("READY", "SETTINGS", "SETTINGS_SWAP", "SETTINGS_ANSWER", "DRAIN"))
    program = _ONE_WHO_MISBEHAVES.format(types=numbers, act=act, step=types[step])
    return f"""[[ " $* " == *" epoch="{lives}" "* ]] || exec $real "$@"
exec /usr/bin/python3 -I - "$@" <<'END'
{program}
END"""


_ONE_WHO_BABBLES = """
import socket, struct, sys
READY, PONG, DRAIN = {types}
given = dict(word.split("=") for word in sys.argv[1:] if "=" in word)
channel = socket.socket(fileno=int(given["supervisor"]))
say = lambda kind: channel.send(struct.pack("=HHIQ", kind, 16, int(given["epoch"]), 0))
say(READY)
while True:
    for _ in range(1000):
        say(PONG)
    try:
        frame = channel.recv(4096, socket.MSG_DONTWAIT)
    except BlockingIOError:
        continue
    if not frame or struct.unpack_from("=H", frame)[0] == DRAIN:
        sys.exit(0)
"""


def babbling():
    """A script for Actors.replace: the first of several processes says nothing wrong, and never stops saying it."""
    program = _ONE_WHO_BABBLES.format(types=tuple(frame_types()[name] for name in ("READY", "PONG", "DRAIN")))
    return f"""[[ " $* " == *" instance=0 "* ]] || exec $real "$@"
exec /usr/bin/python3 -I - "$@" <<'END'
{program}
END"""


WAITS = "while [ ! -e $0.go ]; do sleep 0.01; done; exec $real " '"$@"'
