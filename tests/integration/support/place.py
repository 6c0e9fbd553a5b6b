# SPDX-License-Identifier: ISC
"""Short private directories and free ports.

Unix sockets have room for 107 characters, and Sendmail refuses a milter socket below a world-writable directory; so
what holds sockets does not lie under pytest's tmp_path.
"""

import os
import pathlib
import random
import shutil
import socket
import tempfile
from contextlib import contextmanager

NOBODY = 65534
I_AM_ROOT = os.geteuid() == 0
_reservations = []


@contextmanager
def short_directory(owner=None):
    """A directory everybody may pass through, removed at the end. owner: a uid, also used as the gid."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="sgn-", dir="/run" if I_AM_ROOT else "/tmp"))
    path.chmod(0o755)
    if owner is not None and owner != os.geteuid():
        os.chown(path, owner, owner)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port():
    """A TCP port of 127.0.0.1 outside the range the kernel hands out by itself. It stays bound here, so that nobody
    else is given it before its server comes, which has to set SO_REUSEADDR, as servers do."""
    for _ in range(1000):
        reservation, port = socket.socket(), random.randint(12000, 32000)
        try:
            reservation.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _reservations.append(reservation)
        return port
    raise RuntimeError("no free port on 127.0.0.1")


def accepts_connections(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
