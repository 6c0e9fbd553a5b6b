# SPDX-License-Identifier: ISC
"""Mail of ours whose sender has no active key: accepted unsigned, signed by the provider alone, put off or refused."""

import pytest
from support import samples
from support.place import I_AM_ROOT
from support.signing import Signing, ask_milter, domains, fields

NOBODYS = samples.plain(sender="alice@nowhere.example")
HEADER = (("From", " alice@nowhere.example"),)


@pytest.fixture(scope="module")
def make_signing(signetd, names, sink, request):
    """make_signing(mta, unverified_domain): before a daemon with keys for example.com and the provider."""
    made = {}

    def make(mta, what):
        if what not in made:
            daemon = made[what] = signetd(I_AM_ROOT, {"also_sign": ["esp.example"], "unverified_domain": what})
            daemon.have_key("example.com", names=names)
            daemon.have_key("esp.example", names=names)
        if (mta, what) not in made:
            milter = getattr(made[what], f"{mta}_milter")
            made[mta, what] = Signing(made[what], request.getfixturevalue(mta)(milter), sink)
        return made[mta, what]
    return make


@pytest.fixture(params=["postfix", "sendmail"])
def mta(request):
    return request.param


def test_accepted_it_goes_on_unsigned(make_signing, mta):
    signing = make_signing(mta, "accept")

    arrival = signing.deliver(NOBODYS)

    assert domains(arrival) == []
    line = fields(signing.line(arrival))
    assert (line["decision"], line["reason"]) == (["skip"], ["no-key"])


def test_the_provider_signs_it_alone(make_signing, judges, mta):
    signing = make_signing(mta, "fallback")

    arrival = signing.deliver(NOBODYS)

    assert domains(arrival) == ["esp.example"]
    line = fields(signing.line(arrival))
    assert (line["decision"], line["reason"], line["d"]) == (["sign"], ["fallback"], ["esp.example"])
    for judge, verdicts in judges.all(arrival.data).items():
        assert [(v.domain, v.passed) for v in verdicts] == [("esp.example", True)], judge


def test_what_the_provider_has_signed_alone_comes_by_again(make_signing, mta):
    signing = make_signing(mta, "fallback")
    first = signing.deliver(NOBODYS)

    again = signing.deliver(first.data)

    assert again.fields("DKIM-Signature") == first.fields("DKIM-Signature")
    assert fields(signing.line(again))["reason"] == ["already-signed"]


@pytest.mark.parametrize(("what", "decision", "code", "enhanced"), [
    ("tempfail", "tempfail", 451, "4.7.1"),
    ("reject", "reject", 550, "5.7.1"),
])
def test_refused_it_is_said_which_domain_and_what_to_do(make_signing, mta, what, decision, code, enhanced):
    signing = make_signing(mta, what)

    reply = signing.submit(NOBODYS)

    assert reply.code == code
    assert reply.text.startswith(enhanced)
    assert "nowhere.example" in reply.text and "postmaster" in reply.text
    line = fields(signing.daemon.wait_for_log(r"\breason=no-key\b"))
    assert (line["decision"], line["from"]) == ([decision], ["nowhere.example"])
    assert "d" not in line


@pytest.mark.parametrize("what", ["accept", "fallback", "tempfail", "reject"])
def test_a_sender_with_a_key_is_served_as_ever(make_signing, mta, what):
    assert domains(make_signing(mta, what).deliver(samples.plain())) == ["example.com", "esp.example"]


@pytest.mark.parametrize("what", ["tempfail", "reject"])
def test_mail_that_is_not_ours_is_not_refused(make_signing, what):
    daemon = make_signing("postfix", what).daemon
    assert ask_milter(daemon, HEADER, client="198.51.100.7")[0].verdict == "accept"


@pytest.mark.parametrize(("what", "code"), [("accept", None), ("tempfail", "451"), ("reject", "550")])
def test_explain_says_what_the_sender_will_be_told(make_signing, what, code):
    daemon = make_signing("postfix", what).daemon

    answer = daemon.ctl("explain", "--from", "nowhere.example", check=False)

    assert (answer["reason"], answer["code"]) == ("no-key", code)
    assert answer["steps"][-1]["rule"] == "unverified-domain" and answer["steps"][-1]["answer"] == what
    if code:
        assert "nowhere.example" in answer["text"]
        assert ask_milter(daemon, HEADER)[0].text == f"{code} {answer['enhanced_code']} {answer['text']}"


def test_without_a_key_of_the_provider_nothing_is_left_to_sign(signetd):
    daemon = signetd(False, settings={"also_sign": ["esp.example"], "unverified_domain": "fallback"})

    reply, line = ask_milter(daemon, HEADER)

    assert (reply.verdict, line["decision"], line["reason"]) == ("accept", ["skip"], ["no-key"])


def test_the_reply_names_the_envelope_where_that_alone_signs(signetd):
    daemon = signetd(False, settings={"identity": ["envelope-from"], "unverified_domain": "reject"})
    daemon.have_key("example.com")

    reply, _ = ask_milter(daemon, (("From", " alice@example.com"),), sender="<bob@nowhere.example>")

    assert "domain nowhere.example," in reply.text
    answer = daemon.ctl("explain", "--from", "example.com", "--envelope-from", "bob@nowhere.example", check=False)
    assert (answer["sender"], answer["text"]) == ("nowhere.example", reply.text[len("550 5.7.1 "):])
