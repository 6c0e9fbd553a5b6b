# SPDX-License-Identifier: ISC
"""The way of many messages: a daemon of one canonicalization, the Postfix before it, the sink behind."""

import queue
import re
import threading

from . import sender
from .place import I_AM_ROOT
from .wait import PATIENCE

CANONICALIZATIONS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")

# No message is completed or tidied for its local client, and large ones pass.
KNOBS = {"local_header_rewrite_clients": "", "message_size_limit": "60000000"}

_CONNECTIONS = 3
_PER_CONNECTION = 20  # messages


class Passage:
    """signetd, postfix, make_sink: as the fixtures of these names; names: DNS. Each of the domains gets an RSA and an
    Ed25519 key, the first also for all below it."""

    def __init__(self, canonicalization, domains, signetd, postfix, make_sink, names):
        self.canonicalization = canonicalization
        self._sink = make_sink()
        self._daemon = signetd(as_root=I_AM_ROOT, settings={"canonicalization": canonicalization})
        self._postfix = postfix(milter=self._daemon.postfix_milter, sink=self._sink, knobs=KNOBS)
        for domain in domains:
            match = "DomainAndSubdomains" if domain == domains[0] else "DomainOnly"
            for algorithm in ("rsa-sha256", "ed25519-sha256"):
                self._daemon.create_key(domain, "--match", match, "--algorithm", algorithm, names=names)

    def carry(self, samples):
        """Send them all, wait until they are through; ({number: what arrived}, {number: why it was not taken})."""
        waiting, refused = queue.SimpleQueue(), {}
        for sample in samples:
            waiting.put(sample)
        threads = [threading.Thread(target=self._send, args=(waiting, refused)) for _ in range(_CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        arrivals = self._sink.take(len(samples) - len(refused), 10 * PATIENCE)
        return {_number_of(arrival): arrival for arrival in arrivals}, refused

    @property
    def postfix_version(self):
        return re.search(r"daemon started -- version (\S+),", self._postfix.log)[1]

    def _send(self, waiting, refused):
        connection, sent = None, 0
        while sample := _next(waiting):
            try:
                connection = connection or sender.Connection(self._postfix.port)
                reply = connection.send(sample.octets, sample.sender, [f"m{sample.number}@sink.example"])
                why_not = str(reply) if reply.code != 250 else None
            except (OSError, sender.Refused) as error:
                why_not = f"{type(error).__name__}: {error}"
            if why_not:
                refused[sample.number] = why_not
            sent += 1
            if connection and (why_not or sent % _PER_CONNECTION == 0):
                connection.close()
                connection = None
        if connection:
            connection.close()


def _next(waiting):
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None


def _number_of(arrival):
    return int(re.fullmatch(r"m(\d+)@sink\.example", arrival.recipients[0])[1])
