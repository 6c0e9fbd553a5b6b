# SPDX-License-Identifier: ISC
"""The provider signs, too: beside the sender, on all mail that is signed, and never twice with one key."""

import pytest
from support import samples
from support.mta import PLAIN
from support.place import I_AM_ROOT
from support.signing import Signing, ask_milter, domains, fields

BOTH = ["rsa-sha256", "ed25519-sha256"]


@pytest.fixture(scope="module")
def daemon(signetd, names):
    daemon = signetd(I_AM_ROOT, settings={"also_sign": ["esp.example", "late.example"]})
    daemon.have_key("example.com", "--match", "DomainAndSubdomains", names=names)
    for algorithm in BOTH:
        daemon.have_key("esp.example", "--match", "DomainAndSubdomains", "--algorithm", algorithm, names=names)
    return daemon


@pytest.fixture(scope="module", params=["postfix", "sendmail"])
def signing(request, daemon, sink):
    mta = request.getfixturevalue(request.param)(getattr(daemon, f"{request.param}_milter"))
    return Signing(daemon, mta, sink)


def test_everybody_verifies_the_sender_and_the_provider(signing, judges):
    arrival = signing.deliver(samples.plain())

    assert domains(arrival) == ["example.com", "esp.example", "esp.example"]
    for judge, verdicts in judges.all(arrival.data).items():
        passed = [(v.domain, v.algorithm) for v in verdicts if v.passed]
        expected = [("example.com", "rsa-sha256"), *(("esp.example", algorithm) for algorithm in BOTH)]
        if judge == "mail_dkim":  # which has no Ed25519
            expected = expected[:2]
        assert sorted(passed) == sorted(expected), judge


def test_one_line_of_the_log_names_all_signatures(signing):
    arrival = signing.deliver(samples.plain())

    line = fields(signing.line(arrival))
    assert line["d"] == domains(arrival)
    assert line["a"] == ["rsa-sha256", *BOTH]
    assert [len(line[name]) for name in ("s", "key")] == [3, 3]
    assert (line["decision"], line["reason"]) == (["sign"], ["signed"])


@pytest.mark.parametrize("sender", ["alice@esp.example", "alice@mail.esp.example"])
def test_the_provider_does_not_sign_its_own_mail_twice(signing, sender):
    assert domains(signing.deliver(samples.plain(sender=sender))) == ["esp.example", "esp.example"]


def test_what_comes_by_twice_has_each_signature_once(signing, judges):
    first = signing.deliver(samples.plain())

    again = signing.deliver(first.data)

    assert again.fields("DKIM-Signature") == first.fields("DKIM-Signature")
    line = fields(signing.line(again))
    assert (line["decision"], line["reason"]) == (["skip"], ["already-signed"])
    assert line["d"] == domains(first)
    assert {v.domain for v in judges.all(again.data)["dkimpy"] if v.passed} == {"example.com", "esp.example"}


@pytest.mark.parametrize("missing", [(0,), (1,), (2,), (0, 1), (1, 2)], ids=str)
def test_of_several_signatures_those_are_made_that_are_missing(daemon, missing):
    first, whole = ask_milter(daemon)
    made = [(name, value.decode()) for name, value in reversed(first.inserted)]
    there = [field for number, field in enumerate(made) if number not in missing]

    reply, line = ask_milter(daemon, [*there, *PLAIN])

    assert (line["decision"], line["reason"]) == (["sign"], ["signed"])
    assert line["s"] == [whole["s"][number] for number in missing]
    assert [name for name, _ in reply.inserted] == ["DKIM-Signature"] * len(missing)


def test_who_tries_mail_that_was_here_is_shown_that_nothing_is_added(daemon):
    header = [(name, value.decode()) for name, value in reversed(ask_milter(daemon)[0].inserted)]
    message = "".join(f"{name}:{value}\n" for name, value in [*header, *PLAIN]) + "\nHello\n"

    done = daemon.ctl("try", "-", check=False, input=message)

    assert (done["reply"], done["changes"]) == ("accept", [])
    assert done["explain"]["reason"] == "signed"  # which has no key to ask


def test_mail_of_a_sender_without_a_key_stays_unsigned(signing):
    arrival = signing.deliver(samples.plain(sender="alice@nowhere.example"))

    assert domains(arrival) == []
    assert fields(signing.line(arrival))["reason"] == ["no-key"]


def test_mail_that_is_not_ours_is_signed_by_nobody(daemon):
    reply, line = ask_milter(daemon, client="198.51.100.7")

    assert (reply.verdict, line["reason"]) == ("accept", ["not-ours"])
    assert "d" not in line


def test_the_provider_signs_from_the_moment_its_key_is_active(signetd):
    daemon = signetd(False, settings={"also_sign": ["esp.example"]})
    daemon.have_key("example.com")
    assert ask_milter(daemon)[1]["d"] == ["example.com"]

    key = daemon.have_key("esp.example")
    assert ask_milter(daemon)[1]["d"] == ["example.com", "esp.example"]

    daemon.ctl("key", "deactivate", key["id"])
    assert ask_milter(daemon)[1]["d"] == ["example.com"]


def test_keys_of_other_organizations_are_not_the_providers(signetd):
    daemon = signetd(False, settings={"also_sign": ["esp.example"]})
    daemon.have_key("example.com")
    daemon.have_key("esp.example", "--org", "acme")

    assert ask_milter(daemon)[1]["d"] == ["example.com"]


def test_explain_says_who_signs(daemon):
    answer = daemon.ctl("explain", "--from", "alice@example.com")

    assert [(key["domain"], key["identity"]) for key in answer["keys"]] == [
        ("example.com", "header-from"), ("esp.example", "also-sign"), ("esp.example", "also-sign")]
    assert [step["answer"] for step in answer["steps"] if step["rule"] == "also-sign"] == ["signed", "no-key"]


# ---- an organization that has it otherwise ---------------------------------------------------------------------------

NONE, OWN, AS_ALL = "192.0.2.1", "192.0.2.2", "192.0.2.3"


@pytest.fixture(scope="module")
def several(signetd):
    daemon = signetd(False, settings={
        "trusted_networks": ["192.0.2.0/24"], "also_sign": ["esp.example"], "unverified_domain": "fallback",
        "organizations": [
            {"name": "none", "networks": [NONE], "also_sign": [], "unverified_domain": "reject"},
            {"name": "own", "networks": [OWN], "also_sign": ["other.example"]},
            {"name": "all", "networks": [AS_ALL], "unverified_domain": "tempfail"}]})
    for org in ("main", "none", "own", "all"):
        daemon.have_key("example.com", "--org", org)
    for domain in ("esp.example", "other.example"):
        daemon.have_key(domain)
    return daemon


@pytest.mark.parametrize(("client", "sender", "decision", "signing"), [
    (NONE, "example.com", "sign", ["example.com"]),
    (OWN, "example.com", "sign", ["example.com", "other.example"]),
    (AS_ALL, "example.com", "sign", ["example.com", "esp.example"]),
    ("192.0.2.4", "example.com", "sign", ["example.com", "esp.example"]),
    (NONE, "nowhere.example", "reject", []),
    (OWN, "nowhere.example", "sign", ["other.example"]),
    (AS_ALL, "nowhere.example", "tempfail", []),
    ("192.0.2.4", "nowhere.example", "sign", ["esp.example"]),
])
def test_an_organization_can_have_it_otherwise(several, client, sender, decision, signing):
    _, line = ask_milter(several, (("From", f" alice@{sender}"),), client=client)
    answer = several.ctl("explain", "--from", f"alice@{sender}", "--client", client, check=False)

    assert (line["decision"], line.get("d", [])) == ([decision], signing)
    assert (answer["decision"], [key["domain"] for key in answer["keys"]]) == (decision, signing)


@pytest.mark.parametrize(("client", "sender", "rule", "own"), [
    (NONE, "nowhere.example", "unverified-domain", True),
    (OWN, "nowhere.example", "unverified-domain", False),
    (OWN, "example.com", "also-sign", True),
    (AS_ALL, "example.com", "also-sign", False),
])
def test_the_line_that_is_named_is_that_which_counted(several, client, sender, rule, own):
    answer = several.ctl("explain", "--from", f"alice@{sender}", "--client", client, check=False)
    path, number = next(step["place"] for step in answer["steps"] if step["rule"] == rule).rsplit(":", 1)

    with open(path) as configuration:
        line = configuration.read().splitlines()[int(number) - 1]
    assert rule.replace("-", "_") in line
    assert line.startswith("organizations") == own
