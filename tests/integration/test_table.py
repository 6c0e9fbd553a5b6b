# SPDX-License-Identifier: ISC
"""A hundred thousand domains: messages from any of them, while the control connection changes some of them."""

import os
import random
import re
import threading

import pytest
from support.control import Control
from support.filling import fill
from support.mta import Connection
from support.place import I_AM_ROOT

SANITIZED = bool(os.environ.get("SIGNETD_SANITIZED"))
DOMAINS = 2_000 if SANITIZED else 100_000
MESSAGES = 500 if SANITIZED else 16_000
SENDERS = 4
# Every second of the first so many changes, the others never do.
CHANGING = range(0, 400, 2)
CHANGES = 30  # at least, beside the messages
LATER = 1_000 if SANITIZED else 20_000
VAULT_TIMEOUT = "60s"  # longer than any of these tests holds a message open


@pytest.fixture(scope="module")
def daemon(signetd):
    daemon = signetd(I_AM_ROOT, settings={"vault_timeout": VAULT_TIMEOUT})
    daemon.stop()
    fill(daemon, 0, DOMAINS)
    return daemon.start()


def key_id(number):
    return "dk_" + number.to_bytes(16, "little").hex()


def open_message(connection, number):
    """None, or the last word for what is not signed."""
    header = [("From", f" alice@d{number}.example.com"), ("Subject", " x")]
    return connection.open_message(header=header, queue_id=f"Q{number}")


def selectors(reply):
    """(d=, s=) of each field that was inserted."""
    assert reply.goes_on, reply
    return [(re.search(rb"\bd=([^;]+);", value)[1].decode(), re.search(rb"\bs=([^;]+);", value)[1].decode())
            for _, value in reply.inserted]


def signature_of(number):
    return [(f"d{number}.example.com", f"s{number}")]


def send(connection, number):
    reply = open_message(connection, number)
    return selectors(reply or connection.end_message())


class Lives:
    """What each changing domain is, counted: even is active, odd is not; begun before it is asked for, done after."""

    def __init__(self):
        self.begun = {number: 0 for number in CHANGING}
        self.done = {number: 0 for number in CHANGING}

    def change(self, control, number):
        self.begun[number] += 1
        if self.begun[number] % 2:
            control.call("DeactivateKey", id=key_id(number))
        else:
            control.call("ActivateKey", id=key_id(number), without_dns_check=True)
        self.done[number] += 1


def check_one(lives, connection, chance):
    number = chance.choice(CHANGING) if chance.random() < 0.5 else chance.randrange(DOMAINS)
    before = lives.done.get(number, 0)
    found = send(connection, number)
    after = lives.begun.get(number, 0)
    possible = [signature_of(number) if state % 2 == 0 else [] for state in range(before, after + 1)]
    assert found in possible, (number, before, after, found)
    return bool(found)


def test_each_message_is_signed_as_its_domain_is_while_others_change(daemon):
    lives, wrong, signed, ended = Lives(), [], [], threading.Event()

    def send_many(seed):
        chance = random.Random(seed)
        try:
            with Connection(daemon.milter_socket) as connection:
                while not wrong and (len(signed) < MESSAGES or sum(lives.done.values()) < CHANGES):
                    signed.append(check_one(lives, connection, chance))
        except Exception as error:  # told by the test, not by the thread
            wrong.append(error)

    def change_until_the_end():
        chance = random.Random(0)
        try:
            with Control(daemon.control_socket) as control:
                while not ended.is_set():
                    lives.change(control, chance.choice(CHANGING))
        except Exception as error:
            wrong.append(error)

    changer = threading.Thread(target=change_until_the_end)
    senders = [threading.Thread(target=send_many, args=(seed,)) for seed in range(1, SENDERS + 1)]
    for thread in (changer, *senders):
        thread.start()
    for thread in senders:
        thread.join()
    ended.set()
    changer.join()
    assert wrong == []
    assert len(signed) / 2 < sum(signed) < len(signed), "both happened often enough to mean something"


def test_what_a_message_has_found_signs_it_when_the_record_is_deleted_meanwhile(daemon):
    number = DOMAINS // 2 + 1
    with Control(daemon.control_socket) as control, Connection(daemon.milter_socket) as connection:
        assert open_message(connection, number) is None
        control.call("DeactivateKey", id=key_id(number))
        control.call("DeleteKey", id=key_id(number))
        assert selectors(connection.end_message()) == signature_of(number)
        assert send(connection, number) == []
        assert send(connection, number - 1) == signature_of(number - 1)


def looks_while_following(daemon, first, change):
    """How often another connection is answered while a change waits for all that somebody else has put into the store
    before it, as another node would."""
    fill(daemon, first, LATER)
    looks = 0
    with Control(daemon.control_socket) as changer, Control(daemon.control_socket) as looker:
        changer.send("DeactivateKey", id=key_id(change))
        answers = threading.Thread(target=changer.receive)
        answers.start()
        while answers.is_alive():
            assert looker.call("ShowKey", id=key_id(first))["key"]["is_active"]
            looks += 1
        answers.join()
    return looks


def test_the_control_socket_answers_while_the_views_follow_many_changes(daemon):
    """Each step (256 changes) leaves room for others. The views may follow by themselves before the change comes, if
    they had something to look after; hardly thrice."""
    looks = [looks_while_following(daemon, DOMAINS + turn * LATER, 1 + 2 * turn) for turn in range(3)]
    assert max(looks) > LATER * 3 / 256 / 10
    with Connection(daemon.milter_socket) as connection:
        assert send(connection, DOMAINS + LATER - 1) == signature_of(DOMAINS + LATER - 1)
        assert send(connection, 1) == []
