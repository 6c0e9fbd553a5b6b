# SPDX-License-Identifier: ISC
"""What takes the log of a Postfix in the place of its postlogd, of which its programs know the socket only.

The socket holds some ten lines; then whoever has one to send waits. postlogd is started for the first line, by master,
which may be the one who waits, and then nobody goes on. This one reads before there is a master.
"""

import socket
import threading


class Maillog:
    """path: of the socket, in a directory through which its writers may pass."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o666)
        self._lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def lines(self):
        """All, each without its end."""
        return list(self._lines)

    def close(self):
        """Nothing is taken any more; what there is stays."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def _read(self):
        while line := self._socket.recv(65536):
            self._lines.append(line.decode(errors="replace").rstrip("\n"))
