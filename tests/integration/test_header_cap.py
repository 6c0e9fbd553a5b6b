# SPDX-License-Identifier: ISC
"""A header over its cap is refused for good, by whatever field it comes to be so; and the cap is one of headers."""

import pytest
from support import samples
from support.mta import PLAIN, Connection
from support.place import I_AM_ROOT


@pytest.fixture(scope="module")
def narrow(signetd, names):
    daemon = signetd(as_root=I_AM_ROOT, settings={"header_max_bytes": "4KiB"})
    daemon.have_key("example.com", names=names)
    return daemon


@pytest.fixture(scope="module")
def server(narrow, postfix):
    return postfix(narrow.postfix_milter, knobs={"header_size_limit": "4194304"})


def message(field=b"", body=b"Hello.\r\n"):
    header, _, _ = samples.plain().partition(b"\r\n\r\n")
    return header + b"\r\n" + field + b"\r\n" + body


@pytest.mark.parametrize("octets", [4096, 9000, 70000, 2000000])
def test_one_field_over_the_cap_is_refused_for_good(server, octets):
    field = b"X-Long:" + b" " + b"\r\n ".join([b"w" * 900] * (octets // 900 + 1)) + b"\r\n"

    reply = server.submit_smtp(message(field))

    assert str(reply).startswith("552 5.3.4 "), reply


def test_a_header_that_was_not_taken_in_is_not_judged(narrow):
    with Connection(narrow.milter_socket) as connection:
        assert connection.open_message(header=[("X-Long", " " + "w" * 5000), *PLAIN], queue_id="CAP")

    assert "fit=" not in narrow.wait_for_log("queue_id=CAP ")


def test_try_says_so_too(narrow):
    done = narrow.ctl("try", "-", check=False, input=f"From: a@example.com\nX-Long: {'w' * 2000000}\n\n")

    assert (done["reply"], done["text"][:10]) == ("reject", "552 5.3.4 ")


def test_the_cap_is_none_of_bodies(server, sink, judges):
    recipient = samples.fresh_recipient()
    reply = server.submit_smtp(message(body=b"Hello, world.\r\n" * 20000), recipients=[recipient])

    assert reply.code == 250, reply
    said = judges.all(sink.wait_for(recipient).data)
    assert all([v.passed for v in one] == [True] for one in said.values())


# {what: (name of a field that signed_fields.add has, how many a message has of it)}
SIGNED = {"as many as h= may name": ("X-Short", 1500), "as h= has room for": ("X-" + "w" * 68, 950)}


@pytest.mark.parametrize("case", SIGNED)
def test_more_signed_fields_than_a_signature_can_name_are_refused_for_good(signetd, case):
    name, count = SIGNED[case]
    daemon = signetd(settings={"signed_fields": {"add": [name]}})
    daemon.have_key("example.com")

    with Connection(daemon.milter_socket) as connection:
        reply = connection.open_message(header=[*PLAIN, *[(name, " x")] * count]) or connection.end_message()

    assert (reply.verdict, reply.text[:10]) == ("reject", "552 5.3.4 ")
