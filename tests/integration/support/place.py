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
    """A TCP port of 127.0.0.1 that nobody listens on, outside the range the kernel hands out by itself."""
    for _ in range(1000):
        port = random.randint(12000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port on 127.0.0.1")


def accepts_connections(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
