# SPDX-License-Identifier: ISC
"""RFC 2047 words in every charset, RFC 2231 parameters."""

from urllib.parse import quote

from . import words


def every_charset(letter, chance):
    """A subject in one charset, a body in the same."""
    charset = chance.choice(words.CHARSETS)
    name, codec, text = charset
    letter.set("Subject", f" {words.encoded(chance, charset)}")
    letter.mime(f'text/plain; charset="{name}"', "7bit" if codec.startswith(("iso2022", "hz", "utf-7")) else "8bit")
    letter.body = b"\r\n".join([text.encode(codec)] * chance.randint(1, 9)) + b"\r\n"


def folded(letter, chance):
    """Between any two words a fold of another kind."""
    several = " ".join(words.encoded(chance) for _ in range(chance.randint(2, 8))).split()
    letter.set("Subject", " " + "".join(word + chance.choice((" ", "\r\n ", "\r\n\t", "\r\n  \t", " \r\n "))
                                        for word in several[:-1]) + several[-1])


def in_names(letter, chance):
    """Display names and comments."""
    letter.set("From", f" {words.encoded(chance)}\r\n <alice@example.com> ({words.encoded(chance)})")
    letter.set("To", ",\r\n\t".join([""] + [f"{words.encoded(chance)} <{chance.word()}@example.net>"
                                          for _ in range(chance.randint(1, 6))])[1:])


def odd(letter, chance):
    """Empty, with a language, half of one, with specials, inside quotes, without space around."""
    letter.set("Subject", " " + chance.choice((
        "=?utf-8?q??=", "=?utf-8*en?B?SGk=?=", "=?utf-8?q?half", "=?utf-8?Q?a_b=20=20c?= =?utf-8?Q?_?=",
        "=?utf-8?q?one?==?utf-8?q?two?=", "x=?utf-8?q?=C3=BC?=x", "=?unknown-8bit?q?=FF=FE?=",
        "=?UTF-8?b?4pi6?=\r\n =?UTF-8?b?4pi6?=", "=?utf-8?q?=0D=0A=20?=")))
    letter.set("From", ' "=?utf-8?q?J=C3=B6rg?=" <alice@example.com>')
    letter.set("X-Note", f" {chance.phrase()}=?x?={chance.word()}")


def parameters(letter, chance):
    """RFC 2231: a name of a file in pieces, in percent notation."""
    name, codec, text = chance.choice(words.CHARSETS)
    pieces = quote(text.encode(codec)).split("%20")
    value = "".join(f";\r\n\tname*{at}*={f'{name}{chr(39)}en{chr(39)}' if at == 0 else ''}{piece}"
                    for at, piece in enumerate(pieces))
    letter.mime(f"application/octet-stream{value}", "base64")
    letter.set("Content-Disposition", f' attachment; filename="{words.encoded(chance)}"')
    letter.body = b"AAEC\r\n" * chance.randint(1, 20)
