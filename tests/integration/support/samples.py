# SPDX-License-Identifier: ISC
"""The project's own sample messages (tests/mail) and small ones made on the spot."""

import pathlib
import uuid

MAIL = pathlib.Path(__file__).resolve().parents[2] / "mail"
NAMES = sorted(path.stem for path in MAIL.glob("*.eml"))


def sample(name):
    return (MAIL / f"{name}.eml").read_bytes()


def message(*fields, body="Hello.\r\n"):
    """A message of exactly these header fields."""
    return ("".join(f"{field}\r\n" for field in fields) + "\r\n" + body).encode()


def plain(sender="alice@example.com", subject="Hello", token=""):
    """A small, complete message."""
    return message(f"From: {sender}", "To: bob@example.net", f"Subject: {subject}",
                   "Date: Fri, 20 Nov 2026 10:00:00 +0000", f"Message-ID: <{token or uuid.uuid4().hex}@example.com>")


def fresh_recipient():
    """An address nobody else uses: what arrives for it is the message of this test."""
    return f"bob+{uuid.uuid4().hex[:12]}@example.net"


def without_top_field(data, name):
    """The message without its first header field, which must have this name."""
    lines = data.split(b"\r\n")
    assert lines[0].lower().startswith(name.lower().encode() + b":"), data[:300]
    end = next(number for number, line in enumerate(lines[1:], 1) if not line.startswith((b" ", b"\t")))
    return b"\r\n".join(lines[end:])


def with_last_line_ended(data):
    """The message as SMTP carries it."""
    return data if data.endswith(b"\r\n") else data + b"\r\n"
