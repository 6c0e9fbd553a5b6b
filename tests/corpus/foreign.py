# SPDX-License-Identifier: ISC
"""Mail that was on its way already: a chain of Received fields, and what others signed and sealed there.

The signatures are true ones, by dkimpy and Mail::DKIM, with the two keys of keys/ under these domains (they lie here
for everybody to see, and sign nothing else); whoever wants them verified publishes records(). The same message always
gets the same ones: their time is fixed.
"""

import base64
import pathlib
import subprocess

import dkim

from . import bodies, encoded, fields, folding, mime

HERE = pathlib.Path(__file__).resolve().parent
RSA, ED25519 = HERE / "keys/rsa.pem", HERE / "keys/ed25519.pem"
SELECTOR, ED25519_SELECTOR = "corpus", "corpus-ed"
SIGNERS = ("esp.example.org", "list.example.org", "forwarder.example")
SEALER = "gateway.example"
CANONICALIZATIONS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")
SIGNED_AT = 1763719200

_CONTENTS = (mime.tree, encoded.in_names, folding.any_kind, fields.mailing_list, bodies.white_space_lines,
             bodies.trailing_line_ends, bodies.eight_bit, bodies.any_size)

_HOPS = (
    " from {a}.example ({a}.example [192.0.2.{n}])\r\n\tby {b}.example (Postfix) with ESMTPS id 4dKx{t}\r\n"
    "\tfor <bob@example.net>; {d}",
    " from [192.0.2.{n}] (helo={a}.example)\r\n\tby {b}.example with esmtps (TLS1.3:TLS_AES_256_GCM_SHA384:256)\r\n"
    "\t(Exim 4.98)\r\n\t(envelope-from <alice@example.com>)\r\n\tid 1vK{t}-0000\r\n\tfor bob@example.net;\r\n\t{d}",
    " from {a}.EXAMPLE (2001:db8::{n}) by\r\n {b}.EXAMPLE (2001:db8::1) with Microsoft SMTP\r\n Server (version=TLS1_2,"
    " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id\r\n 15.20.9320.{n}; {d}",
    " by 2002:a05:6402:{n}::1 with SMTP id {t}csp{n};\r\n        {d}",
    " (qmail {n} invoked by uid 89); {d}",
    " from {a}.example ({a}.example. [192.0.2.{n}]) by {b}.example (8.18.1/8.18.1) with ESMTP id {t}; {d}",
)


def received_chain(letter, chance):
    """Eight hops of six kinds of MTA."""
    for hop in range(8):
        facts = {"a": chance.word(), "b": chance.word(), "n": chance.randint(1, 250), "t": chance.token(),
                 "d": f"Fri, 21 Nov 2025 10:{hop:02}:00 +0000 (UTC)"}
        letter.add("Received", chance.choice(_HOPS).format(**facts), at=0)


def signed_by_others(letter, chance):
    """After the chain, one to three signatures, and sometimes what a gateway says of them, sealed."""
    chance.choice(_CONTENTS)(letter, chance)
    received_chain(letter, chance)
    for domain in SIGNERS[:chance.randint(1, 3)]:
        chance.choice((_sign_by_dkimpy, _sign_by_dkimpy_ed25519, _sign_by_mail_dkim))(letter, chance, domain)
    if chance.one_in(2):
        _seal(letter)


def records():
    """{name: TXT value}"""
    rsa, ed25519 = _public(RSA), _public(ED25519)[-32:]
    found = {}
    for domain in (*SIGNERS, SEALER):
        found[f"{SELECTOR}._domainkey.{domain}"] = f"v=DKIM1; k=rsa; p={_base64(rsa)}"
        found[f"{ED25519_SELECTOR}._domainkey.{domain}"] = f"v=DKIM1; k=ed25519; p={_base64(ed25519)}"
    return found


class _Signer(dkim.DKIM):
    """dkimpy at a fixed time."""

    def gen_header(self, fields, *arguments, **more):
        fields = [(tag, str(SIGNED_AT).encode() if tag == b"t" else value) for tag, value in fields]
        return super().gen_header(fields, *arguments, **more)


def _sign_by_dkimpy(letter, chance, domain, key=RSA.read_bytes(), algorithm=b"rsa-sha256", selector=SELECTOR):
    canonicalization = chance.choice(CANONICALIZATIONS).encode().split(b"/")
    field = _Signer(letter.octets()).sign(selector.encode(), domain.encode(), key, algorithm, None, canonicalization)
    _put(letter, [field])
    letter.foreign.append((domain, selector, algorithm.decode()))


def _sign_by_dkimpy_ed25519(letter, chance, domain):
    der = _openssl("pkey", "-in", ED25519, "-outform", "DER")
    _sign_by_dkimpy(letter, chance, domain, base64.b64encode(der[-32:]), b"ed25519-sha256", ED25519_SELECTOR)


def _sign_by_mail_dkim(letter, chance, domain):
    _put(letter, _perl("dkim", domain, letter, chance.choice(CANONICALIZATIONS)))
    letter.foreign.append((domain, SELECTOR, "rsa-sha256"))


def _seal(letter):
    results = "arc=none;\r\n\tspf=pass smtp.mailfrom=alice@example.com"
    letter.add("Authentication-Results", f" {SEALER};\r\n\t{results}", at=0)
    _put(letter, _perl("arc", SEALER, letter, "relaxed/relaxed"))
    letter.foreign.append((SEALER, "arc", "arc"))


def _perl(what, domain, letter, canonicalization):
    argv = ["/usr/bin/perl", HERE / "sign.pl", what, domain, SELECTOR, canonicalization, RSA, str(SIGNED_AT)]
    done = subprocess.run(argv, input=letter.octets(), check=True, capture_output=True)
    return done.stdout.split(b"\0")[:-1]


def _put(letter, fields):
    letter.fields[:0] = [field.removesuffix(b"\r\n") for field in fields]


def _public(key):
    return _openssl("pkey", "-in", key, "-pubout", "-outform", "DER")


def _openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def _base64(octets):
    return base64.b64encode(octets).decode()
