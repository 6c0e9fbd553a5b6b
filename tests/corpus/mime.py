# SPDX-License-Identifier: ISC
"""MIME trees (RFC 2045 to 2049), whole and broken."""

import base64
import quopri


def tree(letter, chance):
    """Multiparts in multiparts."""
    _put(letter, chance, _multipart(chance, depth=chance.randint(1, 5)))


def empty_parts(letter, chance):
    """Parts of nothing, of an empty header, of a header alone; a multipart of no part."""
    parts = [chance.choice((b"", b"\r\n", b"Content-Type: text/plain\r\n\r\n", b"Content-Type: text/plain\r\n"))
             for _ in range(chance.randint(0, 4))]
    _put(letter, chance, _joined(chance, parts))


def no_epilogue(letter, chance):
    """Nothing after the last boundary, not even a line end; or no last boundary."""
    boundary, body = _multipart(chance, depth=2)
    end = b"--" + boundary.encode() + b"--"
    _put(letter, chance, (boundary, body[:body.rindex(end)] + chance.choice((b"", end, end + b"  "))))


def preamble(letter, chance):
    """Text before the first boundary and after the last."""
    boundary, body = _multipart(chance, depth=2)
    before = chance.choice((b"This is a message in MIME format.\r\n\r\n", b" \r\n\t\r\n", b"\r\n" * 5))
    after = chance.choice((b"epilogue", b" \r\n", b"\r\n\r\n", b"\t \r\n\r\n"))
    _put(letter, chance, (boundary, before + body + after))


def message_within(letter, chance):
    """message/rfc822, with a signature of its own that is none of the outer message's."""
    inner = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from; bh=AAAA; b=AAAA\r\n"
    inner += b"From: mallory@other.example\r\nSubject:\r\n " + chance.phrase().encode() + b"\r\n\r\n"
    inner += chance.lines(0, 5)
    for _ in range(chance.randint(0, 4)):
        inner = b"Content-Type: message/rfc822\r\nFrom: alice@example.com\r\n\r\n" + inner
    letter.mime("message/rfc822")
    letter.body = inner


def report(letter, chance):
    """A delivery status notification (RFC 3464)."""
    status = (f"Reporting-MTA: dns; {chance.word()}.example\r\n\r\n"
              "Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n")
    parts = [b"\r\nYour message could not be delivered.\r\n",
             b"Content-Type: message/delivery-status\r\n\r\n" + status.encode(),
             b"Content-Type: text/rfc822-headers\r\n\r\nFrom: a@example.com\r\n"]
    boundary, body = _joined(chance, parts)
    letter.sender = ""
    letter.mime(f'multipart/report; report-type=delivery-status;\r\n\tboundary="{boundary}"')
    letter.body = body


def odd_boundaries(letter, chance):
    """Of 1 and of 70 characters, with spaces, in a folded parameter, with a comment."""
    boundary = chance.choice(("x", "b" * 70, "a b c", "=_'()+,-./:=?", chance.token()))
    _, body = _joined(chance, [_leaf(chance), _leaf(chance)], boundary)
    value = chance.choice((
        ' multipart/mixed;\r\n boundary="{}"', ' MULTIPART/Mixed; (a comment)\r\n\tBoundary =\r\n "{}"',
        'multipart/mixed;charset=utf-8;boundary="{}";', '\tmultipart/related; boundary="{}"; type=text/html'))
    letter.set("MIME-Version", chance.choice((" 1.0", "1.0 (made here)", " (x) 1 . 0")))
    letter.set("Content-Type", value.format(boundary))
    letter.body = body


def encodings(letter, chance):
    """base64 and quoted-printable, with all that may stand in them."""
    octets = chance.randbytes(chance.randint(0, 3000))
    if chance.one_in(2):
        letter.mime("application/octet-stream", chance.choice(("base64", "BASE64", "base64\r\n\t")))
        letter.body = base64.encodebytes(octets).replace(b"\n", chance.choice((b"\r\n", b" \r\n")))
    else:
        letter.mime("text/html; charset=iso-8859-1", "quoted-printable")
        letter.body = quopri.encodestring(octets.replace(b"\r", b"").replace(b"\n", b" ")).replace(b"\n", b"\r\n")


def format_flowed(letter, chance):
    """RFC 3676: spaces at the ends of lines have a meaning."""
    letter.mime("text/plain; format=flowed; delsp=yes")
    letter.body = b"".join(chance.phrase(5, 9).encode() + chance.choice((b" ", b"", b"  ")) + b"\r\n"
                           for _ in range(chance.randint(3, 30))) + b"-- \r\nAlice\r\n"


def _put(letter, chance, multipart):
    boundary, letter.body = multipart
    letter.mime(f'multipart/{chance.choice(("mixed", "alternative", "related", "digest"))};\r\n\tboundary="{boundary}"')


def _multipart(chance, depth):
    parts = [_part(chance, depth - 1) for _ in range(chance.randint(1, 3))]
    return _joined(chance, parts)


def _part(chance, depth):
    if depth == 0 or chance.one_in(3):
        return _leaf(chance)
    boundary, body = _multipart(chance, depth)
    return f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode() + body


def _leaf(chance):
    kind = chance.choice(("text/plain", "text/html; charset=utf-8", "image/png; name=x.png"))
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 7bit\r\n\r\n".encode() + chance.lines(0, 6)


def _joined(chance, parts, boundary=None):
    boundary = boundary or f"=_{chance.token()}"
    line = b"--" + boundary.encode()
    return boundary, b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
