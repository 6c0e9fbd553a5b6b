# SPDX-License-Identifier: ISC
"""The proof of scripts/prove-corpus: the corpus through four daemons, each behind a Postfix of its own, to the judges.

Every message goes through all four canonicalizations. What fails is kept; the counts go to a page.
"""

import contextlib
import os
import pathlib
import queue
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import corpus  # noqa: E402
from support.daemon import Signetd, reachable_programs  # noqa: E402
from support.page import arguments, write_page  # noqa: E402
from support.passage import CANONICALIZATIONS, Passage  # noqa: E402
from support.place import I_AM_ROOT, short_directory  # noqa: E402
from support.postfix import Postfix  # noqa: E402
from support.proof import Proof, is_signed  # noqa: E402
from support.resolving import Resolving  # noqa: E402
from support.servers import Servers  # noqa: E402
from support.sink import Sink  # noqa: E402
from support.tally import Tally  # noqa: E402
from support.verify import Judges  # noqa: E402

BATCH = 200  # messages sent before they are judged
THREADS = 2  # that judge

PAGE = """# The corpus through Postfix

    ./scripts/prove-corpus {count} {seed}

{tally.last_line}; in {seconds:.0f} s.

{count} odd messages (tests/corpus/), each through four daemons that differ in their canonicalization, each daemon
behind a Postfix of its own, with an RSA-2048 and an Ed25519 key for every signing domain. What left Postfix was judged
by verifiers that ask a real name server. Taking part:

{others}

A message counts as signed when it arrived with both signatures; as verified when all of these pass that the verifier
can judge. In the tables a cell is the number of signatures that passed, "foreign" those a message came with. Mail::DKIM
knows no Ed25519, OpenDKIM's library no ARC. A verdict is excused only when the message has what that verifier is known
to stumble over, all the others pass the signature, and so does a plain reading of the RFC (support/by_hand.py).

{tables}"""


class House:
    """Everything that runs, until the stack ends."""

    def __init__(self, stack):
        self._stack = stack
        self._servers = Servers()
        self._programs = stack.enter_context(reachable_programs())
        self._names = Resolving(self._servers.bind, self._place())
        stack.callback(self._names.close)
        for name, value in corpus.records().items():
            self._names.publish(name, value)
        self.passages = [Passage(canonicalization, corpus.SIGNING_DOMAINS, self._signetd, self._postfix, self._sink,
                                 self._names) for canonicalization in CANONICALIZATIONS]
        self._proofs = queue.SimpleQueue()
        for _ in range(THREADS):
            self._proofs.put(self._proof())

    def carry(self, samples):
        """[(passage, arrivals, refusals)], as Passage.carry has them."""
        with ThreadPoolExecutor(len(self.passages)) as pool:
            carried = pool.map(lambda passage: passage.carry(samples), self.passages)
            return [(passage, *result) for passage, result in zip(self.passages, carried)]

    def outcomes(self, sample, canonicalization, arrival):
        """By whatever judges are free."""
        proof = self._proofs.get()
        try:
            return proof.outcomes(sample, canonicalization, arrival)
        finally:
            self._proofs.put(proof)

    def _place(self):
        return self._stack.enter_context(short_directory())

    def _running(self, thing):
        self._stack.callback(thing.close)
        return thing.start()

    def _signetd(self, as_root, settings):
        return self._running(Signetd(self._programs, self._place(), as_root, settings))

    def _postfix(self, milter, sink, knobs):
        return self._running(Postfix(self._servers.postfix, self._place(), sink.port, milter, knobs))

    def _sink(self):
        sink = Sink()
        self._stack.callback(sink.close)
        return sink

    def _proof(self):
        judges = Judges(self._names)
        self._stack.callback(judges.close)
        return Proof(judges, self._names.text)


class Failures:
    """A directory with what failed: as it was sent, as it arrived, and what was said of it."""

    def __init__(self, directory):
        self.directory = directory

    def keep(self, sample, canonicalization, arrival, why):
        self.directory.mkdir(parents=True, exist_ok=True)
        stem = f"{sample.number:05}-{sample.kind}-{canonicalization.replace('/', '-')}"
        (self.directory / f"{stem}.sent.eml").write_bytes(sample.octets)
        (self.directory / f"{stem}.txt").write_text(why)
        if arrival:
            (self.directory / f"{stem}.arrived.eml").write_bytes(arrival.data)


def judge(house, tally, failures, samples, carried):
    """All arrivals of a batch."""
    def judge_one(job):
        sample, canonicalization, arrival, _ = job
        return house.outcomes(sample, canonicalization, arrival) if is_signed(sample, arrival) else []

    jobs = [(sample, passage.canonicalization, arrivals.get(sample.number), refusals.get(sample.number))
            for passage, arrivals, refusals in carried for sample in samples]
    with ThreadPoolExecutor(THREADS) as pool:
        for job, outcomes in zip(jobs, pool.map(judge_one, jobs)):
            sample, canonicalization, arrival, refusal = job
            tally.add(sample, canonicalization, is_signed(sample, arrival), outcomes)
            bad = [outcome for outcome in outcomes if outcome.result == "fail"]
            if bad or not outcomes:
                why = "\n".join(map(str, bad)) or refusal or "not signed, or not as often as it should"
                failures.keep(sample, canonicalization, arrival, why + "\n")


def prove(count, seed, failures):
    tally, began = Tally(), time.monotonic()
    with contextlib.ExitStack() as stack:
        house = House(stack)
        for first in range(0, count, BATCH):
            samples = [corpus.sample(number, seed) for number in range(first, min(first + BATCH, count))]
            judge(house, tally, failures, samples, house.carry(samples))
            seconds = time.monotonic() - began
            print(f"{first + len(samples)} of {count} messages, {seconds:.0f} s, {tally.failed} failed",
                  file=sys.stderr, flush=True)
        others = versions(house)
    return PAGE.format(count=count, seed=seed, tally=tally, seconds=time.monotonic() - began, others=others,
                       tables=tally.markdown()), tally


def versions(house):
    """Who took part, besides us."""
    packages = ("python3-dkim", "libmail-dkim-perl", "libopendkim11")
    listed = subprocess.run(["dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *packages], check=True,
                            capture_output=True, text=True).stdout.split("\n")
    others = [f"Postfix {house.passages[0].postfix_version}", *filter(None, listed), f"{os.cpu_count()} processors"]
    return "\n".join(f"* {other}" for other in others)


def main():
    parser = arguments(__doc__, count="of messages", seed="of the first")
    parser.add_argument("--failures", type=pathlib.Path, required=True, help="where what fails is kept")
    options = parser.parse_args()
    if not I_AM_ROOT:
        sys.exit("prove-corpus: Postfix needs root")
    page, tally = prove(options.count, options.seed, Failures(options.failures))
    write_page(options.page, page)
    if tally.failed:
        print(f"what failed is in {options.failures}")
    print(tally.last_line)
    sys.exit(tally.failed > 0)


main()
