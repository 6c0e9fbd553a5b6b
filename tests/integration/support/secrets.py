# SPDX-License-Identifier: ISC
"""What must be nowhere: opens sealed keys as docs/sealed.md describes them, and looks through a process's memory."""

import ctypes
import ctypes.util
import hashlib
import hmac
import re

PAGE = 4096
CHUNK = 1 << 20


def unseal(master, handle, sealed):
    """The plain octets of a sealed key; raises ValueError when it does not open."""
    label, nonce, tag, ciphertext = sealed[:34], sealed[34:46], sealed[46:62], sealed[62:]
    return _open_gcm(_hkdf(master, b"signetd sealing key 1" + handle), nonce, label, ciphertext, tag)


def rsa_numbers(plain):
    """{name: number} of all that is secret in an RSA key's plain octets (p, q, e)."""
    p, q, e = _numbers(plain)
    d = pow(e, -1, (p - 1) * (q - 1))
    return {"p": p, "q": q, "d": d, "dp": d % (p - 1), "dq": d % (q - 1), "qinv": pow(q, -1, p)}


def forms_of(octets):
    """What to look for: both ends of it, in either order of octets (OpenSSL's words are little-endian)."""
    return [part for order in (octets, octets[::-1]) for part in (order[:32], order[-32:])]


def octets_of(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def mappings(pid):
    """(start, end) of all that can be read. Of the views, as far as their files go: the rest is address space."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
        for line in maps:
            start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if rights[0] == "r" and "[vvar" not in line and "[vsyscall]" not in line:
                yield int(start, 16), int(end, 16)


def memory(pid):
    """Yields the pages that are there, in pieces that overlap."""
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap, open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for start, end in mappings(pid):
            for at in range(start, end, CHUNK):
                size = min(CHUNK, end - at)
                pagemap.seek(at // PAGE * 8)
                if not any(pagemap.read(size // PAGE * 8)):
                    if end - start > 1 << 30:
                        break  # a view: beyond its file there is nothing
                    continue
                yield _read(mem, max(start, at - PAGE), min(size + PAGE, end - max(start, at - PAGE)))


def found_in(pid, needles):
    """The names of those needles {name: [octets, …]} that are somewhere in the process's memory."""
    found = set()
    for piece in memory(pid):
        for name, forms in needles.items():
            if any(form in piece for form in forms):
                found.add(name)
    return found


def _read(mem, at, size):
    octets = b""
    try:
        mem.seek(at)
        octets = mem.read(size)
    except OSError:  # a page in it cannot be read: one by one
        for page in range(at, at + size, PAGE):
            try:
                mem.seek(page)
                octets += mem.read(PAGE)
            except OSError:
                octets += bytes(PAGE)
    return octets


def _numbers(plain):
    while plain:
        size = int.from_bytes(plain[:2], "big")
        yield int.from_bytes(plain[2:2 + size], "big")
        plain = plain[2 + size:]


def _hkdf(key, info):
    """RFC 5869 with SHA-256 and no salt; one block is enough."""
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def _open_gcm(key, nonce, label, ciphertext, tag):
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
        getattr(crypto, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    plain, length = ctypes.create_string_buffer(len(ciphertext) + 16), ctypes.c_int()
    steps = [
        crypto.EVP_DecryptInit_ex(context, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce),
        crypto.EVP_DecryptUpdate(context, None, ctypes.byref(length), label, len(label)),
        crypto.EVP_DecryptUpdate(context, plain, ctypes.byref(length), ciphertext, len(ciphertext)),
        crypto.EVP_CIPHER_CTX_ctrl(context, 0x11, len(tag), ctypes.create_string_buffer(tag, len(tag))),
        crypto.EVP_DecryptFinal_ex(context, ctypes.byref(plain, len(ciphertext)), ctypes.byref(length)),
    ]
    crypto.EVP_CIPHER_CTX_free(context)
    if steps != [1] * 5:
        raise ValueError("the sealed key does not open")
    return plain.raw[:len(ciphertext)]
