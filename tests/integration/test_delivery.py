# SPDX-License-Identifier: ISC
"""Octet for octet: the signature as our code built it, and what it covers, arrive through real MTAs as they were.

The truth is the milter protocol: what the MTA showed, and what it was told to insert. What the MTAs do change after
the signature is in test_rewriting.py.
"""

import base64
import re
from dataclasses import dataclass

import pytest
from support import samples
from support.place import I_AM_ROOT
from support.proof import JUDGES
from support.twins import HOWS, unanimous

ROUTES = ("postfix-smtp", "postfix-command", "sendmail-smtp")
SMTP_ROUTES = ("postfix-smtp", "sendmail-smtp")

# Which Sendmail writes anew: it has a list of addresses in several lines (docs/mta.md).
WRAPPED_ANEW = {("sendmail-smtp", "15-many-recipients"): ["To"]}


def deliver(mta, way, sink, message):
    recipient = samples.fresh_recipient()
    reply = getattr(mta, f"submit_{way}")(message, recipients=[recipient])
    assert reply is None or reply.code == 250, f"{reply}\n{mta.log}"
    return sink.wait_for(recipient)


# What was signed is what arrives.

@pytest.fixture(scope="module")
def mtas(twins, postfix, sendmail):
    return {"postfix": postfix(twins.postfix_milters, knobs={"local_header_rewrite_clients": ""}),
            "sendmail": sendmail(twins.sendmail_milters)}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", samples.NAMES)
def test_a_sample_arrives_as_it_was_signed(mtas, twins, sink, route, name):
    mta, _, way = route.partition("-")

    arrival = deliver(mtas[mta], way, sink, samples.sample(name))

    wrapped_anew = WRAPPED_ANEW.get((route, name), [])
    for how in HOWS:
        assert twins.field(how, arrival) in arrival.fields("DKIM-Signature")
        assert twins.changed(how, arrival) == wrapped_anew
    assert twins.verdicts(arrival.data) == unanimous(relaxed=True, simple=not wrapped_anew)


@pytest.mark.parametrize("route", ROUTES)
def test_the_field_is_folded_with_a_tab_in_lines_that_fit(mtas, twins, sink, route):
    mta, _, way = route.partition("-")

    arrival = deliver(mtas[mta], way, sink, samples.sample("02-multipart-alternative"))

    for field in arrival.fields("DKIM-Signature"):
        first, *folded = field.split(b"\r\n")
        assert len(folded) > 3
        assert {line[:1] for line in folded} == {b"\t"}
        assert max(map(len, [first, *folded])) <= 78
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", field)


# Keys of every kind.

@dataclass(frozen=True)
class KeyKind:
    algorithm: str
    domain: str
    octets: int  # of a signature
    options: tuple = ()


RSA_2048 = KeyKind("rsa-sha256", "rsa2048.example", 256)
RSA_3072 = KeyKind("rsa-sha256", "rsa3072.example", 384, ("--key-size", "3072"))
RSA_4096 = KeyKind("rsa-sha256", "rsa4096.example", 512, ("--key-size", "4096"))
ED25519 = KeyKind("ed25519-sha256", "ed25519.example", 64)
BOTH = (KeyKind("rsa-sha256", "both.example", 256), KeyKind("ed25519-sha256", "both.example", 64))


@pytest.fixture(scope="module", params=HOWS)
def signing_mtas(request, signetd, postfix, sendmail, names):
    """One daemon with a key of each kind, before an MTA of each."""
    daemon = signetd(as_root=I_AM_ROOT, settings={"canonicalization": f"{request.param}/{request.param}"})
    for kind in (RSA_2048, RSA_3072, RSA_4096, ED25519, *BOTH):
        daemon.create_key(kind.domain, "--algorithm", kind.algorithm, *kind.options, names=names)
    return {"postfix": postfix(daemon.postfix_milter), "sendmail": sendmail(daemon.sendmail_milter)}


@pytest.mark.parametrize("route", SMTP_ROUTES)
@pytest.mark.parametrize("kinds", [(RSA_2048,), (RSA_3072,), (RSA_4096,), (ED25519,), BOTH],
                         ids=["rsa-2048", "rsa-3072", "rsa-4096", "ed25519", "rsa-and-ed25519"])
def test_a_key_of_every_kind_signs_through_every_mta(signing_mtas, sink, judges, route, kinds):
    mta, _, way = route.partition("-")
    [domain] = {kind.domain for kind in kinds}

    arrival = deliver(signing_mtas[mta], way, sink, samples.plain(sender=f"alice@{domain}"))

    assert sorted(map(signature_octets, arrival.fields("DKIM-Signature"))) == sorted(kind.octets for kind in kinds)
    passed = {name: {verdict.algorithm: verdict.passed for verdict in verdicts}
              for name, verdicts in judges.all(arrival.data).items()}
    for kind in kinds:
        for judge in JUDGES[kind.algorithm]:
            assert passed[judge].get(kind.algorithm) is True, passed


def signature_octets(field):
    return len(base64.b64decode(re.sub(rb"\s", b"", re.search(rb";\s*b=([\s\S]*)", field)[1])))
