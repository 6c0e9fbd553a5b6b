# SPDX-License-Identifier: ISC
"""Keys for dynamic updates (RFC 8945), in a file as BIND's tools write and read it."""

import base64
import os
from dataclasses import dataclass

ALGORITHM = "hmac-sha256"


@dataclass(frozen=True)
class TsigKey:
    name: str
    secret: str  # base64

    @property
    def text(self):
        return f'key "{self.name}" {{ algorithm {ALGORITHM}; secret "{self.secret}"; }};\n'

    def write(self, path):
        path.write_text(self.text)
        return path


def tsig_key(name):
    return TsigKey(name, base64.b64encode(os.urandom(32)).decode())
