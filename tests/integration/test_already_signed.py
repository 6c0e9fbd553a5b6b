# SPDX-License-Identifier: ISC
"""Mail that comes by more than once: it leaves with one signature of ours, and nobody can switch that off with a field
that only looks like one."""

import itertools
import re

import pytest
from support import samples, sender
from support.mta import PLAIN, Connection
from support.place import I_AM_ROOT, free_port
from support.proof import JUDGES

BODY = b"Hello.\r\n"

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["relaxed/relaxed", "simple/simple"])
def canonicalization(request):
    return request.param


@pytest.fixture(scope="module")
def daemon(signetd, names, canonicalization):
    """Keys of both algorithms for example.com, of one for rsa.example."""
    daemon = signetd(as_root=I_AM_ROOT, settings={"canonicalization": canonicalization})
    for algorithm in ("rsa-sha256", "ed25519-sha256"):
        daemon.have_key("example.com", "--match", "DomainAndSubdomains", "--algorithm", algorithm, names=names)
    daemon.have_key("rsa.example", names=names)
    return daemon


def logged(daemon, queue_id):
    daemon.wait_for_log(rf"\bqueue_id={queue_id} ")
    return [dict(re.findall(r'(\w+)=("[^"]*"|\S*)', line)) for line in daemon.log_lines(rf"\bqueue_id={queue_id} ")]


def take_through(daemon, header, body=BODY):
    """The fields that the milter inserts, topmost first, and the line of the log."""
    queue_id = f"AGAIN{next(_numbers)}"
    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(header=header, body=body, queue_id=queue_id) or connection.end_message()
    assert reply.goes_on, reply
    [line] = logged(daemon, queue_id)
    return [(name, value.decode()) for name, value in reversed(reply.inserted)], line


def algorithms(fields):
    return [re.search(r"a=([a-z0-9-]+);", value)[1] for _, value in fields]


# What a field must be to be ours.

def test_the_second_time_nothing_is_added(daemon):
    first, line = take_through(daemon, PLAIN)
    assert algorithms(first) == ["rsa-sha256", "ed25519-sha256"] and line["reason"] == "signed"

    again, line = take_through(daemon, [*first, *PLAIN])

    assert again == []
    assert (line["decision"], line["reason"], line["d"]) == ("skip", "already-signed", "example.com")


def test_each_key_signs_where_its_own_signature_is_missing(daemon):
    first, _ = take_through(daemon, PLAIN)

    for missing in (0, 1):
        rest = [field for number, field in enumerate(first) if number != missing]
        again, line = take_through(daemon, [*rest, *PLAIN])
        assert algorithms(again) == [algorithms(first)[missing]]
        assert (line["reason"], line["a"]) == ("signed", algorithms(first)[missing])


def forged(value, tag):
    """The field with one character of this tag changed."""
    at = re.search(rf"[\s;]{tag}=\s*", value).end()
    return value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1:]


@pytest.mark.parametrize("tag", ["b", "bh", "h", "t", "c", "v"])
def test_a_forged_field_switches_nothing_off(daemon, tag):
    first, _ = take_through(daemon, PLAIN)
    forgeries = [(name, forged(value, tag)) for name, value in first]

    again, line = take_through(daemon, [*forgeries, *PLAIN])

    assert algorithms(again) == algorithms(first) and line["reason"] == "signed"


def test_below_many_forgeries_a_signature_is_ours_or_made_again(daemon):
    first, _ = take_through(daemon, PLAIN)
    forgeries = [(name, forged(value, "b")) for name, value in first]

    again, _ = take_through(daemon, [*forgeries * 300, *first, *PLAIN])

    assert algorithms(again) == algorithms(first)


@pytest.mark.parametrize("header, body", [
    (PLAIN, b"Hello again.\r\n"),
    ([*PLAIN, ("Subject", " another")], BODY),
    ([*PLAIN, ("List-Id", " <list.example.com>")], BODY),  # valid, but it does not cover what is there now
    ([field for field in PLAIN if field[0] != "Date"], BODY),
], ids=["body", "second-subject", "new-field", "lost-field"])
def test_what_was_changed_in_between_is_signed_again(daemon, header, body):
    first, _ = take_through(daemon, PLAIN)

    again, line = take_through(daemon, [*first, *header], body)

    assert algorithms(again) == algorithms(first) and line["reason"] == "signed"


def test_a_signature_of_others_is_not_ours(daemon):
    fields, _ = take_through(daemon, [("From", " a@rsa.example")])

    again, line = take_through(daemon, [*fields, *PLAIN])

    assert len(again) == 2 and line["reason"] == "signed"


# Through a real Postfix.

@pytest.fixture(scope="module")
def scanner(make_sink):
    """The content filter: what it gets, a test hands back."""
    return make_sink()


@pytest.fixture(scope="module")
def round_trip(daemon, postfix, scanner, sink):
    """round_trip(message, change): what arrives of a message that a filter hands back, changed."""
    port = free_port()
    mta = postfix(daemon.postfix_milter, knobs={"content_filter": f"scan:[127.0.0.1]:{scanner.port}"}, services=(
        "scan unix - - n - - smtp", f"127.0.0.1:{port} inet n - n - - smtpd -o content_filter="))

    def go(message, change=lambda data: data):
        recipient = samples.fresh_recipient()
        assert mta.submit_smtp(message, recipients=[recipient]).code == 250
        scanned = change(scanner.wait_for(recipient).data)
        assert sender.send(port, scanned, recipients=[recipient]).code == 250, mta.log
        return sink.wait_for(recipient)
    return go


def verdicts(judges, message, algorithm):
    """What each judge that knows the algorithm says of our signatures, those that fail first."""
    said = judges.all(message)
    return {name: sorted(v.passed for v in said[name] if v.algorithm == algorithm and v.domain == "example.com")
            for name in JUDGES[algorithm]}


@pytest.mark.parametrize("name", [name for name in samples.NAMES if name != "08-eai"])  # which is of another domain
def test_a_content_filter_that_changes_nothing_gets_no_second_signature(round_trip, daemon, judges, name):
    arrival = round_trip(samples.sample(name))

    ours = [field for field in arrival.fields("DKIM-Signature") if b"d=other.example" not in field]
    assert len(ours) == 2
    assert logged(daemon, arrival.queue_id)[0]["reason"] == "already-signed"
    for algorithm in ("rsa-sha256", "ed25519-sha256"):
        for judge, passed in verdicts(judges, arrival.data, algorithm).items():
            assert passed == [True], judge


def test_what_the_filter_has_written_is_signed_again(round_trip, judges):
    arrival = round_trip(samples.plain(), lambda data: data + b"-- \r\nScanned\r\n")

    assert len(arrival.fields("DKIM-Signature")) == 4
    for algorithm in ("rsa-sha256", "ed25519-sha256"):
        for judge, passed in verdicts(judges, arrival.data, algorithm).items():
            assert passed == [False, True], judge


def test_a_filter_that_forges_our_field_does_not_keep_us_from_signing(round_trip, judges):
    def break_it(data):
        return re.sub(rb"(\tb=)(.)", lambda found: found[1] + (b"B" if found[2] == b"A" else b"A"), data)

    arrival = round_trip(samples.plain(), break_it)

    assert len(arrival.fields("DKIM-Signature")) == 4
    for algorithm in ("rsa-sha256", "ed25519-sha256"):
        for judge, passed in verdicts(judges, arrival.data, algorithm).items():
            assert passed == [False, True], judge
