# SPDX-License-Identifier: ISC
"""How the signer is put into mail servers: what docs/mta.md says of that, and what comes of doing otherwise."""

import pytest
from support import samples, sender
from support.place import free_port
from support.reference_milter import ReferenceMilter
from support.twins import unanimous

FOOTER = b"-- \r\nScanned by Sieve 1.0\r\n"


@pytest.fixture(scope="module")
def nobody(place):
    """The path of a socket that nobody listens on."""
    return place() / "milter.sock"


# While the signer is away.

@pytest.mark.parametrize("action, code", [("tempfail", 451), ("accept", 250)])
def test_postfix_without_its_milter_does_as_milter_default_action_says(postfix, sink, nobody, action, code):
    mta, recipient = postfix(f"unix:{nobody}", knobs={"milter_default_action": action}), samples.fresh_recipient()

    assert mta.submit_smtp(samples.plain(), recipients=[recipient]).code == code

    if code == 250:
        assert sink.wait_for(recipient).fields("DKIM-Signature") == []


@pytest.mark.parametrize("flag, code", [(", F=T", 451), ("", 250)])
def test_sendmail_without_its_milter_does_as_its_flag_says(sendmail, sink, nobody, flag, code):
    recipient = samples.fresh_recipient()
    mta = sendmail(knobs=[f"INPUT_MAIL_FILTER(`signetd', `S=local:{nobody}{flag}')dnl"])

    assert _answer(mta, recipient) == code

    if code == 250:
        assert sink.wait_for(recipient).fields("DKIM-Signature") == []


def _answer(mta, recipient):
    try:
        return mta.submit_smtp(samples.plain(), recipients=[recipient]).code
    except sender.Refused as refused:  # at EHLO
        return refused.reply.code


def test_mail_of_programs_is_signed_only_by_non_smtpd_milters(postfix, twins, sink):
    mta, recipient = postfix(twins.postfix_milters, knobs={"non_smtpd_milters": ""}), samples.fresh_recipient()

    mta.submit_command(samples.plain(), recipients=[recipient])

    assert sink.wait_for(recipient).fields("DKIM-Signature") == []


# Beside other things that look at mail.

@pytest.fixture(scope="module")
def adding_milter(place):
    """The path of another milter, which adds a field that our signatures cover."""
    path = place() / "milter.sock"
    milter = ReferenceMilter(path, lambda message: [(b"Reply-To", b" answers@example.com")])
    yield path
    milter.close()


@pytest.mark.parametrize("is_last", [True, False], ids=["signer-last", "signer-first"])
@pytest.mark.parametrize("mta", ["postfix", "sendmail"])
def test_the_last_milter_signs_what_the_others_have_added(request, twins, sink, adding_milter, mta, is_last):
    signers = getattr(twins, f"{mta}_milters")
    other = f"{'unix' if mta == 'postfix' else 'local'}:{adding_milter}"
    recipient = samples.fresh_recipient()
    server = request.getfixturevalue(mta)(f"{other} {signers}" if is_last else f"{signers} {other}")

    assert server.submit_smtp(samples.plain(), recipients=[recipient]).code == 250

    arrival = sink.wait_for(recipient)
    assert arrival.fields("Reply-To") == [b"Reply-To: answers@example.com"]
    assert twins.verdicts(arrival.data) == unanimous(relaxed=is_last, simple=is_last)


@pytest.fixture
def through_a_filter(postfix, make_sink, sink):
    """through_a_filter(milters before, milters behind): what arrives of a message to which the filter adds a footer."""
    def deliver(before, behind):
        scanner, port, recipient = make_sink(), free_port(), samples.fresh_recipient()
        mta = postfix(before, knobs={"content_filter": f"scan:[127.0.0.1]:{scanner.port}"}, services=(
            "scan unix - - n - - smtp",
            f"127.0.0.1:{port} inet n - n - - smtpd -o content_filter= -o smtpd_milters={behind.replace(' ', ',')}"))
        assert mta.submit_smtp(samples.plain(), recipients=[recipient]).code == 250
        scanned = scanner.wait_for(recipient).data + FOOTER
        assert sender.send(port, scanned, recipients=[recipient]).code == 250, mta.log
        arrival = sink.wait_for(recipient)
        assert FOOTER in arrival.data
        return arrival
    return deliver


def test_a_content_filter_changes_what_was_signed_before_it(through_a_filter, twins):
    arrival = through_a_filter(before=twins.postfix_milters, behind="")

    assert twins.verdicts(arrival.data) == unanimous(relaxed=False, simple=False)


def test_a_signer_behind_the_content_filter_signs_what_it_has_written(through_a_filter, twins):
    arrival = through_a_filter(before="", behind=twins.postfix_milters)

    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=True)


def test_milter_header_checks_can_take_the_signature_away(postfix, twins, sink, place):
    checks = place() / "checks"
    checks.write_text("/^DKIM-Signature:/ IGNORE\n")
    mta = postfix(twins.postfix_milters, knobs={"milter_header_checks": f"regexp:{checks}"})
    recipient = samples.fresh_recipient()

    assert mta.submit_smtp(samples.plain(), recipients=[recipient]).code == 250

    assert sink.wait_for(recipient).fields("DKIM-Signature") == []
