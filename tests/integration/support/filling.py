# SPDX-License-Identifier: ISC
"""Many records in the store of a daemon, by bench/fill: d<n>.example.com, active, with selector s<n>."""

import os
import subprocess

from .daemon import build_directory


def fill(daemon, first, count, algorithm="ed25519-sha256", slots=1):
    program = build_directory() / "bench" / "fill"
    assert os.access(program, os.X_OK), f"not built: {program} (make check-programs does)"
    store = daemon.state / "store"
    owner = (store / "signetd.db").stat()
    subprocess.run([program, daemon.state, str(first), str(count), algorithm, str(slots)], check=True)
    for path in store.iterdir():
        os.chown(path, owner.st_uid, owner.st_gid)
