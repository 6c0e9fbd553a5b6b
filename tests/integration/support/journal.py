# SPDX-License-Identifier: ISC
"""A journald of one's own: it takes the datagrams of the native protocol, can stop reading them, and can go away."""

import os
import re
import socket
import threading

from .wait import PATIENCE, wait_until


class Journal:
    def __init__(self, directory):
        self.path, self._entries = directory / "journal", []
        self.open()

    # What it has.

    @property
    def entries(self):
        """[{field: value}, ...]"""
        return list(self._entries)

    def lines(self, pattern):
        """Of each entry that has it: "program: message"."""
        lines = [f"{entry['SYSLOG_IDENTIFIER']}: {entry['MESSAGE']}" for entry in self.entries]
        return [line for line in lines if re.search(pattern, line)]

    def wait_for(self, pattern):
        return wait_until(lambda: self.lines(pattern), lambda: f"{pattern} in the journal:\n{self.entries[-20:]}")[0]

    # What becomes of it.

    def open(self):
        """As at first, and after close: another socket, of the same name."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        os.chmod(self.path, 0o666)
        self._reads, self._ended = threading.Event(), threading.Event()
        self._reads.set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def stop_reading(self):
        """As by SIGSTOP. What is under way is read."""
        self._reads.clear()

    def go_on(self):
        self._reads.set()

    def close(self):
        """It is gone, and so is its socket."""
        self._ended.set()
        self._reads.set()
        self._reader.join(PATIENCE)
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def _read(self):
        self._socket.settimeout(0.05)
        while True:
            self._reads.wait()
            try:
                datagram = self._socket.recv(65536)
            except TimeoutError:
                if self._ended.is_set():
                    return
                continue
            self._entries.append(dict(line.split("=", 1) for line in datagram.decode().rstrip("\n").split("\n")))
