# SPDX-License-Identifier: ISC
"""Ask a name server and print all that comes back, byte by byte, for what dig(1) hides.

raw_query.py ADDRESS NAME UDP-REPLIES PAYLOAD: a query for TXT over UDP by an unconnected socket; when so many replies
are there (in some time, which ends it, too), a line of JSON: [{"port": …, "id_matches": …, "hex": …}, …].
"""

import json
import socket
import sys

import dns.message

_PATIENCE = 90.0


def ask(address, name, count, payload):
    query = dns.message.make_query(name, "TXT", use_edns=0 if payload else False, payload=payload)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(_PATIENCE)
        asking.sendto(query.to_wire(), (address, 53))
        for _ in range(count):
            wire, sender = asking.recvfrom(65535)
            yield {"port": sender[1], "id_matches": wire[:2] == query.to_wire()[:2], "hex": wire.hex()}


if __name__ == "__main__":
    print(json.dumps(list(ask(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))))
