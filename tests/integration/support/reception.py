# SPDX-License-Identifier: ISC
"""What a server of a test does before it speaks: it listens, and takes whoever comes."""

import os
import socket
import threading


def local_listener(path):
    """A unix socket that everybody may connect to."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    os.chmod(path, 0o666)
    listener.listen(16)
    return listener


class Reception:
    """Calls serve(connection) for each connection that listener gets, in a thread of its own, until it is closed."""

    def __init__(self, listener, serve):
        self._listener, self._serve = listener, serve
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
