# SPDX-License-Identifier: ISC
"""RFC 6376 and 8463 in the plainest words, for one question: when verifiers disagree, which of them is wrong?

Slow, and shares nothing with signetd or with any of them but the primitives: modular exponentiation, SHA-256, and
libsodium for Ed25519.
"""

import base64
import hashlib
import re

import nacl.exceptions
import nacl.signing

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def verifies(message, field, look_up):
    """Whether a DKIM-Signature field of the message (raw, without final CRLF) is right. look_up: name -> TXT value."""
    tags = _tags(field.partition(b":")[2])
    header, _, body = message.partition(b"\r\n\r\n")
    if not message.count(b"\r\n\r\n"):
        header = message.removesuffix(b"\r\n")
    by_header, by_body = tags["c"].split("/")
    if _digest(_canonical_body(body, by_body)) != base64.b64decode(tags["bh"]):
        return False
    signed = b"".join(_canonical_field(one, by_header) + b"\r\n" for one in _chosen(header, tags["h"]))
    without_b = re.sub(rb"(\A|[:;\s])(b\s*=)[^;]*", rb"\1\2", field)
    signed += _canonical_field(without_b, by_header)
    return _verify(tags, _digest(signed), _tags(look_up(f"{tags['s']}._domainkey.{tags['d']}").encode()))


def _tags(text):
    pairs = [pair.partition("=") for pair in text.decode().split(";") if pair.strip()]
    return {name.strip(): re.sub(r"\s+", "", value) for name, _, value in pairs}


def _fields(header):
    """Top first, folds as they are."""
    return re.split(rb"\r\n(?![ \t])", header)


def _chosen(header, names):
    """§5.4.2: of each name the lowest one not yet taken; nothing where there is none."""
    left = _fields(header)
    chosen = []
    for name in names.lower().encode().split(b":"):
        places = [at for at, field in enumerate(left) if field.partition(b":")[0].rstrip(b" \t").lower() == name]
        if places:
            chosen.append(left.pop(places[-1]))
    return chosen


def _canonical_field(field, how):
    if how == "simple":
        return field
    name, _, value = field.partition(b":")
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + value


def _canonical_body(body, how):
    lines = body.split(b"\r\n")
    if how == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    text = b"".join(line + b"\r\n" for line in lines)
    return text or (b"\r\n" if how == "simple" else b"")


def _digest(octets):
    return hashlib.sha256(octets).digest()


def _verify(tags, digest, record):
    key, signature = base64.b64decode(record["p"]), base64.b64decode(tags["b"])
    if tags["a"] == "ed25519-sha256":
        try:
            return bool(nacl.signing.VerifyKey(key).verify(digest, signature))
        except nacl.exceptions.BadSignatureError:
            return False
    modulus, exponent = _rsa_numbers(key)
    size = (modulus.bit_length() + 7) // 8
    padded = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    rest = b"\0" + _SHA256_INFO + digest
    return padded == b"\0\1" + b"\xff" * (size - 2 - len(rest)) + rest


def _rsa_numbers(der):
    """Modulus and exponent of a SubjectPublicKeyInfo."""
    _, inner, _ = _element(der)
    _, _, rest = _element(inner)  # the algorithm
    _, bits, _ = _element(rest)
    _, numbers, _ = _element(bits[1:])
    _, modulus, rest = _element(numbers)
    _, exponent, _ = _element(rest)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _element(der):
    """(tag, content, what follows)"""
    length, at = der[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(der[2:at], "big")
    return der[0], der[at:at + length], der[at + length:]
