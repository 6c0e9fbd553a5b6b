# SPDX-License-Identifier: ISC
"""Keys made by openssl(1), for signers that are not ours."""

import base64
import functools
import subprocess
from dataclasses import dataclass

import dkim


@dataclass(frozen=True)
class DnsKey:
    algorithm: str
    private_pem: bytes
    seed: bytes  # Ed25519: the 32 bytes themselves, base64, as dkimpy wants them
    record: str

    def field_for(self, message, domain, selector, canonicalization="relaxed/relaxed"):
        """A DKIM-Signature field for the top of the message, by dkimpy."""
        return dkim.sign(message, selector.encode(), domain.encode(), self.seed or self.private_pem,
                         canonicalize=canonicalization.encode().split(b"/"), linesep=b"\r\n",
                         signature_algorithm=self.algorithm.encode())


def rsa(bits=2048):
    pem = _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}")
    public = _openssl("pkey", "-pubout", "-outform", "DER", input=pem)
    return DnsKey("rsa-sha256", pem, b"", f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


@functools.cache
def of_stock(number):
    """The same RSA key for the same number, as long as these tests run."""
    return rsa()


def ed25519():
    pem = _openssl("genpkey", "-algorithm", "ED25519")
    private = _openssl("pkey", "-outform", "DER", input=pem)
    public = _openssl("pkey", "-pubout", "-outform", "DER", input=pem)
    record = f"v=DKIM1; k=ed25519; p={base64.b64encode(public[-32:]).decode()}"
    return DnsKey("ed25519-sha256", pem, base64.b64encode(private[-32:]), record)


def _openssl(*arguments, input=b""):
    return subprocess.run(["openssl", *arguments], input=input, check=True, capture_output=True).stdout
