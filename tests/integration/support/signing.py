# SPDX-License-Identifier: ISC
"""A daemon and the mail server before it: mail handed in, how it arrived, and what the log and `explain` say of it."""

import itertools
import re
from dataclasses import dataclass

from . import samples
from .mta import PLAIN, Connection

FIELD = re.compile(r' (\w+)=("[^"]*"|\S*)')


@dataclass(frozen=True)
class Signing:
    daemon: object
    mta: object
    sink: object

    def submit(self, message, recipient=None, mail_from="alice@example.com", way="smtp"):
        """The server's last reply."""
        return getattr(self.mta, f"submit_{way}")(message, mail_from=mail_from,
                                                  recipients=[recipient or samples.fresh_recipient()])

    def deliver(self, message, mail_from="alice@example.com", way="smtp"):
        """Hand the message in and wait until it is delivered."""
        recipient = samples.fresh_recipient()
        reply = self.submit(message, recipient, mail_from, way)
        assert reply is None or reply.code == 250, f"{reply}\n{self.mta.log}\n{self.daemon.log}"
        return self.sink.wait_for(recipient)

    def line(self, arrival):
        """The daemon's line about a delivered message."""
        return self.daemon.wait_for_log(rf"\bmessage\b.*\bqueue_id={arrival.queue_id}\b")


def fields(line):
    """{name: values in their order} of a line of the log."""
    found = {}
    for name, value in FIELD.findall(line):
        found.setdefault(name, []).append(value.strip('"'))
    return found


def domains(arrival):
    """d= of each signature, top first."""
    return [re.search(rb"\bd=([^;]+);", field)[1].decode() for field in arrival.fields("DKIM-Signature")]


_numbers = itertools.count(1)


def ask_milter(daemon, header=PLAIN, sender="<alice@example.com>", client="127.0.0.1", macros=(), daemon_name=None,
               path=None):
    """The milter's last word on a message, as a mail server hears it, and the fields of its line in the log."""
    queue_id = f"ASKED{next(_numbers)}"
    with Connection(path or daemon.milter_socket, client=client, daemon_name=daemon_name) as connection:
        reply = connection.open_message(sender=sender, header=header, macros=macros, queue_id=queue_id)
        reply = reply or connection.end_message()
    return reply, fields(daemon.wait_for_log(rf"\bqueue_id={queue_id} "))
