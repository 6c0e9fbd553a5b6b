# SPDX-License-Identifier: ISC
"""Odd but legal messages by the thousand (and a few that are not legal, but that MTAs let through).

sample(number, seed) makes one; each kind is a small function in a module of its noun, and a row in catalogue.py.
"""

from .catalogue import SIGNING_DOMAINS, Sample, kind_of, kinds, sample
from .foreign import records

__all__ = ["SIGNING_DOMAINS", "Sample", "kind_of", "kinds", "records", "sample"]
