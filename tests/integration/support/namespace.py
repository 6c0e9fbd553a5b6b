# SPDX-License-Identifier: ISC
"""A corner of this machine: namespaces in which files of /etc are replaced, and in which everything ends with the test.

Its first process holds it open and ends when its input ends, so that nothing in it outlives the test run, however that
ends. An ordinary user gets one through a user namespace in which he is root.
"""

import os
import subprocess

from .place import I_AM_ROOT
from .wait import PATIENCE

_HOLD = r"""
set -e
[ -z "$NETWORK" ] || ip link set lo up
[ -z "$HOST" ] || hostname "$HOST"
while [ $# -gt 0 ]; do mount --bind "$1" "$2"; shift 2; done
read -r pid rest < /proc/self/stat    # /proc is still the outer one, and so is this number
echo "$pid"
cat > /dev/null
"""


class Namespace:
    """files: {path to cover: path of what covers it}; network: a loopback of its own; host_name: a name of its own."""

    def __init__(self, files=None, network=False, host_name=None):
        self._kinds = ["--mount", "--pid"] + ["--net"] * network + ["--uts"] * bool(host_name)
        unshare = ["unshare", *self._kinds, "--fork", "--kill-child", "--propagation", "private"]
        if not I_AM_ROOT:
            unshare += ["--user", "--map-root-user"]
        covers = [str(part) for path, cover in (files or {}).items() for part in (cover, path)]
        self._holder = subprocess.Popen(
            [*unshare, "bash", "-c", _HOLD, "hold", *covers],
            env={**os.environ, "NETWORK": "1" if network else "", "HOST": host_name or ""},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._pid = self._holder.stdout.readline().strip()
        if not self._pid:
            raise RuntimeError(f"no namespace: {self._holder.communicate()[1]}")

    def _enter(self, argv):
        nsenter = ["nsenter", "--target", self._pid, *self._kinds]
        if not I_AM_ROOT:
            nsenter += ["--user", "--preserve-credentials"]
        return [*nsenter, "--", *map(str, argv)]

    def on_its_network(self, argv):
        """What starts a program on this network, but with the files, the processes and the user of the one who starts
        it: also an ordinary user, who is root in here, is himself again."""
        nsenter = ["nsenter", "--target", self._pid, "--net"]
        if not I_AM_ROOT:
            nsenter += ["--user", "--preserve-credentials", "--", "unshare", "--user", f"--map-user={os.geteuid()}",
                        f"--map-group={os.getegid()}"]
        return [*nsenter, "--", *map(str, argv)]

    def run(self, argv, input=b"", env=None, timeout=2 * PATIENCE):
        """Run a program to its end in here; bytes in, bytes out."""
        return subprocess.run(self._enter(argv), input=input, capture_output=True, timeout=timeout, env=env, cwd="/")

    def start(self, argv, **popen):
        """Start a program in here that stays until stopped, or until this closes."""
        return subprocess.Popen(self._enter(argv), cwd="/", **{"stdin": subprocess.DEVNULL, **popen})

    def close(self):
        """End every process in here."""
        self._holder.stdin.close()
        self._holder.wait(timeout=PATIENCE)
        self._holder.stdout.close()
        self._holder.stderr.close()
