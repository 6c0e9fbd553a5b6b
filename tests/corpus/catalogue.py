# SPDX-License-Identifier: ISC
"""Which kinds of messages there are, and which number is of which kind."""

from dataclasses import dataclass

from . import addresses, bodies, eai, encoded, fields, folding, foreign, mime
from .letter import LINE_MAX, Chance, Letter

ADDRESSES = (
    addresses.comments, addresses.groups, addresses.quoted_local_parts, addresses.quoted_names,
    addresses.several_mailboxes, addresses.subdomains, addresses.obsolete, addresses.null_sender,
    eai.u_label, eai.a_label, eai.local_part, eai.header, eai.throughout,
)
FOLDS = (
    encoded.folded, encoded.parameters,
    folding.after_colon, folding.tabs, folding.any_kind, folding.blank_lines, folding.long_references,
    folding.many_recipients, folding.longest_lines, folding.white_space,
)
BODIES = (
    mime.tree, mime.empty_parts, mime.no_epilogue, mime.preamble, mime.message_within, mime.odd_boundaries,
    mime.encodings, mime.format_flowed, encoded.every_charset,
    bodies.empty, bodies.one_octet, bodies.only_line_ends, bodies.only_white_space, bodies.white_space_lines,
    bodies.trailing_line_ends, bodies.trailing_spaces, bodies.runs_of_white_space, bodies.control_characters,
    bodies.no_final_line_end, bodies.dots, bodies.longest_lines, bodies.eight_bit, bodies.undeclared_eight_bit,
    bodies.lone_cr, bodies.lone_lf, bodies.nul, bodies.like_header, bodies.at_packet_ends, bodies.any_size,
)
FIELDS = (
    fields.empty_values, fields.resent, fields.several_recipients, fields.several_others, fields.mailing_list,
    fields.odd_names, fields.many, fields.dropped, fields.traces, foreign.received_chain,
)
ALONE = (  # they go with no other
    mime.report, encoded.in_names, encoded.odd, folding.in_addresses,
    fields.space_before_colon, fields.no_space_after_colon, fields.header_only, fields.only_from,
)


def mixed(letter, chance):
    """One of each group in one message. The fields last: they may disturb the order and the names of the others."""
    for group in (ADDRESSES, FOLDS, BODIES, FIELDS):
        chance.choice(group)(letter, chance)


COMMON = (*ADDRESSES, *FOLDS, *BODIES, *FIELDS, *ALONE, *[mixed] * 30)  # a hundred

# (every so many numbers, from which on, kind): what is costly. The last that fits.
RARE = (
    (250, 7, foreign.signed_by_others),
    (1000, 100, bodies.one_megabyte),
    (2500, 200, bodies.five_megabytes),
    (5000, 300, bodies.twenty_five_megabytes),
)

SIGNING_DOMAINS = ("example.com", *eai.DOMAINS.values())  # the first with all below it


@dataclass(frozen=True)
class Sample:
    """sender: of the envelope; domain: that will sign; foreign: (domain, selector, algorithm) of each signature it came
    with, of an ARC chain the sealer and "arc" twice."""
    number: int
    kind: str
    octets: bytes
    sender: str
    domain: str
    foreign: tuple


def kind_of(number):
    """The name of the kind, as `bodies.empty`."""
    return _name(_function_of(number))


def kinds():
    """All names, in their order."""
    return list(dict.fromkeys(_name(function) for function in (*COMMON, *(row[2] for row in RARE))))


def sample(number, seed):
    """The same octets for the same number and seed, whatever else is made."""
    chance, function = Chance(seed, number), _function_of(number)
    letter = Letter(chance)
    function(letter, chance)
    octets = letter.octets()
    longest = max(map(len, octets.split(b"\r\n")))
    assert longest <= LINE_MAX, f"message {number} of seed {seed} has a line of {longest} octets"
    return Sample(number, _name(function), octets, letter.sender, letter.domain, tuple(letter.foreign))


def _function_of(number):
    rare = [function for every, first, function in RARE if number % every == first]
    return rare[-1] if rare else COMMON[number % len(COMMON)]


def _name(function):
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
