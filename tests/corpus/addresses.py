# SPDX-License-Identifier: ISC
"""From, in all its forms (RFC 5322 §3.4, §4.4, RFC 6854)."""


def comments(letter, chance):
    word = chance.word
    letter.set("From", chance.choice((
        f" ({word()}) alice@example.com", f" alice@example.com ({word()} (nested \\) {word()}))",
        f" {word()} ({word()}) <alice@example.com> ({word()})", f" <alice(left)@(right)example.com>",
        f" alice @ (mallory@other.example) example . com", f" (<mallory@other.example>,) <alice@example.com>")))


def groups(letter, chance):
    """RFC 6854 lets From be a group."""
    letter.set("From", f" {chance.phrase(1, 3)}: alice@example.com,\r\n {chance.word()} <{chance.word()}@example.com>;")
    letter.set("Sender", " alice@example.com")
    letter.set("To", f" undisclosed-recipients:;, {chance.word()}:{chance.word()}@example.net;")


def quoted_local_parts(letter, chance):
    local = chance.choice(('"alice smith"', '"alice@work"', '"a\\"b"', '" "', '"..alice.."', '"<alice>"', '"a,b"',
                           "alice+tag", "o'brien", "!#$%&'*+-/=?^_`{|}~", '"(no comment)"'))
    letter.set("From", f" {chance.choice(('', chance.word() + ' '))}<{local}@example.com>")
    letter.sender = "alice@example.com"


def quoted_names(letter, chance):
    name = chance.choice(('"Smith, Alice"', '"mallory@other.example"', '"<mallory@other.example>"', '"\\"Al\\""', '""',
                          '"a\\\\b"', "Alice B. Smith", "'Alice'", "Alice [work]", '"From: mallory@other.example"'))
    letter.set("From", f" {name} <alice@example.com>")


def several_mailboxes(letter, chance):
    """The first one's domain signs."""
    others = [f"{chance.word()}@other.example" for _ in range(chance.randint(1, 5))]
    letter.set("From", " " + ",\r\n ".join(["Alice <alice@example.com>", *others]))
    letter.set("Sender", " alice@example.com")


def subdomains(letter, chance):
    labels = ".".join(chance.word() for _ in range(chance.randint(1, 4)))
    domain = f"{labels}.{chance.choice(('example.com', 'EXAMPLE.Com'))}"
    letter.set("From", f" alice@{chance.choice((domain, domain.upper()))}")


def obsolete(letter, chance):
    """Routes, and white space around dots (§4.4)."""
    letter.set("From", chance.choice((
        " <@relay.example,@other.example:alice@example.com>", " Alice <alice . smith @ example . com>",
        " alice.@example.com", " alice@example.com,", " ,, alice@example.com")))


def null_sender(letter, chance):
    letter.sender = ""
    letter.set("From", " Mail Delivery System <MAILER-DAEMON@example.com>")
    letter.set("Auto-Submitted", " auto-replied")
