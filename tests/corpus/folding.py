# SPDX-License-Identifier: ISC
"""Header fields over several lines (RFC 5322 §2.2.3, §4.2)."""

from .letter import LINE_MAX

FOLDS = ("\r\n ", "\r\n\t", "\r\n    ", "\r\n \t ", " \r\n ", "\t\r\n\t", "  \r\n\t  ")


def after_colon(letter, chance):
    """Nothing on the first line."""
    for name in chance.sample(["From", "To", "Subject", "Date", "Message-ID"], chance.randint(1, 5)):
        field = next(field for field in letter.fields if field.startswith(name.encode() + b":"))
        value = field.partition(b":")[2].decode().strip()
        letter.set(name, chance.choice(("\r\n ", "\r\n\t", " \r\n ", "\t\r\n  ")) + value)


def tabs(letter, chance):
    letter.set("Subject", "\t" + "\r\n\t".join(chance.phrase() for _ in range(chance.randint(2, 6))))
    letter.set("To", "\t" + ",\r\n\t\t".join(f"{chance.word()}@example.net" for _ in range(chance.randint(2, 6))))


def any_kind(letter, chance):
    letter.set("Subject", " " + "".join(chance.word() + chance.choice(FOLDS) for _ in range(chance.randint(2, 60)))
               + "end")


def blank_lines(letter, chance):
    """Continuation lines of white space alone: nobody may write them, everybody must read them (§4.2)."""
    blank = [chance.choice((" ", "\t", "   ", " \t ")) for _ in range(chance.randint(1, 4))]
    letter.set("Subject", f" {chance.phrase()}" + "".join(f"\r\n{wsp}" for wsp in blank) + f"\r\n {chance.phrase()}")
    if chance.one_in(2):
        letter.add("X-Blank", f" {chance.word()}\r\n ")
        letter.add("X-All-Blank", "\r\n \r\n\t")


def long_references(letter, chance):
    """Of an old thread."""
    identifiers = [f"<{chance.token()}.{chance.token()}@{chance.word()}.example.net>"
                   for _ in range(chance.randint(20, 400))]
    fold = chance.choice(("\r\n ", "\r\n\t", "\r\n  "))
    letter.set("References", " " + fold.join(identifiers))
    letter.set("In-Reply-To", fold + identifiers[-1])


def many_recipients(letter, chance):
    people = [f'"{chance.phrase(1, 3)}" <{chance.token()}@{chance.word()}.example.net>'
              for _ in range(chance.randint(100, 1000))]
    letter.set(chance.choice(("To", "Cc")), " " + (",\r\n" + chance.choice((" ", "\t", "    "))).join(people))


def in_addresses(letter, chance):
    """Between any two tokens of From."""
    tokens = ["Alice", '"B."', "Carol", "<alice@example.com>", f"({chance.word()}\r\n {chance.word()})"]
    letter.set("From", chance.choice(FOLDS) + "".join(token + chance.choice(FOLDS) for token in tokens[:-1])
               + tokens[-1])


def longest_lines(letter, chance):
    """To the octet: the name and its colon are of the first line."""
    letter.set("Subject", " " + "s" * (LINE_MAX - len("Subject: ")))
    letter.add("X-Long", " " + "x" * (LINE_MAX - len("X-Long: ")) + "\r\n\t" + "y" * (LINE_MAX - 1))
    letter.add("X-Wide", " " * (LINE_MAX - len("X-Wide:")) + "\r\n" + "\t" * (LINE_MAX - 1) + "z")


def white_space(letter, chance):
    """Runs of it at both ends and between words."""
    words = chance.wsp(9).join([chance.word(), chance.word(), chance.word()])
    letter.set("Subject", chance.wsp(20) + words + chance.wsp(20))
    letter.set("To", f"{chance.wsp()}bob@example.net{chance.wsp()},{chance.wsp()}carol@example.net{chance.wsp()}")
    letter.add("X-Trailing", f" {chance.word()}{chance.wsp(40)}")
