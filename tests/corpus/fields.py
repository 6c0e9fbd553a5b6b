# SPDX-License-Identifier: ISC
"""Header fields that are there too often, not at all, without a value, or with a strange name."""


def space_before_colon(letter, chance):
    """Obsolete (RFC 5322 §4.5). The MTA may tidy it, before anybody signs."""
    letter.set("Subject", f" {chance.phrase()}")
    name = chance.choice(("Subject", "To", "Date"))
    letter.fields = [field.replace(b":", chance.wsp(3).encode() + b":", 1) if field.startswith(name.encode()) else field
                     for field in letter.fields]


def empty_values(letter, chance):
    for name in chance.sample(["Subject", "To", "X-Empty", "Keywords", "Comments", "References"], 3):
        letter.set(name, chance.choice(("", " ", "   ", "\t")))


def no_space_after_colon(letter, chance):
    letter.fields = [b":".join([name, value.strip()]) for name, _, value in
                     (field.partition(b":") for field in letter.fields)]
    letter.shuffle()


def header_only(letter, chance):
    """Not even the empty line after the header."""
    letter.body = None


def only_from(letter, chance):
    letter.fields = letter.fields[:1]
    if chance.one_in(2):
        letter.sender = ""  # a bounce


def resent(letter, chance):
    """RFC 5322 §3.6.6: a block on top for each time it was sent again."""
    for _ in range(chance.randint(1, 5)):
        block = [("Resent-From", f" {chance.word()}@example.com"), ("Resent-To", f" {chance.word()}@example.net"),
                 ("Resent-Date", " Fri, 21 Nov 2025 10:00:00 +0000"),
                 ("Resent-Message-ID", f" <{chance.token()}@example.com>"),
                 ("Resent-Cc", f" {chance.word()}@example.net"), ("Resent-Sender", " alice@example.com")]
        for name, value in reversed(block[:chance.randint(3, 6)]):
            letter.add(name, value, at=0)


def several_recipients(letter, chance):
    """More than one To, Cc and Reply-To: not legal, and everywhere."""
    for name in ("To", "Cc", "Reply-To"):
        for _ in range(chance.randint(1, 4)):
            letter.add(name, f" {chance.phrase(1, 2)} <{chance.token()}@example.net>")
    letter.shuffle()


def several_others(letter, chance):
    for name in chance.sample(["References", "In-Reply-To", "Sender", "Content-Type", "MIME-Version", "Date",
                               "Message-ID", "List-Id", "List-Unsubscribe", "Feedback-ID"], 5):
        for at in range(chance.randint(1, 3)):
            letter.add(name, f" text/plain; x={at}" if name == "Content-Type" else f" {chance.word()}.{at}")
    letter.shuffle()


def mailing_list(letter, chance):
    """RFC 2369, 2919, 8058."""
    name = chance.word()
    for command in ("Help", "Unsubscribe", "Subscribe", "Post", "Owner", "Archive"):
        letter.add(f"List-{command}", f" <mailto:{name}-{command.lower()}@example.com>,\r\n"
                                      f" <https://example.com/{name}?{chance.token()}> ({chance.phrase()})")
    letter.add("List-Id", f" {chance.phrase()}\r\n\t<{name}.example.com>")
    letter.add("List-Unsubscribe-Post", " List-Unsubscribe=One-Click")
    letter.add("Precedence", " list")
    letter.add("Feedback-ID", f" {chance.token()}:{name}:example")
    letter.shuffle()


def odd_names(letter, chance):
    """Every character a name may have, in any case, up to the longest names."""
    letter.add("!#$%&'*+-./0<=>?@[\\]^_`{|}~", f" {chance.word()}")
    if chance.one_in(4):
        letter.add("X;Y", f" {chance.word()}")
    letter.add("X" * chance.randint(60, 500), f" {chance.word()}")
    letter.add(chance.choice("0Z_-~"), f" {chance.word()}")
    letter.fields = [_any_case(chance, field) for field in letter.fields]


def many(letter, chance):
    for at in range(chance.randint(200, 900)):
        letter.add(f"X-{chance.word()}-{at}", f" {chance.phrase()}", at=chance.randrange(len(letter.fields)))


def dropped(letter, chance):
    """What Postfix takes away (message_drop_headers)."""
    for name, value in (("Bcc", " secret@example.net"), ("Content-Length", " 17"),
                        ("Return-Path", " <bounce@example.com>"), ("Resent-Bcc", " secret@example.net")):
        letter.add(name, value, at=chance.randrange(len(letter.fields) + 1))


def traces(letter, chance):
    """What our signature never covers: it may change on the way."""
    letter.add("Authentication-Results", " mx.example.net; none", at=0)
    letter.add("Received", f" by {chance.word()}.example;\r\n\tFri, 21 Nov 2025 10:00:00 +0000", at=0)
    letter.add("X-Originating-IP", " [192.0.2.7]")
    letter.add("Received-SPF", " pass", at=0)


def _any_case(chance, field):
    name, colon, value = field.partition(b":")
    return bytes(octet ^ 32 if chr(octet).isalpha() and chance.one_in(2) else octet for octet in name) + colon + value
