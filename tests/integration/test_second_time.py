# SPDX-License-Identifier: ISC
"""Mail that meets the signer twice on its way through real mail servers: at two of them one behind the other, at one
that has the same milter twice, at one to which a content filter hands it back. It arrives with one signature by each
key."""

import pytest
from support import samples
from support.place import I_AM_ROOT
from support.proof import JUDGES
from support.signing import Signing, fields
from support.wait import wait_until

MTAS = ("postfix", "sendmail")
ALGORITHMS = ("rsa-sha256", "ed25519-sha256")
# Sendmail talks to no server that has its own name.
BEHIND = {"postfix": {}, "sendmail": {"knobs": ("define(`confDOMAIN_NAME', `mta3.signetd.test')dnl",)}}
FOOTER = b"-- \r\nScanned\r\n"


@pytest.fixture(scope="module", params=["relaxed/relaxed", "simple/simple"])
def daemon(request, signetd, names):
    daemon = signetd(I_AM_ROOT, {"canonicalization": request.param})
    for algorithm in ALGORITHMS:
        daemon.have_key("example.com", "--algorithm", algorithm, names=names)
    return daemon


@pytest.fixture(scope="module")
def start(daemon, request):
    """start(mta, next_hop, milters=1): a mail server with the signer that many times before it."""
    def make(mta, next_hop, milters=1, **more):
        spec = getattr(daemon, f"{mta}_milter")
        return request.getfixturevalue(mta)(" ".join([spec] * milters), sink=next_hop, **more)
    return make


def assert_signed_once(judges, arrival):
    assert len(arrival.fields("DKIM-Signature")) == 2  # one by each key
    assert_verdicts(judges, arrival, [True])


def assert_verdicts(judges, arrival, expected):
    """What each judge that knows the algorithm says of our signatures, those that fail first."""
    said = judges.all(arrival.data)
    for algorithm in ALGORITHMS:
        for judge in JUDGES[algorithm]:
            assert sorted(v.passed for v in said[judge] if v.algorithm == algorithm) == expected, judge


MESSAGES = ("01-plain", "02-multipart-alternative", "07-8bit-utf8", "12-trailing-blank-lines", "14-empty-body")


def reasons_since(daemon, mark):
    """Of the two times a message came by, in no order: the lines are two processes', and the queue ids of two Sendmails
    may be the same."""
    def reasons():
        return sorted(fields(line)["reason"][0] for line in daemon.log_lines(r"\bmessage queue_id=", since=mark))
    wait_until(lambda: len(reasons()) >= 2, "two lines of the log")
    return reasons()


@pytest.fixture(scope="module")
def chain(start, daemon, sink):
    """chain(first, second): a mail server that hands on to another."""
    made = {}

    def make(first, second):
        if (first, second) not in made:
            behind = start(second, sink, **BEHIND[second])
            made[first, second] = Signing(daemon, start(first, behind), sink)
        return made[first, second]
    return make


@pytest.mark.parametrize("second", MTAS)
@pytest.mark.parametrize("first", MTAS)
@pytest.mark.parametrize("message", MESSAGES)
def test_two_servers_with_the_signer_sign_once(chain, judges, first, second, message):
    signing = chain(first, second)
    mark = signing.daemon.log_mark

    arrival = signing.deliver(samples.sample(message))

    assert_signed_once(judges, arrival)
    assert reasons_since(signing.daemon, mark) == ["already-signed", "signed"]
    assert len(arrival.fields("Received")) == 2


@pytest.mark.parametrize("mta", MTAS)
def test_one_server_with_the_signer_twice_signs_once(start, daemon, sink, judges, mta):
    signing, mark = Signing(daemon, start(mta, sink, milters=2), sink), daemon.log_mark

    arrival = signing.deliver(samples.plain())

    assert_signed_once(judges, arrival)
    assert reasons_since(daemon, mark) == ["already-signed", "signed"]


@pytest.fixture(scope="module")
def filtered(start, make_sink, sink, daemon):
    """filtered(change): what arrives, through a second Sendmail, of a message that a content filter has handed back;
    and the reasons in the log."""
    scanner = make_sink()
    before, behind = start("sendmail", scanner), Signing(daemon, start("sendmail", sink), sink)

    def go(change=lambda data: data):
        recipient, mark = samples.fresh_recipient(), daemon.log_mark
        assert before.submit_smtp(samples.plain(), recipients=[recipient]).code == 250
        arrival = behind.deliver(change(scanner.wait_for(recipient).data))
        return arrival, reasons_since(daemon, mark)
    return go


def test_a_content_filter_beside_sendmail_gets_no_second_signature(filtered, judges):
    arrival, reasons = filtered()

    assert reasons == ["already-signed", "signed"]
    assert_signed_once(judges, arrival)


def test_what_it_has_written_is_signed_again(filtered, judges):
    arrival, reasons = filtered(lambda data: data + FOOTER)

    assert reasons == ["signed", "signed"]
    assert len(arrival.fields("DKIM-Signature")) == 4
    assert_verdicts(judges, arrival, [False, True])


def test_a_date_that_sendmail_adds_behind_the_first_signer_is_signed_by_the_second(chain, judges):
    """It was not there to be signed; the first signature stays good."""
    signing = chain("sendmail", "postfix")
    mark = signing.daemon.log_mark

    arrival = signing.deliver(samples.message("From: alice@example.com", "Message-ID: <1@example.com>"))

    assert reasons_since(signing.daemon, mark) == ["signed", "signed"]
    assert len(arrival.fields("Date")) == 1 and len(arrival.fields("DKIM-Signature")) == 4
    assert_verdicts(judges, arrival, [True, True])
