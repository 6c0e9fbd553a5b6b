# SPDX-License-Identifier: ISC
"""Which header fields a signature covers: by default, and as the configuration says."""

import re

import pytest
from support import samples
from support.mta import Connection
from support.verify import passes_with

DEFAULT_NAMES = ["From", "From", "Reply-To", "Subject", "Subject", "To", "To", "Cc", "Date", "Date", "Message-ID",
                 "Message-ID"]  # of the message below

HEADER = (("From", " alice@example.com"), ("To", " bob@example.net"), ("Subject", " test"),
          ("Date", " Thu, 1 Jan 2026 00:00:00 +0000"), ("Message-ID", " <1@example.com>"), ("X-Campaign", " spring"),
          ("x-campaign", " summer"))


@pytest.fixture(scope="module")
def make_daemon(signetd):
    """make_daemon(signed_fields): a daemon with a key for example.com, and the records to verify with."""
    def make(**lists):
        daemon = signetd(settings={"signed_fields": lists})
        key = daemon.have_key("example.com")
        records = daemon.ctl("records", key["id"])["records"]
        return daemon, {record["name"].rstrip("."): record["value"] for record in records}
    return make


def sign(daemon, header=HEADER):
    """The names in h= of the signature, and the message with it on top."""
    with Connection(daemon.milter_socket) as connection:
        assert connection.open_message(header=header) is None
        [(name, value)] = connection.end_message().inserted
    field = name.encode() + b":" + value.replace(b"\n", b"\r\n")
    names = re.search(rb"h=([^;]*);", re.sub(rb"\s", b"", value))[1].decode().split(":")
    return names, field + b"\r\n" + samples.message(*map(":".join, header), body="Hello\r\n")


def test_by_default_what_a_reader_sees_is_over_signed(make_daemon):
    daemon, records = make_daemon()

    names, message = sign(daemon)

    assert names == DEFAULT_NAMES
    assert passes_with(message, records)


@pytest.mark.parametrize("lists, expected", [
    ({"add": ["X-Campaign"]}, [*DEFAULT_NAMES, "X-Campaign", "X-Campaign"]),
    ({"add": ["X-Absent"]}, DEFAULT_NAMES),
    ({"oversign": ["X-Campaign"]}, [*DEFAULT_NAMES, *["X-Campaign"] * 3]),
    ({"oversign": ["X-Absent"]}, [*DEFAULT_NAMES, "X-Absent"]),
    ({"add": ["subject"]}, ["From", "From", "Reply-To", "subject", *DEFAULT_NAMES[5:]]),
    ({"remove": ["Message-ID", "Cc"]}, [name for name in DEFAULT_NAMES if name not in ("Message-ID", "Cc")]),
    ({"remove": ["To"], "oversign": ["List-Id"], "add": ["X-Campaign"]},
     [*(name for name in DEFAULT_NAMES if name != "To"), "List-Id", "X-Campaign", "X-Campaign"]),
])
def test_the_configuration_changes_the_list(make_daemon, lists, expected):
    daemon, records = make_daemon(**lists)

    names, message = sign(daemon)

    assert sorted(names) == sorted(expected)
    assert passes_with(message, records)


@pytest.mark.parametrize("lists, added, passes", [
    ({}, b"X-Campaign: autumn", True),
    ({"add": ["X-Campaign"]}, b"X-Campaign: autumn", True),  # above those that are signed
    ({"oversign": ["X-Campaign"]}, b"X-Campaign: autumn", False),
    ({}, b"Cc: mallory@example.org", False),
    ({"remove": ["Cc"]}, b"Cc: mallory@example.org", True),
])
def test_what_may_be_added_later_follows_from_it(make_daemon, lists, added, passes):
    daemon, records = make_daemon(**lists)
    _, message = sign(daemon)
    field, rest = message.split(b"\r\nFrom:", 1)

    assert passes_with(field + b"\r\n" + added + b"\r\nFrom:" + rest, records) == passes
