# SPDX-License-Identifier: ISC
"""From tests/: python3 -m corpus [--seed SEED] DIRECTORY NUMBER... | --count COUNT DIRECTORY

Writes messages as NUMBER-KIND.eml."""

import argparse
import pathlib

from . import sample


def main():
    parser = argparse.ArgumentParser(prog="corpus", description="Write messages of the corpus as NUMBER-KIND.eml.")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other messages (1)")
    parser.add_argument("--count", type=int, default=0, help="all messages below this number")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("number", type=int, nargs="*", help="these messages")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    for number in options.number or range(options.count):
        made = sample(number, options.seed)
        (options.directory / f"{number:05}-{made.kind}.eml").write_bytes(made.octets)


main()
