# SPDX-License-Identifier: ISC
"""The proof of scripts/prove-reload: reloads and restarts while mail flows, and what the sink has at the end."""

import contextlib
import os
import pathlib
import re
import statistics
import sys
import time
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from support import samples  # noqa: E402
from support.daemon import Signetd, reachable_programs  # noqa: E402
from support.page import arguments, circumstances, write_page  # noqa: E402
from support.place import I_AM_ROOT, short_directory  # noqa: E402
from support.postfix import Postfix  # noqa: E402
from support.sender import BulkSender  # noqa: E402
from support.servers import Servers  # noqa: E402
from support.sink import Sink  # noqa: E402
from support.verify import passes_with  # noqa: E402
from support.wait import wait_until  # noqa: E402

CANONICALIZATIONS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")
VERIFIED_ONE_IN = 10

PAGE = """# Reloads and restarts while mail flows

    ./scripts/prove-reload {reloads} {restarts}

{last_line}; {seconds:.0f} s on {processors} processors, load {load:.1f}, {day}, built in `{build}`.

Four connections send one message after the other through a Postfix to a sink that counts, each again while it is
refused for now. Each reload changes `canonicalization` and the login's organization, and is over when a message of its
version is in the log, whose organization must be the one of that version. A restart is SIGTERM, the end of the daemon
(exit 0), and another start on the same two sockets, which somebody else holds (as `signetd.socket` does). At the end
every message that Postfix accepted must have arrived once and not twice, with one signature, of the canonicalization
that the line of its queue id stands for; one in {verified} is verified by dkimpy.

| | |
| --- | --- |
{rows}

4xx answers are those that a message got before it was accepted: an open session may see one in a restart.
The times are those of a machine on which other things ran, too, if its load is above its processors.
"""


class House:
    """A daemon on sockets that stay, a Postfix before it, a sink behind that."""

    def __init__(self, stack):
        servers = Servers()
        self.sink = Sink()
        stack.callback(self.sink.close)
        programs = stack.enter_context(reachable_programs())
        self.daemon = Signetd(programs, stack.enter_context(short_directory()), as_root=I_AM_ROOT,
                              handed_over=["milter_socket", "control_socket"], settings=settings_of(1))
        stack.callback(self.daemon.close)
        self.daemon.start()
        self.records = {}
        for org in ("main", "even", "odd"):
            key = self.daemon.create_key("example.com", "--org", org)
            for record in self.daemon.ctl("records", key["id"])["records"]:
                self.records[record["name"].rstrip(".")] = record["value"]
        self.postfix = Postfix(servers.postfix, stack.enter_context(short_directory()), self.sink.port,
                               self.daemon.postfix_milter)
        stack.callback(self.postfix.close)
        self.postfix.start()


def organization(number):
    return "even" if number % 2 == 0 else "odd"


def settings_of(number):
    return {"canonicalization": CANONICALIZATIONS[number % 4],
            "organizations": [{"name": organization(number), "networks": ["127.0.0.1"]}]}


class Proof:
    def __init__(self, house):
        self.house = house
        self.changes = 1      # of the configuration
        self.version = 1      # in this life of the daemon
        self.what_is = {}     # (life, version): number of the change
        self.life = 0
        self.reloads, self.restarts, self.wrong = [], [], []
        self.what_is[0, 1] = 1

    def reload(self):
        daemon = self.house.daemon
        self.changes += 1
        self.what_is[self.life, self.version + 1] = self.changes
        daemon.configure(**settings_of(self.changes))
        mark, began = daemon.log_mark, time.monotonic()
        answered = daemon.ctl("reload")["settings_version"]
        self.reloads.append(time.monotonic() - began)
        self.version += 1
        line = daemon.wait_for_log(f"message queue_id=.* settings={self.version} ", since=mark)
        if answered != self.version or f" org={organization(self.changes)} " not in line:
            self.wrong.append((self.changes, answered, line))

    def restart(self):
        daemon = self.house.daemon
        began = time.monotonic()
        daemon.stop()
        self.life, self.version = self.life + 1, 1
        self.what_is[self.life, 1] = self.changes
        mark = daemon.log_mark
        daemon.start()
        self.restarts.append(time.monotonic() - began)
        daemon.wait_for_log("message queue_id=.* settings=1 ", since=mark)

    def lines(self):
        """{queue id: {(life of the daemon, version of the settings)}} of all messages that were signed."""
        found, life = {}, 0
        for line in self.house.daemon.log.splitlines():
            if "stopped exit=" in line:  # the last of a life
                life += 1
            match = re.search(r"message queue_id=(\S+) decision=sign .* settings=(\d+) ", line)
            if match:
                found.setdefault(match[1], set()).add((life, int(match[2])))
        return found


def judge(proof, accepted, tag):
    """{what: how many} of the messages that arrived."""
    house = proof.house
    wait_until(lambda: len(of_this_run(house.sink, tag)) >= len(accepted),
               lambda: f"the queue to empty:\n{house.postfix.log}", timeout=120)
    arrivals = of_this_run(house.sink, tag)
    numbers = Counter(number_of(arrival) for arrival in arrivals)
    signed = [arrival for arrival in arrivals if len(arrival.fields("DKIM-Signature")) == 1]
    seen = [canonicalization_of(arrival) for arrival in signed]
    looked_at = signed[::VERIFIED_ONE_IN]
    return {
        "accepted": len(accepted),
        "arrived": len(arrivals),
        "missing": len(set(accepted) - set(numbers)),
        "twice": sum(count > 1 for count in numbers.values()),
        "unsigned": len(arrivals) - len(signed),
        "of another canonicalization than their line": count_strangers(proof, signed),
        "verified": sum(passes_with(arrival.data, house.records) for arrival in looked_at),
        "looked at": len(looked_at),
        "of different canonicalizations": len(set(seen)),
    }


def of_this_run(sink, tag):
    return [arrival for arrival in sink.arrivals if f".{tag}@".encode() in arrival.fields("Message-ID")[0]]


def number_of(arrival):
    return int(re.match(rb"Message-ID: <(\d+)\.", arrival.fields("Message-ID")[0])[1])


def canonicalization_of(arrival):
    return re.search(rb"\bc=([a-z/]+)", arrival.fields("DKIM-Signature")[0])[1].decode()


def queue_id_of(arrival):
    return re.search(rb"\bid ([A-Za-z0-9]+)", arrival.fields("Received")[0])[1].decode()


def count_strangers(proof, signed):
    lines = proof.lines()
    strangers = 0
    for arrival in signed:
        said = {CANONICALIZATIONS[proof.what_is[place] % 4] for place in lines.get(queue_id_of(arrival), ())
                if place in proof.what_is}
        if canonicalization_of(arrival) not in said:
            strangers += 1
            print(f"{queue_id_of(arrival)}: {canonicalization_of(arrival)}, not of {said}", file=sys.stderr)
    return strangers


def prove(reloads, restarts):
    with contextlib.ExitStack() as stack:
        house = House(stack)
        proof = Proof(house)
        with BulkSender(house.postfix.port, lambda number: samples.plain(token=f"{number}.proof")) as bulk:
            wait_until(lambda: len(bulk.accepted) >= 20, "mail to flow")
            every = max(1, reloads // restarts) if restarts else 0
            for number in range(1, reloads + 1):
                proof.reload()
                if restarts and number % every == 0 and len(proof.restarts) < restarts:
                    proof.restart()
                if number % max(1, reloads // 10) == 0:
                    print(f"{number} of {reloads} reloads, {len(bulk.accepted)} messages", file=sys.stderr, flush=True)
            goal = len(bulk.accepted) + 20
            wait_until(lambda: len(bulk.accepted) >= goal, "mail to flow on")
        found = judge(proof, bulk.accepted, "proof")
        return proof, bulk, found


def milliseconds(values):
    if not values:
        return "none"
    ordered = sorted(values)
    return (f"median {statistics.median(ordered) * 1000:.0f} ms, p99 {ordered[len(ordered) * 99 // 100] * 1000:.0f} ms, "
            f"most {ordered[-1] * 1000:.0f} ms")


def main():
    options = arguments(__doc__, reloads="how many", restarts="how many").parse_args()
    began = time.monotonic()
    proof, bulk, found = prove(options.reloads, options.restarts)
    failed = (found["missing"] + found["twice"] + found["unsigned"] + len(bulk.rejected) + len(bulk.unanswered)
              + found["of another canonicalization than their line"] + len(proof.wrong)
              + found["looked at"] - found["verified"])
    last_line = (f"{len(proof.reloads)} reloads, {len(proof.restarts)} restarts, "
                 f"{found['accepted']} messages accepted, {found['arrived']} arrived, {failed} failed")
    rows = [("reloads whose effect was not in the log line", len(proof.wrong)),
            ("a reload, as signetctl sees it", milliseconds(proof.reloads)),
            ("a restart, until the control socket answers", milliseconds(proof.restarts)),
            ("refused for good, left without an answer", f"{len(bulk.rejected)}, {len(bulk.unanswered)}"),
            ("4xx answers, or connections that Postfix gave up", bulk.retries),
            *((f"messages {what}", count) for what, count in found.items())]
    write_page(options.page, PAGE.format(
        reloads=options.reloads, restarts=options.restarts, last_line=last_line, seconds=time.monotonic() - began,
        load=os.getloadavg()[1], verified=VERIFIED_ONE_IN,
        rows="\n".join(f"| {what} | {figure} |" for what, figure in rows), **circumstances()))
    for wrong in proof.wrong:
        print(wrong, file=sys.stderr)
    print(last_line)
    sys.exit(failed > 0)


main()
