# SPDX-License-Identifier: ISC
"""The data of a scripted name server, and what it answers before it misbehaves. It takes what no real server would:
records beside a CNAME, two CNAMEs at a name."""

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_PAYLOAD = 1232  # octets it says it takes by EDNS


class ScriptedZone:
    """records: [[name, ttl, kind, data], ...] with the final dots, in the presentation format."""

    def __init__(self, name, records):
        self._origin = dns.name.from_text(name)
        self._records = []  # [(owner, ttl, rdata), ...]
        for record in records:
            self.add(*record)

    def add(self, name, ttl, kind, data):
        rdata = dns.rdata.from_text("IN", kind, data, origin=dns.name.root, relativize=False)
        self._records.append((dns.name.from_text(name), ttl, rdata))

    def remove(self, name, kind):
        owner = dns.name.from_text(name)
        self._records = [record for record in self._records
                         if record[0] != owner or kind not in ("ANY", dns.rdatatype.to_text(record[2].rdtype))]

    def answer(self, query):
        """The whole answer, however long."""
        response = dns.message.make_response(query, our_payload=_PAYLOAD)
        question = query.question[0]
        if not question.name.is_subdomain(self._origin):
            response.set_rcode(dns.rcode.REFUSED)
            return response
        if self._refer(response, question.name):
            return response
        response.flags |= dns.flags.AA
        last = self._follow(response, question.name, question.rdtype)
        if last is not None:
            self._deny(response, last)
        return response

    def _refer(self, response, name):
        """To the servers of a zone below, if the name is there."""
        for owner, ttl, rdata in self._records:
            if rdata.rdtype == dns.rdatatype.NS and owner != self._origin and name.is_subdomain(owner):
                _put(response.authority, owner, ttl, rdata)
                for server, server_ttl, address in self._records:
                    if server == rdata.target and address.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                        _put(response.additional, server, server_ttl, address)
        return bool(response.authority)

    def _follow(self, response, name, kind):
        """Put the chain and its end into the answer; the name for which there is nothing, if any."""
        seen = set()
        while name not in seen and name.is_subdomain(self._origin):
            seen.add(name)
            at_name = [record for record in self._records if record[0] == name]
            matching = [record for record in at_name if kind in (record[2].rdtype, dns.rdatatype.ANY)]
            aliases = [record for record in at_name if record[2].rdtype == dns.rdatatype.CNAME]
            for record in (matching if kind == dns.rdatatype.CNAME else aliases + matching):
                _put(response.answer, name, *record[1:])
            if matching:
                return None
            if not aliases:
                return name
            name = aliases[0][2].target
        return None

    def _deny(self, response, name):
        if not any(owner.is_subdomain(name) for owner, _, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        for owner, ttl, rdata in self._records:
            if rdata.rdtype == dns.rdatatype.SOA:
                _put(response.authority, owner, ttl, rdata)


def _put(section, name, ttl, rdata):
    """As a set of its own: dnspython would keep one CNAME of several."""
    rrset = dns.rrset.RRset(name, dns.rdataclass.IN, rdata.rdtype)
    rrset.add(rdata, ttl)
    section.append(rrset)
