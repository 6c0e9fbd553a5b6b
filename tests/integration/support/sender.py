# SPDX-License-Identifier: ISC
"""An SMTP client that sends bytes as they are: it stuffs dots, ends the last line, and changes nothing else."""

import base64
import socket
import threading
import time
from dataclasses import dataclass

from .wait import PATIENCE


@dataclass(frozen=True)
class Reply:
    code: int
    text: str

    def __str__(self):
        return f"{self.code} {self.text}"


class Refused(Exception):
    """An answer that is neither 2xx nor 3xx."""

    def __init__(self, reply):
        super().__init__(str(reply))
        self.reply = reply


class Connection:
    """One SMTP session, opened and greeted."""

    def __init__(self, port, helo="client.signetd.test"):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._lines = self._socket.makefile("rb")
        self.in_doubt = False  # a whole message was sent, and no answer has come
        try:
            self._expect()
            self._extensions = self._ask(f"EHLO {helo}").text.upper()
        except BaseException:
            self.close()
            raise

    def become(self, login):
        """Be logged in as login, where the server believes us (Postfix's XCLIENT)."""
        self._ask(f"XCLIENT LOGIN={login}")
        self._extensions = self._ask("EHLO client.signetd.test").text.upper()

    def log_in(self, login, password):
        """Be logged in, where the password is right (AUTH PLAIN, RFC 4954)."""
        secret = f"\0{login}\0{password}".encode()
        self._ask(f"AUTH PLAIN {base64.b64encode(secret).decode()}")

    def send(self, message, mail_from, recipients):
        """Send one message; return the answer to its final dot, or the one that refused it on the way."""
        try:
            self._ask(f"MAIL FROM:<{mail_from}>{self._mail_parameters(message, mail_from)}")
            for recipient in recipients:
                self._ask(f"RCPT TO:<{recipient}>")
            self._ask("DATA")
            self.in_doubt = True
            self._socket.sendall(_stuffed(message))
            reply = self._expect()
            self.in_doubt = False
            return reply
        except Refused as refused:
            self.in_doubt = False
            self._reset()
            return refused.reply

    def _mail_parameters(self, message, mail_from):
        header = message.partition(b"\r\n\r\n")[0]
        parameters = ""
        if not message.isascii() and "8BITMIME" in self._extensions:
            parameters += " BODY=8BITMIME"
        if not (header.isascii() and mail_from.isascii()) and "SMTPUTF8" in self._extensions:
            parameters += " SMTPUTF8"
        return parameters

    def quit(self):
        try:
            self._ask("QUIT")
        finally:
            self.close()

    def close(self):
        self._lines.close()
        self._socket.close()

    def _reset(self):
        try:
            self._ask("RSET")
        except (Refused, OSError):
            pass  # after a 421 the next use of this connection fails, and says so

    def _ask(self, command):
        self._socket.sendall(command.encode() + b"\r\n")
        return self._expect()

    def _expect(self):
        text = []
        while True:
            line = self._lines.readline()
            if not line.endswith(b"\n"):
                raise ConnectionError("the server closed the connection")
            text.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                break
        reply = Reply(int(line[:3]), "\n".join(text))
        if reply.code >= 400:
            raise Refused(reply)
        return reply


def send(port, message, mail_from="alice@example.com", recipients=("bob@example.net",)):
    """Send one message over a connection of its own."""
    connection = Connection(port)
    try:
        return connection.send(message, mail_from, recipients)
    finally:
        connection.close()


class BulkSender:
    """Sends message after message over several connections, each again and again while the answer is 4xx.

    make(number) gives the message. Its number goes to `accepted` (2xx), `rejected` (5xx), or `unanswered` when the
    server left without an answer and may have the message or not.
    """

    def __init__(self, port, make, connections=4, mail_from="alice@example.com", recipient="bob@example.net"):
        self._port, self._make, self._mail_from, self._recipient = port, make, mail_from, recipient
        self._lock = threading.Lock()
        self._next = 0
        self._stopping = threading.Event()
        self.accepted, self.rejected, self.unanswered, self.retries = [], [], [], 0
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(connections)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, timeout=2 * PATIENCE):
        """Take no new message, and wait until each one begun has its answer."""
        self._stopping.set()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            raise AssertionError(f"messages were still refused {timeout:g} s after the last kill")

    def _work(self):
        connection = None
        while not self._stopping.is_set():
            with self._lock:
                number, self._next = self._next, self._next + 1
            connection = self._send_until_answered(connection, number)
        if connection:
            connection.close()

    def _send_until_answered(self, connection, number):
        message = self._make(number)
        while True:
            reply, connection = self._try(connection, message, number)
            if reply and reply.code < 400:
                return self._note(self.accepted, number, connection)
            if reply and reply.code >= 500:
                return self._note(self.rejected, number, connection)
            with self._lock:
                self.retries += 1
            if connection:  # one milter failure spoils a Postfix connection for all mail that follows on it
                connection.close()
                connection = None
            time.sleep(0.02)

    def _try(self, connection, message, number):
        try:
            connection = connection or Connection(self._port)
            return connection.send(message, self._mail_from, [self._recipient]), connection
        except Refused as refused:
            return refused.reply, connection
        except OSError:
            if connection:
                connection.close()
                if connection.in_doubt:
                    self._note(self.unanswered, number, None)
            return None, None

    def _note(self, where, number, connection):
        with self._lock:
            where.append(number)
        return connection


def _stuffed(message):
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"
