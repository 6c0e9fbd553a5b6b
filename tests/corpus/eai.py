# SPDX-License-Identifier: ISC
"""SMTPUTF8 (RFC 6531, 6532): what is not ASCII in the header."""

from . import words

DOMAINS = {"bücher.example": "xn--bcher-kva.example", "пример.example": "xn--e1afmkfd.example",
           "例え.example": "xn--r8jz45g.example"}
LOCAL_PARTS = ("alice", "jörg", "иван", "用户", "δοκιμή", "josé.garcía", "名無し")
NAMES = ("Jörg Müller", "Иван Петров", "山田太郎", "Σωκράτης", "محمد", "דוד", "Zoë 😀")


def _from(letter, chance, local, domain):
    letter.set("From", f" {chance.choice(NAMES)} <{local}@{domain}>")
    letter.domain = DOMAINS.get(domain, domain)
    letter.sender = f"{local}@{domain}"


def u_label(letter, chance):
    _from(letter, chance, "alice", chance.choice(list(DOMAINS)))


def a_label(letter, chance):
    """The same domains as they are in DNS, in any case."""
    domain = chance.choice(list(DOMAINS.values()))
    letter.set("From", f" alice@{chance.choice((domain, domain.upper(), domain.title()))}")
    letter.domain = domain


def local_part(letter, chance):
    _from(letter, chance, chance.choice(LOCAL_PARTS[1:]), chance.choice(["example.com", *DOMAINS]))


def header(letter, chance):
    """8-bit text in every field that may have it."""
    text = words.CHARSETS[0][2]
    letter.set("Subject", f" {text}\r\n {chance.choice(text.split())}")
    letter.set("To", f" {chance.choice(NAMES)} <{chance.choice(LOCAL_PARTS)}@example.net>, ({text}) bob@example.net")
    letter.set("Message-ID", f" <{chance.token()}.{chance.choice(LOCAL_PARTS)}@bücher.example>")
    letter.add("X-Text", f"\t{text}\u00a0\u3000{chance.word()}")  # whose spaces are no white space of ours


def throughout(letter, chance):
    """And in the body, message/global within."""
    _from(letter, chance, chance.choice(LOCAL_PARTS), chance.choice(list(DOMAINS)))
    header(letter, chance)
    letter.mime("message/global", "8bit")
    inner = f"From: {chance.choice(NAMES)} <иван@пример.example>\r\nSubject: {words.CHARSETS[0][2]}\r\n\r\n"
    letter.body = (inner + "Grüße\r\n" * chance.randint(0, 5)).encode()
