# SPDX-License-Identifier: ISC
"""What name servers do that correct ones never do: a table of words, for the scripted name server.

Each takes the query and the replies that would be sent, and gives those that are. So they can be combined: delayed,
then twice.
"""

import struct
from dataclasses import dataclass, replace

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

_HEADER_SIZE = 12
_POINTER = 0xC000


@dataclass(frozen=True)
class Query:
    message: dns.message.Message
    transport: str  # "udp" or "tcp"


@dataclass(frozen=True)
class Reply:
    wire: bytes
    delay_ms: int = 0
    ignores_size: bool = False  # over UDP, however little the client takes
    from_other_port: bool = False  # over UDP
    in_pieces: bool = False  # over TCP, octet by octet
    missing: int = 0  # over TCP: so many octets are announced and never come
    closes: bool = False  # over TCP, at once, after what there is


def _silent(query, replies):
    """Over TCP the connection stays open."""
    return []


def _delayed(query, replies, ms):
    return [replace(reply, delay_ms=reply.delay_ms + ms) for reply in replies]


def _twice(query, replies):
    return replies + replies


def _wrong_id(query, replies):
    return [replace(reply, wire=_with_id(reply.wire, _id(reply.wire) ^ 0x5555)) for reply in replies]


def _wrong_id_first(query, replies):
    return _wrong_id(query, replies) + replies


def _lie_first(query, replies, text):
    """An answer with a wrong id and another text, then the right one."""
    def lie(message):
        for rrset in message.answer:
            if rrset.rdtype == dns.rdatatype.TXT:
                message.answer = [dns.rrset.from_text(rrset.name, rrset.ttl, "IN", "TXT", f'"{text}"')]
    return _wrong_id(query, _edited(replies, lie)) + replies


def _other_port(query, replies):
    return [replace(reply, from_other_port=True) for reply in replies]


def _wrong_question(query, replies):
    def ask_for_another(message):
        message.question[0].name = dns.name.Name((b"other", *message.question[0].name[1:]))
    return _edited(replies, ask_for_another)


def _without_question(query, replies):
    def forget(message):
        message.question = []
    return _edited(replies, forget)


def _lower_case_question(query, replies):
    """0x20: a server that does not give back the question as it was written."""
    def lower(message):
        message.question[0].name = _in_case(message.question[0].name, bytes.lower)
    return _edited(replies, lower)


def _other_case(query, replies):
    """Owner names of the answer in another case than the question has."""
    def swap(message):
        for rrset in message.answer:
            rrset.name = _in_case(rrset.name, bytes.swapcase)
    # without compression, which makes one of names that differ in case only
    return [replace(reply, wire=_uncompressed(message)) for reply, message in _parsed(replies, swap)]


def _other_owner(query, replies):
    """Everything the answer says is said of another name."""
    def rename(message):
        for rrset in message.answer:
            rrset.name = dns.name.Name((b"other", *rrset.name[1:]))
    return _edited(replies, rename)


def _a_query(query, replies):
    return _with_flags(replies, clear=dns.flags.QR)


def _not_authoritative(query, replies):
    return _with_flags(replies, clear=dns.flags.AA)


def _lame(query, replies):
    """It knows nothing of the zone and refers to the root."""
    def refer(message):
        message.answer, message.additional = [], []
        message.authority = [dns.rrset.from_text(".", 3600, "IN", "NS", "ns.internet.")]
        message.flags &= ~dns.flags.AA
        message.set_rcode(dns.rcode.NOERROR)
    return _edited(replies, refer)


def _rcode(query, replies, rcode):
    """Nothing but a code, such as SERVFAIL or REFUSED."""
    def refuse(message):
        message.answer, message.authority, message.additional = [], [], []
        message.set_rcode(dns.rcode.from_text(rcode))
    return _edited(replies, refuse)


def _without_edns(query, replies):
    """FORMERR for what has EDNS, as servers said that do not know it (RFC 6891 §7)."""
    if query.message.edns < 0:
        return replies
    flags = dns.flags.QR | dns.rcode.FORMERR
    return [replace(reply, wire=struct.pack("!6H", _id(reply.wire), flags, 0, 0, 0, 0)) for reply in replies]


def _truncated(query, replies):
    """TC over UDP, though it would fit; all of it over TCP."""
    if query.transport == "tcp":
        return replies

    def cut(message):
        message.answer, message.authority, message.additional = [], [], []
        message.flags |= dns.flags.TC
    return _edited(replies, cut)


def _oversized(query, replies):
    return [replace(reply, ignores_size=True) for reply in replies]


def _garbage(query, replies):
    return [replace(reply, wire=b"\xff" * 40) for reply in replies]


def _garbage_after_id(query, replies):
    return [replace(reply, wire=reply.wire[:2] + b"\xff" * 38) for reply in replies]


def _short(query, replies):
    """Less than a header."""
    return [replace(reply, wire=reply.wire[:5]) for reply in replies]


def _cut_off(query, replies):
    """It ends within its last record."""
    return [replace(reply, wire=_uncompressed(message)[:-3]) for reply, message in _parsed(replies, lambda _: None)]


def _pointer_to_itself(query, replies):
    """The owner of the answer is a compression pointer that leads to itself."""
    return [replace(reply, wire=_loop(query.message, 0)) for reply in replies]


def _pointers_in_a_ring(query, replies):
    """Two compression pointers that lead to each other."""
    return [replace(reply, wire=_loop(query.message, 2)) for reply in replies]


def _closed(query, replies):
    """TCP is accepted and closed without an answer."""
    return [Reply(b"", closes=True)] if query.transport == "tcp" else replies


def _broken_off(query, replies):
    """TCP is closed in the middle of the answer."""
    return [replace(reply, missing=10, closes=True) for reply in replies]


def _in_pieces(query, replies):
    return [replace(reply, in_pieces=True) for reply in replies]


def _unfinished(query, replies):
    """Over TCP more is announced than comes, and the connection stays open."""
    return [replace(reply, missing=10) for reply in replies]


MISBEHAVIOURS = {
    "a-query": _a_query,
    "broken-off": _broken_off,
    "closed": _closed,
    "cut-off": _cut_off,
    "delayed": _delayed,
    "garbage": _garbage,
    "garbage-after-id": _garbage_after_id,
    "in-pieces": _in_pieces,
    "lame": _lame,
    "lie-first": _lie_first,
    "lower-case-question": _lower_case_question,
    "not-authoritative": _not_authoritative,
    "other-case": _other_case,
    "other-owner": _other_owner,
    "other-port": _other_port,
    "oversized": _oversized,
    "pointer-to-itself": _pointer_to_itself,
    "pointers-in-a-ring": _pointers_in_a_ring,
    "rcode": _rcode,
    "short": _short,
    "silent": _silent,
    "truncated": _truncated,
    "twice": _twice,
    "unfinished": _unfinished,
    "without-edns": _without_edns,
    "without-question": _without_question,
    "wrong-id": _wrong_id,
    "wrong-id-first": _wrong_id_first,
    "wrong-question": _wrong_question,
}


def _parsed(replies, edit):
    for reply in replies:
        message = dns.message.from_wire(reply.wire)
        edit(message)
        yield reply, message


def _edited(replies, edit):
    return [replace(reply, wire=message.to_wire(max_size=65535)) for reply, message in _parsed(replies, edit)]


def _with_flags(replies, clear):
    def change(wire):
        flags, = struct.unpack_from("!H", wire, 2)
        return wire[:2] + struct.pack("!H", flags & ~clear) + wire[4:]
    return [replace(reply, wire=change(reply.wire)) for reply in replies]


def _id(wire):
    return struct.unpack_from("!H", wire)[0]


def _with_id(wire, number):
    return struct.pack("!H", number) + wire[2:]


def _in_case(name, change):
    return dns.name.Name([change(label) for label in name.labels])


def _uncompressed(message):
    records = [(rrset, rdata) for rrset in message.answer for rdata in rrset]
    wire = struct.pack("!6H", message.id, int(message.flags), 1, len(records), 0, 0)
    question = message.question[0]
    wire += question.name.to_wire() + struct.pack("!2H", question.rdtype, question.rdclass)
    for rrset, rdata in records:
        data = rdata.to_wire()
        wire += rrset.name.to_wire() + struct.pack("!2HIH", rrset.rdtype, rrset.rdclass, rrset.ttl, len(data)) + data
    return wire


def _loop(query, step):
    """An answer of one record whose owner is a pointer, at step 0 to itself, else to one that leads back."""
    question = query.question[0].name.to_wire() + struct.pack("!2H", query.question[0].rdtype, 1)
    owner = _HEADER_SIZE + len(question)
    flags = dns.flags.QR | dns.flags.AA
    wire = struct.pack("!6H", query.id, flags, 1, 1, 0, 0) + question + struct.pack("!H", _POINTER | owner + step)
    if step:
        wire += struct.pack("!H", _POINTER | owner)
    return wire + struct.pack("!2HIH", dns.rdatatype.TXT, 1, 1, 2) + b"\x01x"
