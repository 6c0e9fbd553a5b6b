# SPDX-License-Identifier: ISC
"""Bodies in which line ends, white space, single octets and lengths are not what one expects."""

import base64

from . import words
from .letter import LINE_MAX

PACKET = 65535  # what a milter gets at once


def empty(letter, chance):
    letter.body = b""


def one_octet(letter, chance):
    letter.body = bytes([chance.choice(b"x 7\t.\xe9")])


def only_line_ends(letter, chance):
    letter.body = b"\r\n" * chance.choice((1, 2, 3, 17, 1000))


def only_white_space(letter, chance):
    ends = [chance.choice(("\r\n", "\r\n\r\n", "")) for _ in range(chance.randint(1, 9))]
    letter.body = "".join(chance.wsp() + end for end in ends).encode()


def white_space_lines(letter, chance):
    """Among others, first and last."""
    letter.body = b"".join(chance.choice((chance.lines(1, 1), chance.wsp().encode() + b"\r\n", b"\r\n"))
                           for _ in range(chance.randint(2, 30)))


def trailing_line_ends(letter, chance):
    letter.body += b"\r\n" * chance.randint(1, 300) + chance.choice((b"", b" \r\n", b"\t", b" \r\n\r\n"))


def trailing_spaces(letter, chance):
    letter.body = b"".join(line + chance.wsp(30).encode() + b"\r\n" for line in letter.body.split(b"\r\n"))


def runs_of_white_space(letter, chance):
    letter.body = b"".join(chance.wsp(60).join(chance.phrase(1, 6).split()).encode() + b"\r\n"
                           for _ in range(chance.randint(1, 20)))


def control_characters(letter, chance):
    """Form feeds, vertical tabs, escapes: white space for some, not for DKIM."""
    odd = ["\f", "\v", "\x08", "\x1b[1m", "\x07", "\x7f", "\x01", "\x1a", "\f\f", " \f ", "\t\v"]
    letter.body = "".join(chance.word() + chance.choice(odd) + chance.choice(("", "\r\n", " \r\n"))
                          for _ in range(chance.randint(3, 40))).encode()


def no_final_line_end(letter, chance):
    letter.body = letter.body.rstrip() + chance.choice((b"", b" ", b"\t ", b"."))


def dots(letter, chance):
    """What SMTP doubles."""
    letter.body = b"\r\n".join(chance.choice((b".", b"..", b"...", b".x", b". ", b"\t.", b"x.", b""))
                               for _ in range(chance.randint(1, 40))) + b"\r\n"


def longest_lines(letter, chance):
    """998 octets and around; spaces at the very end of them."""
    lines = [chance.word() * LINE_MAX for _ in range(chance.randint(1, 5))]
    letter.body = "".join(line[:LINE_MAX - chance.choice((0, 0, 1, 2, 7))] + "\r\n" for line in lines).encode()
    letter.body += chance.choice((b"", b"x" + b" " * (LINE_MAX - 1) + b"\r\n", b" " * LINE_MAX + b"\r\n"))


def eight_bit(letter, chance):
    name, codec, text = chance.choice([charset for charset in words.CHARSETS if charset[1] != "utf-7"])
    letter.mime(f"text/plain; charset={name}", "8bit")
    letter.body = b"".join(text.encode(codec) + chance.wsp().encode() + b"\r\n" for _ in range(chance.randint(1, 30)))


def undeclared_eight_bit(letter, chance):
    """Any octet but NUL, CR and LF, and nobody says of what kind."""
    allowed = bytes(octet for octet in range(1, 256) if octet not in b"\r\n")
    letter.body = b"".join(bytes(chance.choices(allowed, k=chance.randint(0, 200))) + b"\r\n"
                           for _ in range(chance.randint(1, 30)))


def lone_cr(letter, chance):
    """Not legal; let through by some MTAs."""
    letter.body = b"".join(chance.word().encode() + chance.choice((b"\r", b"\r\r", b" \r ", b"\r\n", b"\r\r\n"))
                           for _ in range(chance.randint(2, 30))) + b"end\r\n"


def lone_lf(letter, chance):
    """Not legal; made a line end by some MTAs."""
    letter.body = b"".join(chance.word().encode() + chance.choice((b"\n", b"\n\n", b" \n", b"\r\n"))
                           for _ in range(chance.randint(2, 30))) + b"end\r\n"


def nul(letter, chance):
    """Not legal since RFC 2822."""
    letter.body = b"".join(chance.word().encode() + chance.choice((b"\0", b"\0\0 ", b"\0\r\n", b"\r\n"))
                           for _ in range(chance.randint(2, 30))) + b"end\r\n"


def like_header(letter, chance):
    """Lines that look like a header, a mailbox's separator, an end."""
    lines = (b"From alice Fri Nov 21 10:00:00 2025", b"From: mallory@other.example", b"DKIM-Signature: v=1",
             b">From here", b"-- ", b"--", b"QUIT", b" folded")
    letter.body = b"".join(chance.choice(lines) + b"\r\n" for _ in range(chance.randint(1, 12)))


def at_packet_ends(letter, chance):
    """Line ends and white space where a packet of a milter ends, give or take an octet."""
    body = b""
    for packet in range(1, chance.randint(2, 4)):
        body += _text_of(chance, packet * PACKET + chance.randint(-3, 3) - len(body))
        body += chance.choice((b"\r\n\r\n", b" \r\n", b"\t\t  ", b"  \r\n\r\n \r\n"))
    letter.body = body + chance.choice((b"", b"end\r\n", b" ", b"\r\n\r\n"))


def any_size(letter, chance):
    """Up to 300 kB; small ones more often."""
    letter.body = _text_of(chance, int(2 ** chance.uniform(0, 18.2)))


def one_megabyte(letter, chance):
    letter.body = _text_of(chance, 1 << 20)


def five_megabytes(letter, chance):
    _attach(letter, chance, 5 << 20)


def twenty_five_megabytes(letter, chance):
    _attach(letter, chance, 25 << 20)


def _text_of(chance, size):
    """Text of exactly so many octets."""
    page = chance.lines(40, 60)
    return (page * (size // len(page) + 1))[:size]


def _attach(letter, chance, size):
    letter.mime("application/octet-stream", "base64")
    letter.body = base64.encodebytes(chance.randbytes(size * 3 // 4 * 76 // 78)).replace(b"\n", b"\r\n")
