# SPDX-License-Identifier: ISC
"""Mail that is not signed, through real mail servers: a header that is too large is refused for good, so that nobody
tries again and again; when we have no memory it comes again; and what `fit` has skipped arrives as it was sent."""

import pytest
from support import samples, sender
from support.place import I_AM_ROOT
from support.signing import Signing, domains, fields

TOO_LARGE = "552 5.3.4 "
LATER = "451 4.7.1 The message cannot be signed at present, try again later"
# Postfix adds no From that is missing, Sendmail takes headers over 32 KiB.
WITH_MORE = {"postfix": {"knobs": {"local_header_rewrite_clients": ""}},
             "sendmail": {"knobs": ("define(`confMAX_HEADERS_LENGTH', `4000000')dnl",)}}


@pytest.fixture(scope="module", params=["postfix", "sendmail"])
def start(request):
    """start(daemon): the mail server before it, with which mail goes out."""
    sink, made = request.getfixturevalue("sink"), {}

    def make(daemon):
        if daemon not in made:
            mta = request.getfixturevalue(request.param)(getattr(daemon, f"{request.param}_milter"),
                                                         **WITH_MORE[request.param])
            made[daemon] = Signing(daemon, mta, sink)
        return made[daemon]
    return make


# A header that is too large.

@pytest.fixture(scope="module")
def narrow(signetd, names):
    """It takes little, and has a key."""
    daemon = signetd(I_AM_ROOT, {"header_max_bytes": "8KiB", "header_max_fields": 40})
    daemon.have_key("example.com", names=names)
    return daemon


@pytest.fixture(scope="module")
def wide(signetd, names):
    """It takes what it takes when nobody says anything."""
    daemon = signetd(I_AM_ROOT)
    daemon.have_key("example.com", names=names)
    return daemon


def with_fields(count, octets=10):
    """A message with more fields, each of this many octets with its line end."""
    field = b"X-More: " + b"m" * (octets - 10) + b"\r\n"
    assert len(field) == octets
    return field * count + samples.plain()


def assert_refused_for_good(signing, message):
    mark, recipient = signing.daemon.log_mark, samples.fresh_recipient()

    reply = signing.submit(message, recipient)

    assert str(reply).startswith(TOO_LARGE), f"{reply}\n{signing.mta.log}"
    line = fields(signing.daemon.wait_for_log(r"\breason=header-too-large\b", since=mark))
    assert line["decision"] == ["reject"]
    assert "d" in line or "fit" not in line  # of what was cut off nobody knows what it lacks
    assert signing.sink.arrivals_for(recipient) == []


TOO_MUCH = {"octets": with_fields(10, 900), "fields": with_fields(40, 20), "one field": with_fields(1, 900 * 9 + 200)}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_header_over_its_limit_is_refused_for_good(start, narrow, what):
    assert_refused_for_good(start(narrow), TOO_MUCH[what])


@pytest.mark.parametrize("message", [with_fields(6, 900), with_fields(25, 20)], ids=["octets", "fields"])
def test_a_header_below_it_is_signed(start, narrow, judges, message):
    arrival = start(narrow).deliver(message)

    assert domains(arrival) == ["example.com"]
    assert all(v.passed for said in judges.all(arrival.data).values() for v in said)


@pytest.mark.parametrize("message", [with_fields(1100, 1000), with_fields(5000, 12)], ids=["octets", "fields"])
def test_so_is_one_over_the_limits_that_nobody_set(start, wide, message):
    assert_refused_for_good(start(wide), message)


def test_more_fields_than_a_signature_may_name_are_refused_for_good(start, wide):
    """Each of them would have to be in h=."""
    assert_refused_for_good(start(wide), b"Subject: again\r\n" * 1200 + samples.plain())


def test_after_a_refusal_the_connection_serves_the_next_message(start, narrow):
    signing, recipient = start(narrow), samples.fresh_recipient()
    connection = sender.Connection(signing.mta.port)
    try:
        refused = connection.send(TOO_MUCH["fields"], "alice@example.com", [recipient])
        taken = connection.send(samples.plain(), "alice@example.com", [recipient])
    finally:
        connection.close()

    assert (refused.code, taken.code) == (552, 250)
    assert domains(signing.sink.wait_for(recipient)) == ["example.com"]
    assert len(signing.sink.arrivals_for(recipient)) == 1


def test_a_program_behind_sendmail_t_gets_a_bounce_and_no_second_try(narrow, postfix, make_sink):
    """There is nobody to hear our 552: Postfix sends a bounce at once."""
    sink, mark, author = make_sink(), narrow.log_mark, samples.fresh_recipient()

    postfix(narrow.postfix_milter, sink=sink).submit_command(TOO_MUCH["fields"], mail_from=author)

    bounce = sink.wait_for(author)
    assert b"Status: 5.3.4" in bounce.data and b"Undelivered Mail" in bounce.fields("Subject")[0]
    assert len(narrow.log_lines(r"\breason=header-too-large\b", since=mark)) == 1


# No memory.

@pytest.fixture
def single(signetd, names):
    """With a milter of its own: one that has had a large message keeps room for the next."""
    daemon = signetd(False, listener={"processes": 1})
    daemon.have_key("example.com", names=names)
    return daemon


def test_a_milter_without_memory_says_so_and_the_mail_comes_again(start, single, judges):
    """libmilter has one field at a time and does with what it has: the header that we gather is what does not fit."""
    signing, recipient, message = start(single), samples.fresh_recipient(), with_fields(1000, 1000)
    connection = sender.Connection(signing.mta.port)
    try:
        assert connection.send(samples.plain(), "alice@example.com", [samples.fresh_recipient()]).code == 250
        with single.without_more_memory("milter"):
            refused = connection.send(message, "alice@example.com", [recipient])
        line = fields(single.wait_for_log(r"\breason=internal-error\b"))
    finally:
        connection.close()

    assert str(refused) == LATER
    assert (line["decision"], line["detail"]) == (["tempfail"], ["no-memory"])
    assert "fit" not in line  # From stands below what was kept of the header
    assert signing.sink.arrivals_for(recipient) == []
    assert signing.submit(message, recipient).code == 250
    arrival = signing.sink.wait_for(recipient)
    assert domains(arrival) == ["example.com"]
    assert all(v.passed for said in judges.all(arrival.data).values() for v in said)


# What `fit` has skipped.

SKIPPED = {
    "no-from": b"To: bob@example.net\r\nSubject: x\r\n\r\nHello.\r\n",
    "several-from": b"From: carol@example.com\r\n" + samples.plain(),
    "duplicate-field": b"Subject: again\r\n" + samples.plain(),
    "long-header-line": b"References: " + b" ".join([b"<1234567890@example.com>"] * 44) + b"\r\n" + samples.plain(),
    "long-body-line": samples.plain() + b"w" * 995 + b"\r\n",
    "8bit-body": b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                 b"Content-Transfer-Encoding: 8bit\r\n" + samples.plain() + "Grüße\r\n".encode(),
    "8bit-undeclared": samples.plain() + "Grüße\r\n".encode(),
    "nul": samples.plain() + b"a\0b\r\n",
}


@pytest.fixture(scope="module")
def skipping(signetd, names):
    settings = ("no_from", "several_from", "duplicate_field", "long_header_line", "long_body_line", "eight_bit_header",
                "eight_bit_body", "eight_bit_undeclared", "bare_cr", "bare_lf", "nul")
    daemon = signetd(I_AM_ROOT, {"fit": {"line_max": 990, **dict.fromkeys(settings, "skip")}})
    daemon.have_key("example.com", names=names)
    return daemon


@pytest.mark.parametrize("flaw", SKIPPED)
def test_what_fit_skips_arrives_unsigned(start, skipping, flaw):
    signing = start(skipping)

    arrival = signing.deliver(SKIPPED[flaw])

    assert domains(arrival) == []
    line = fields(signing.line(arrival))
    assert (line["decision"], line["reason"]) == (["skip"], [flaw])
    assert flaw in line["fit"][0]
    assert arrival.data.rstrip().endswith(SKIPPED[flaw].rstrip().rpartition(b"\n")[2][-4:])  # nothing was cut off


def test_what_has_no_flaw_is_signed_beside_it(start, skipping, judges):
    arrival = start(skipping).deliver(samples.plain())

    assert domains(arrival) == ["example.com"]
    assert all(v.passed for said in judges.all(arrival.data).values() for v in said)
