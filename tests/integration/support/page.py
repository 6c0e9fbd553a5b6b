# SPDX-License-Identifier: ISC
"""What the proofs (prove_*.py) have in common: how they are asked, and where their figures go."""

import argparse
import datetime
import os
import pathlib


def arguments(doc, **counts):
    """The command line: counts are names and what each counts, in their order; then --page."""
    parser = argparse.ArgumentParser(description=doc)
    for name, meaning in counts.items():
        parser.add_argument(name, type=int, help=meaning)
    parser.add_argument("--page", type=pathlib.Path, required=True, help="where the figures go")
    return parser


def write_page(page, text):
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)


def circumstances():
    """For the text of a page: processors, day, build."""
    return {"processors": os.cpu_count(), "day": datetime.date.today().isoformat(),
            "build": f"{pathlib.Path(os.environ['SIGNETD_BUILD']).name}/"}
