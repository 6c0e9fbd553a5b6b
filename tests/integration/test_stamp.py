# SPDX-License-Identifier: ISC
"""A signed header field says whose mail it is: there is one, it is ours, and whoever adds another breaks the signature."""

import re

import pytest
from support import samples
from support.mta import PROTOCOL, Connection
from support.place import I_AM_ROOT
from support.signing import Signing, ask_milter, domains

CHANGE_HEADER = 0x10
EVERYTHING = 0x1FF

FORGED = [
    [],
    ["X-Organization: forged"],
    ["X-Organization: forged", "x-organization: twice", "X-ORGANIZATION:"],
    ["X-Organization-Not: mine"],
    ["X-Organization:", " folded,", "\tforged"],
    ["X-Organization : spaced"],
]


@pytest.fixture(scope="module")
def daemon(signetd, names):
    daemon = signetd(I_AM_ROOT, settings={
        "stamp_header": "X-Organization", "unverified_domain": "accept",
        "trusted_networks": ["127.0.0.0/8"], "organizations": [{"name": "acme", "networks": ["127.0.0.0/8"]}]})
    for algorithm in ("rsa-sha256", "ed25519-sha256"):
        daemon.have_key("example.com", "--org", "acme", "--algorithm", algorithm, names=names)
    daemon.have_key("main.example", names=names)
    return daemon


@pytest.fixture(scope="module", params=["postfix", "sendmail"])
def signing(request, daemon, sink):
    mta = request.getfixturevalue(request.param)(getattr(daemon, f"{request.param}_milter"))
    return Signing(daemon, mta, sink)


def message(lines, sender="alice@example.com"):
    top, bottom = lines[:1], lines[1:]
    if lines and lines[-1][:1].isspace():
        top, bottom = lines, []
    return samples.message(*top, f"From: {sender}", "To: bob@example.net", "Subject: stamped",
                           "Date: Fri, 20 Nov 2026 10:00:00 +0000", "Message-ID: <s@example.com>", *bottom)


@pytest.mark.parametrize("lines", FORGED, ids=len)
def test_one_field_says_whose_it_is_and_everybody_verifies_it(signing, judges, lines):
    arrival = signing.deliver(message(lines))

    assert arrival.fields("X-Organization") == [b"X-Organization: acme"]
    assert len(arrival.fields("X-Organization-Not")) == ("X-Organization-Not: mine" in lines)
    assert domains(arrival) == ["example.com", "example.com"]
    for judge, verdicts in judges.all(arrival.data).items():
        assert all(v.passed for v in verdicts if v.algorithm == "rsa-sha256"), (judge, verdicts)
    for field in arrival.fields("DKIM-Signature"):
        covered = re.search(rb"\bh=([^;]*);", field)[1]
        assert re.sub(rb"\s", b"", covered).split(b":").count(b"X-Organization") == 2


@pytest.mark.parametrize("change", [
    lambda data: b"X-Organization: other\r\n" + data,
    lambda data: data.replace(b"X-Organization: acme", b"X-Organization: other"),
    lambda data: data.replace(b"X-Organization: acme\r\n", b""),
], ids=["added", "changed", "removed"])
def test_nobody_changes_it_on_the_way(signing, judges, change):
    arrival = signing.deliver(message([]))

    for judge, verdicts in judges.all(change(arrival.data)).items():
        assert verdicts and not any(v.passed for v in verdicts), judge


def test_mail_that_is_not_signed_is_not_stamped(signing):
    arrival = signing.deliver(message(["X-Organization: whatever"], sender="alice@nowhere.example"))

    assert domains(arrival) == []
    assert arrival.fields("X-Organization") == [b"X-Organization: whatever"]


def test_fields_are_taken_out_from_the_last_on(daemon):
    header = (("X-Organization", " a"), ("From", " alice@example.com"), ("x-organization", " b"))
    reply, line = ask_milter(daemon, header)

    assert reply.removed == [("X-Organization", 2), ("X-Organization", 1)]
    assert [name for name, _ in reply.inserted] == ["X-Organization", "DKIM-Signature", "DKIM-Signature"]
    assert line["org"] == ["acme"]


def test_the_field_that_names_the_organization_may_be_the_one_that_stamps(signetd):
    daemon = signetd(False, settings={"stamp_header": "X-Organization", "organization_header": {
        "name": "X-Organization", "networks": ["127.0.0.0/8"]}})
    for org in ("main", "delta"):
        daemon.have_key("example.com", "--org", org, "--selector", org)
    header = (("From", " alice@example.com"), ("X-Organization", " delta"))

    for client, org in (("127.0.0.1", "delta"), ("", "main")):
        reply, line = ask_milter(daemon, header, client=client)
        assert (reply.removed, line["s"]) == ([("X-Organization", 1)], [org])
        assert reply.inserted[0] == ("X-Organization", f" {org}".encode())


def test_a_header_full_to_its_limit_is_stamped_all_the_same(signetd):
    daemon = signetd(False, settings={"stamp_header": "X-Organization", "header_max_fields": 20})
    daemon.have_key("example.com")
    header = (("From", " alice@example.com"), *(("X-More", f" {n}") for n in range(19)))

    assert [name for name, _ in ask_milter(daemon, header)[0].inserted] == ["X-Organization", "DKIM-Signature"]


def negotiated(daemon, actions):
    connection = Connection.__new__(Connection)
    connection.connect_only(daemon.milter_socket)
    try:
        connection.negotiate(PROTOCOL, actions=actions)
        return connection.actions
    finally:
        connection.close()


def test_the_right_to_change_a_header_is_asked_for_where_it_is_needed(daemon, signetd):
    plain = signetd(False)

    assert negotiated(daemon, EVERYTHING) & CHANGE_HEADER
    assert not negotiated(plain, EVERYTHING) & CHANGE_HEADER
    assert not negotiated(plain, EVERYTHING & ~CHANGE_HEADER) & CHANGE_HEADER
    with pytest.raises((AssertionError, ConnectionError)):
        negotiated(daemon, EVERYTHING & ~CHANGE_HEADER)
    daemon.wait_for_log("connection refused: .*stamp_header")


def test_of_very_many_forged_ones_each_is_taken_out_once(daemon):
    forged = 4900  # header_max_fields is 5000
    header = (("From", " alice@example.com"), *(("X-Organization", f" {n}") for n in range(forged)))

    reply, _ = ask_milter(daemon, header)

    assert reply.removed == [("X-Organization", n) for n in range(forged, 0, -1)]
    assert reply.inserted[0] == ("X-Organization", b" acme")
