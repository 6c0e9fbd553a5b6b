#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""OpenDKIM's library as a judge: support/verify.py has the dialogue.

opendkim-testmsg uses the same library, but has one answer for all signatures of a message together.
"""

import json
import sys
from ctypes import CDLL, POINTER, byref, c_bool, c_char_p, c_int, c_size_t, c_uint, c_void_p

OK, NO_SIGNATURE = 0, 2
FLAG_PASSED = 0x04
BODY_HASH_MATCHES = 0
ALGORITHMS = {0: "rsa-sha1", 1: "rsa-sha256", 2: "ed25519-sha256"}

library = CDLL("libopendkim.so.11")


def function(name, result, *arguments):
    found = getattr(library, name)
    found.restype, found.argtypes = result, arguments
    return found


init = function("dkim_init", c_void_p, c_void_p, c_void_p)
verify = function("dkim_verify", c_void_p, c_void_p, c_char_p, c_void_p, POINTER(c_int))
chunk = function("dkim_chunk", c_int, c_void_p, c_char_p, c_size_t)
end_of_message = function("dkim_eom", c_int, c_void_p, POINTER(c_bool))
signatures = function("dkim_getsiglist", c_int, c_void_p, POINTER(POINTER(c_void_p)), POINTER(c_int))
free = function("dkim_free", c_int, c_void_p)
process = function("dkim_sig_process", c_int, c_void_p, c_void_p)
domain = function("dkim_sig_getdomain", c_char_p, c_void_p)
selector = function("dkim_sig_getselector", c_char_p, c_void_p)
algorithm = function("dkim_sig_getsignalg", c_int, c_void_p, POINTER(c_int))
flags = function("dkim_sig_getflags", c_uint, c_void_p)
body_hash = function("dkim_sig_getbh", c_int, c_void_p)
error_number = function("dkim_sig_geterror", c_int, c_void_p)
error_text = function("dkim_sig_geterrorstr", c_char_p, c_int)


def text(value):
    return (value or b"").decode("utf-8", "replace")


class Unreadable(Exception):
    pass


def judge_signature(handle, signature):
    process(handle, signature)
    number = c_int(-1)
    algorithm(signature, byref(number))
    passed = bool(flags(signature) & FLAG_PASSED) and body_hash(signature) == BODY_HASH_MATCHES
    return {"passed": passed, "domain": text(domain(signature)), "selector": text(selector(signature)),
            "algorithm": ALGORITHMS.get(number.value, str(number.value)),
            "text": text(error_text(error_number(signature)))}


def judge_with(handle, message):
    for part in (message, None):
        result = chunk(handle, part, len(part or b""))
        if result == NO_SIGNATURE:
            return []
        if result != OK:
            raise Unreadable(f"dkim_chunk: {result}")
    end_of_message(handle, byref(c_bool()))
    found, count = POINTER(c_void_p)(), c_int()
    if signatures(handle, byref(found), byref(count)) != OK:
        return []
    return [judge_signature(handle, found[index]) for index in range(count.value)]


def judge(message):
    status = c_int()
    handle = verify(instance, b"test", None, byref(status))
    if status.value != OK:
        raise Unreadable(f"dkim_verify: {status.value}")
    try:
        return judge_with(handle, message)
    finally:
        free(handle)


instance = init(None, None)
for line in sys.stdin.buffer:
    try:
        answer = judge(sys.stdin.buffer.read(int(line)))
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    print(json.dumps(answer), flush=True)
