# SPDX-License-Identifier: ISC
"""Mail that flows through a Postfix while something happens to the daemon behind it."""

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

from . import samples
from .sender import BulkSender
from .verify import passes_with
from .wait import wait_until

ENOUGH = 20  # messages accepted before and after something happens


@dataclass(frozen=True)
class Service:
    """A daemon that signs for example.com, as root or as an ordinary user, with a Postfix before it."""
    daemon: object
    postfix: object
    sink: object
    records: dict


@contextmanager
def flowing_mail(service, tag):
    """Mail flows during the block, sent again while it is refused for now. After it, every message that was accepted
    must have arrived exactly once, signed, and none may have been refused for good or left without an answer."""
    with BulkSender(service.postfix.port, lambda number: samples.plain(token=f"{number}.{tag}")) as bulk:
        flows_on(bulk)
        yield bulk
        flows_on(bulk)
    assert (bulk.rejected, bulk.unanswered) == ([], []), service.daemon.log
    _all_arrived_once_and_signed(service, bulk, tag)


def flows_on(bulk):
    goal = len(bulk.accepted) + ENOUGH
    wait_until(lambda: len(bulk.accepted) >= goal, lambda: f"{goal} messages to be accepted, of {bulk.retries} retries")


def _all_arrived_once_and_signed(service, bulk, tag):
    def arrived():
        return [arrival for arrival in service.sink.arrivals if f".{tag}@".encode() in arrival.fields("Message-ID")[0]]
    wait_until(lambda: len(arrived()) >= len(bulk.accepted), lambda: f"the queue to empty:\n{service.postfix.log}")
    arrivals = arrived()
    assert Counter(map(_number, arrivals)) == Counter(bulk.accepted)
    unsigned = [arrival.data for arrival in arrivals if len(arrival.fields("DKIM-Signature")) != 1]
    assert unsigned == []
    assert [arrival.data for arrival in arrivals if not passes_with(arrival.data, service.records)] == []


def _number(arrival):
    return int(re.match(rb"Message-ID: <(\d+)\.", arrival.fields("Message-ID")[0])[1])
