# SPDX-License-Identifier: ISC
"""Whoever scrapes: HTTP by hand, so that it can be done wrong, and the texts as Prometheus's own library reads them."""

import socket
from dataclasses import dataclass

from prometheus_client import parser
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from .wait import PATIENCE


@dataclass(frozen=True)
class Answer:
    status: int
    fields: dict  # by name, lower case
    body: bytes

    @property
    def text(self):
        return self.body.decode()


def connect(address, timeout=PATIENCE):
    """A connection to the path of a unix socket, or to a port of the loopback."""
    if isinstance(address, int):
        return socket.create_connection(("127.0.0.1", address), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    connection.connect(str(address))
    return connection


def exchange(address, octets):
    """All that comes back for these octets until the other end has enough of it."""
    with connect(address) as connection:
        try:
            connection.sendall(octets)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it did not want them all, and may have said so
        return read_all(connection)


def read_all(connection):
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def ask(address, method="GET", path="/metrics", accept=None, body=b""):
    fields = "".join(f"{name}: {value}\r\n" for name, value in (
        ("Host", "metrics"), ("Accept", accept), ("Content-Length", len(body) or None)) if value is not None)
    return read_answer(exchange(address, f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode() + body))


def read_answer(octets):
    head, _, body = octets.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split()[1]), fields, body)


def families(address):
    """{name: family}, as OpenMetrics."""
    answer = ask(address)
    assert answer.status == 200, answer
    return read_families(answer.text)


def read_families(text):
    return {family.name: family for family in text_string_to_metric_families(text)}


def read_old_families(text):
    return {family.name: family for family in parser.text_string_to_metric_families(text)}


def samples(address):
    """{(name, value of a label, …): number}"""
    return {(sample.name, *sample.labels.values()): sample.value
            for family in families(address).values() for sample in family.samples}
