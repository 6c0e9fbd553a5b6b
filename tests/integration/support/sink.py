# SPDX-License-Identifier: ISC
"""Where all mail ends: an SMTP server that keeps every byte. It runs in threads of the test itself."""

import re
import socket
import threading
from dataclasses import dataclass

from .reception import Reception
from .wait import PATIENCE


@dataclass(frozen=True)
class Arrival:
    """One delivery. data: the message as it came, CRLF line ends, dots unstuffed."""
    mail_from: str
    recipients: tuple
    data: bytes

    @property
    def queue_id(self):
        """Under which the last MTA had it."""
        return re.search(rb"\bid ([0-9A-Za-z]+)", self.fields("Received")[0])[1].decode()

    def fields(self, name):
        """The header fields of this name, top first, each as its raw bytes without the final CRLF."""
        header = self.data.partition(b"\r\n\r\n")[0]
        unfolded = header.replace(b"\r\n ", b"\0 ").replace(b"\r\n\t", b"\0\t").split(b"\r\n")
        wanted = name.lower().encode() + b":"
        return [line.replace(b"\0", b"\r\n") for line in unfolded if line.lower().startswith(wanted)]


class Sink:
    """extensions: what it announces; leave out "8BITMIME" to make MTAs convert."""

    def __init__(self, extensions=("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 100000000")):
        self._extensions = extensions
        self._changed = threading.Condition()
        self._arrivals = []
        self._refusals_left, self._refusal = 0, ""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = listener.getsockname()[1]
        self._reception = Reception(listener, self._serve)

    def refuse_next(self, count, reply="451 4.3.0 later"):
        """Answer the next messages, after their final dot, with this."""
        with self._changed:
            self._refusals_left, self._refusal = count, reply

    @property
    def refusals_left(self):
        with self._changed:
            return self._refusals_left

    @property
    def arrivals(self):
        with self._changed:
            return list(self._arrivals)

    def arrivals_for(self, recipient):
        return [arrival for arrival in self.arrivals if recipient in arrival.recipients]

    def wait_for(self, recipient, timeout=PATIENCE):
        """The first arrival for this recipient."""
        with self._changed:
            if self._changed.wait_for(lambda: self.arrivals_for(recipient), timeout):
                return self.arrivals_for(recipient)[0]
        raise AssertionError(f"nothing arrived for {recipient} within {timeout:g} s")

    def wait_for_count(self, count, timeout=PATIENCE):
        """All arrivals, once there are at least so many."""
        with self._changed:
            if self._changed.wait_for(lambda: len(self._arrivals) >= count, timeout):
                return list(self._arrivals)
            raise AssertionError(f"{len(self._arrivals)} of {count} messages arrived within {timeout:g} s")

    def take(self, count, timeout=PATIENCE):
        """All arrivals, once there are at least so many; the sink forgets them."""
        with self._changed:
            arrivals = self.wait_for_count(count, timeout)
            self._arrivals = []
            return arrivals

    def close(self):
        self._reception.close()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                _Dialogue(self, connection, lines).run()
            except OSError:
                pass  # the client went away

    def _answer_to(self, arrival):
        with self._changed:
            if self._refusals_left > 0:
                self._refusals_left -= 1
                return self._refusal
            self._arrivals.append(arrival)
            self._changed.notify_all()
            return "250 2.0.0 stored"

    @property
    def greeting(self):
        replies = ["sink.signetd.test", *self._extensions]
        return "\r\n".join(f"250{' ' if reply is replies[-1] else '-'}{reply}" for reply in replies)


class _Dialogue:
    def __init__(self, sink, connection, lines):
        self._sink, self._connection, self._lines = sink, connection, lines
        self._mail_from, self._recipients = "", []

    def run(self):
        self._say("220 sink.signetd.test ESMTP")
        for line in self._lines:
            command = line.decode("utf-8", "surrogateescape").strip()
            verb = command[:4].upper()
            if verb == "QUIT":
                self._say("221 2.0.0 bye")
                return
            self._say(self._reply(verb, command))

    def _reply(self, verb, command):
        if verb == "EHLO":
            return self._sink.greeting
        if verb == "DATA":
            self._say("354 go ahead")
            return self._sink._answer_to(Arrival(self._mail_from, tuple(self._recipients), self._read_message()))
        if verb in ("MAIL", "RSET"):
            self._mail_from, self._recipients = _address(command), []
        elif verb == "RCPT":
            self._recipients.append(_address(command))
        return "250 2.0.0 ok"

    def _read_message(self):
        message = []
        for line in self._lines:
            if line == b".\r\n":
                return b"".join(message)
            message.append(line[1:] if line.startswith(b".") else line)
        raise ConnectionError("the client left in the middle of a message")

    def _say(self, reply):
        self._connection.sendall(reply.encode() + b"\r\n")


def _address(command):
    return command.partition("<")[2].rpartition(">")[0]
