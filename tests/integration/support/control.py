# SPDX-License-Identifier: ISC
"""A connection to the control socket that stays open: many calls without a signetctl for each."""

import json
import socket

from .wait import PATIENCE


class Control:
    """Calls are answered in order; send and receive may be taken apart."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(2 * PATIENCE)
        self._socket.connect(str(path))
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def call(self, method, **parameters):
        """The parameters of the answer, which is no error."""
        self.send(method, **parameters)
        return self.receive()

    def send(self, method, **parameters):
        call = {"method": f"org.signetd.control.{method}", "parameters": parameters}
        self._socket.sendall(json.dumps(call).encode() + b"\0")

    def send_octets(self, octets, files=()):
        """As they are, with the descriptors of open files beside them."""
        socket.send_fds(self._socket, [octets], [file.fileno() for file in files])

    def receive(self):
        answer = self.receive_any()
        assert "error" not in answer, answer
        return answer["parameters"]

    def receive_any(self):
        """The whole answer."""
        while b"\0" not in self._received:
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionError("the keeper closed the connection")
            self._received += piece
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)
