# SPDX-License-Identifier: ISC
"""Metrics: they are what was done, whoever dies; and whoever asks, in whatever way, disturbs nobody.
docs/metrics.md is this for people."""

import collections
import contextlib
import os
import pathlib
import re
import resource
import socket
import stat
import time

import pytest
from support import metrics, samples
from support.daemon import PROGRAMS, Signetd
from support.mta import NO_REPLY, PLAIN, Connection
from support.place import I_AM_ROOT, NOBODY, free_port
from support.servers import REPOSITORY
from support.wait import wait_until

SLOW = 200  # connections of those who never come to the point
THRONG = 1000


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    """One for all tests but those of what others count beside them."""
    daemon = signetd(as_root, settings={"metrics": True})
    daemon.have_key("example.com")
    return daemon


@pytest.fixture
def fresh(as_root, signetd):
    """Which has counted nothing yet."""
    daemon = signetd(as_root, settings={"metrics": True}, listener={"processes": 1})
    daemon.have_key("example.com")
    return daemon


def counted(daemon):
    return metrics.samples(daemon.metrics_socket)


def send(daemon, header=PLAIN, body=b"Hello\r\n"):
    with Connection(daemon.milter_socket) as connection:
        return connection.open_message(header=header, body=body) or connection.end_message()


# ---- what is counted ----

MAIL = [  # (how often, sender's domain, more fields, decision, reason)
    (4, "example.com", (), "sign", "signed"),
    (3, "nowhere.example", (), "skip", "no-key"),
    (2, "example.com", ("From: bob@example.com",), "reject", "several-from"),
]


def test_counts_are_those_of_the_mail_that_came_through_postfix(signetd, postfix, sink):
    daemon = signetd(I_AM_ROOT, settings={"metrics": True})
    daemon.have_key("example.com")
    mta = postfix(daemon.postfix_milter)

    for often, domain, more, _, _ in MAIL:
        for _ in range(often):
            mta.submit_smtp(samples.message(f"From: alice@{domain}", "To: bob@example.net", "Subject: x",
                                            "Date: Fri, 20 Nov 2026 10:00:00 +0000", *more))

    lines = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in log_of(daemon, sum(often for often, *_ in MAIL))]
    found = counted(daemon)
    assert messages(found) == {(decision, reason): often for often, _, _, decision, reason in MAIL}
    assert messages(found) == collections.Counter((line["decision"], line["reason"]) for line in lines)
    assert found["signetd_signatures_total", "rsa-sha256"] == 4
    assert found["signetd_vault_signatures_total", "rsa-sha256"] == 4
    assert found[("signetd_answer_seconds_count",)] == found[("signetd_vault_wait_seconds_count",)] == 4
    assert found["signetd_answer_seconds_bucket", "+Inf"] == 4
    at_end = [int(line["us"]) for line in lines if line["reason"] == "signed"]
    assert found[("signetd_answer_seconds_sum",)] == pytest.approx(sum(at_end) / 1e6, abs=1e-9)
    for name in ("header_bytes", "body_bytes"):
        assert found[(f"signetd_message_{name}_total",)] == sum(int(line[name]) for line in lines)
    assert found[("signetd_vault_cache_hits_total",)] + found[("signetd_vault_cache_misses_total",)] == 4
    assert found[("signetd_vault_cache_misses_total",)] >= 1, "the first of them is never at hand"


def log_of(daemon, count):
    pattern = r"\bmessage queue_id="
    wait_until(lambda: len(daemon.log_lines(pattern)) >= count, lambda: f"{count} lines:\n{daemon.log}")
    return daemon.log_lines(pattern)


def messages(found):
    """{(decision, reason): how many} of those there are."""
    return {key[1:]: number for key, number in found.items() if key[0] == "signetd_messages_total" and number}


def test_counts_survive_who_counted(fresh):
    send(fresh)
    send(fresh)
    before = counted(fresh)

    for role in ("milter", "vault", "http"):
        killed = fresh.kill(role)
        fresh.wait_for_successor(role, of=killed)
    fresh.wait_for_answer()
    assert len(wait_until(lambda: send(fresh).inserted, "a signature after all that")) == 1

    after = wait_until(lambda: metrics_or_nothing(fresh), "metrics after all that")
    signed = "signetd_messages_total", "sign", "signed"
    assert (before[signed], after[signed]) == (2, 3)
    assert after["signetd_vault_signatures_total", "rsa-sha256"] == 3
    assert [after["signetd_child_restarts_total", role] for role in ("milter", "vault", "http", "dns")] == [1, 1, 1, 0]


def metrics_or_nothing(daemon):
    with contextlib.suppress(OSError):
        return counted(daemon)


def test_what_goes_up_and_down_is_as_it_is_now(fresh):
    now_open = ("signetd_sessions_open",)
    connections = [Connection(fresh.milter_socket) for _ in range(3)]
    wait_until(lambda: counted(fresh)[now_open] == 3, "three sessions")

    connections.pop().close()
    wait_until(lambda: counted(fresh)[now_open] == 2, "one to go")
    fresh.wait_for_successor("milter", of=fresh.kill("milter"))

    wait_until(lambda: counted(fresh)[now_open] == 0, "none: they died with their milter")
    assert counted(fresh)[("signetd_connections_total",)] == 3
    for connection in connections:
        connection.close()


ROOM, CROWD = 8, 60


def test_who_is_refused_for_want_of_room_is_counted(as_root, signetd):
    daemon = signetd(as_root, settings={"metrics": True, "connections_max": ROOM}, listener={"processes": 1})
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(Connection(daemon.milter_socket)) for _ in range(CROWD)]
        served = [bool(one.steps & NO_REPLY["C"]) for one in crowd]  # the others are told at the first reply
        found = counted(daemon)
        assert served.count(True) == found[("signetd_connections_total",)] == found[("signetd_sessions_open",)] == ROOM
        assert served.count(False) == found[("signetd_connections_refused_total",)] == CROWD - ROOM
    wait_until(lambda: counted(daemon)[("signetd_sessions_open",)] == 0, "the crowd to be gone")
    assert counted(daemon)[("signetd_connections_refused_total",)] == CROWD - ROOM


def test_who_waits_for_the_vault_is_counted(fresh):
    waiting = ("signetd_vault_waiting",)
    with Connection(fresh.milter_socket) as connection:
        assert connection.open_message() is None
        with fresh.frozen("vault"):
            connection.send_end()
            wait_until(lambda: counted(fresh)[waiting] == 1, "the message to wait")
        connection.take_reply()
    assert counted(fresh)[waiting] == 0


def test_children_are_counted_when_they_are_away(fresh):
    with fresh.kept_down("dns"):
        wait_until(lambda: counted(fresh)["signetd_children_ready", "dns"] == 0, "dns to be away")
        assert counted(fresh)["signetd_children", "dns"] == 1
    wait_until(lambda: counted(fresh)["signetd_children_ready", "dns"] == 1, "dns to be back")
    assert counted(fresh)["signetd_child_restarts_total", "dns"] >= 1


def test_keys_are_counted(fresh):
    fresh.create_key("example.org", activate=False)
    fresh.have_key("example.net", "--algorithm", "ed25519-sha256")
    began = time.time() - 1

    def keys():
        found = counted(fresh)
        return {key[1:]: number for key, number in found.items() if key[0] == "signetd_keys" and number}

    expected = {("rsa-sha256", "active"): 1, ("rsa-sha256", "inactive"): 1, ("ed25519-sha256", "active"): 1}
    wait_until(lambda: keys() == expected, lambda: f"{expected}, there are {keys()}")
    found = counted(fresh)
    for name in ("keeper_measured", "oldest_dns_check", "oldest_signing_key"):
        assert abs(found[(f"signetd_{name}_timestamp_seconds",)] - began) < 600, name


def test_looks_at_dns_are_counted(fresh):
    key = fresh.create_key("looked.example", activate=False)
    fresh.ctl("key", "check", key["id"], check=False)  # nobody is there to ask
    looks = {name[1]: number for name, number in counted(fresh).items()
             if name[0] == "signetd_dns_looks_total" and number}
    assert set(looks) <= {"unreachable", "none"} and sum(looks.values()) >= 2, looks


# ---- how it is told ----

def test_it_is_openmetrics(daemon):
    answer = metrics.ask(daemon.metrics_socket)
    assert answer.fields["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.text.endswith("\n# EOF\n")
    found = metrics.read_families(answer.text)
    assert all(family.documentation for family in found.values())
    assert all(name.endswith(f"_{family.unit}") for name, family in found.items() if family.unit)
    assert found["signetd_answer_seconds"].type == "histogram" and found["signetd_messages"].type == "counter"


PROMETHEUS = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
              "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")


@pytest.mark.parametrize("accept, is_open", [
    (None, True), ("*/*", True), (PROMETHEUS, True), ("text/plain", False), ("text/*", False),
    ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", False), ("text/plain;q=0.2, application/openmetrics-text;q=0.3", True),
    ("application/openmetrics-text;q=0, text/plain;q=0.1", False), ("image/png", True)])
def test_it_is_told_as_it_is_asked_for(daemon, accept, is_open):
    answer = metrics.ask(daemon.metrics_socket, accept=accept)
    assert answer.fields["content-type"].startswith("application/openmetrics-text" if is_open else "text/plain;")
    assert answer.text.endswith("# EOF\n") == is_open


def test_both_forms_say_the_same(daemon):
    send(daemon)
    wait_until(lambda: counted(daemon)[("signetd_sessions_open",)] == 0, "the milter to see it closed")
    new = metrics.read_families(metrics.ask(daemon.metrics_socket).text)
    old = metrics.read_old_families(metrics.ask(daemon.metrics_socket, accept="text/plain").text)

    def fixed(families):
        return {(sample.name, *sample.labels.items()): sample.value for family in families.values()
                for sample in family.samples if not family.name.endswith("measured_timestamp_seconds")}
    assert fixed(new) == fixed(old)
    assert {name: family.type for name, family in old.items() if family.type == "histogram"}


@pytest.mark.parametrize("method, path, status", [
    ("HEAD", "/metrics", 200), ("GET", "/", 404), ("GET", "/metrics/", 404), ("GET", "/metrics/../metrics", 404),
    ("GET", "//metrics", 404), ("GET", "/metrics?name=x", 200), ("POST", "/metrics", 405), ("PUT", "/metrics", 405),
    ("DELETE", "/metrics", 405), ("OPTIONS", "/metrics", 405), ("POST", "/other", 404)])
def test_there_is_nothing_else(daemon, method, path, status):
    answer = metrics.ask(daemon.metrics_socket, method, path, body=b"x" if method in ("POST", "PUT") else b"")
    assert answer.status == status
    assert bool(answer.body) == (status == 200 and method == "GET")
    if status == 405:
        assert answer.fields["allow"] == "GET, HEAD"


def test_nobody_is_named(daemon):
    send(daemon)
    text = metrics.ask(daemon.metrics_socket).text
    [key] = daemon.ctl("key", "list")["keys"]
    for name in ("example.com", "alice", "dk_", "sk_", "127.0.0.1", str(daemon.milter_socket), key["selector"]):
        assert name not in text
    assert set(re.findall(r'[{,](\w+)="', text)) == {
        "algorithm", "cause", "code", "decision", "kind", "le", "outcome", "reason", "role", "state", "version"}


def test_the_socket_is_for_its_group(signetd, as_root):
    daemon = signetd(as_root)
    assert not daemon.pids()["http"], "none was asked for"
    assert not daemon.metrics_socket.exists()


def test_the_socket_has_its_mode(daemon):
    found = daemon.metrics_socket.stat()
    assert stat.S_ISSOCK(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o660


def test_it_listens_on_the_loopback(as_root, signetd):
    port = free_port()
    signetd(as_root, settings={"metrics": {"address": f"inet:127.0.0.1@{port}"}})
    assert metrics.families(port)


def test_a_daemon_that_cannot_tell_metrics_says_so(programs, place, as_root):
    directory, without = place(NOBODY if I_AM_ROOT and not as_root else None), place()
    for name in set(PROGRAMS) - {"signetd-http"}:
        (without / name).symlink_to(programs / name)
    daemon = Signetd(without, directory, as_root, settings={"metrics": True})
    assert daemon.fails_to_start() == 78
    assert daemon.log_lines(rf"cannot run {without}/signetd-http .*: No such file")


# ---- who asks in bad faith ----

def state_of(pid):
    """Resident memory in KiB, open descriptors."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]), len(os.listdir(f"/proc/{pid}/fd"))


SLOW_BEGINNINGS = {
    "nothing": b"",
    "half a line": b"GET /met",
    "half a header": b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half a body": b"POST /other HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nx",
}


@pytest.mark.parametrize("beginning", SLOW_BEGINNINGS)
def test_who_is_slow_keeps_nobody_else_out(daemon, beginning):
    http = daemon.pids()["http"]
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW):
            connection = stack.enter_context(metrics.connect(daemon.metrics_socket))
            with contextlib.suppress(OSError):
                connection.sendall(SLOW_BEGINNINGS[beginning])
        assert metrics.families(daemon.metrics_socket)
        assert len(send(daemon).inserted) == 1
    assert daemon.pids()["http"] == http


@pytest.fixture
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * THRONG:
        pytest.skip(f"the tests may have {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * THRONG, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("says", [b"", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["nothing", "a request"])
def test_a_throng_disturbs_nobody(daemon, many_descriptors, says):
    """None of them reads what it is told."""
    http, began = daemon.pids()["http"], counted(daemon)
    with contextlib.ExitStack() as stack:
        for _ in range(THRONG):
            connection = stack.enter_context(metrics.connect(daemon.metrics_socket))
            with contextlib.suppress(BrokenPipeError):
                connection.sendall(says)
        assert len(send(daemon).inserted) == 1
        signed = "signetd_messages_total", "sign", "signed"
        assert counted(daemon)[signed] == began[signed] + 1
    assert daemon.pids()["http"] == http


def test_who_has_said_all_he_will_say_is_answered(daemon):
    with metrics.connect(daemon.metrics_socket) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert metrics.read_families(metrics.read_answer(metrics.read_all(connection)).text)


@pytest.mark.parametrize("begun", [b"", b"GET /metrics HTTP/1.1\r\nHost: x",
                                   b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"])
def test_who_stops_in_mid_request_is_hung_up_on(daemon, begun):
    with metrics.connect(daemon.metrics_socket) as connection:
        connection.sendall(begun)
        connection.shutdown(socket.SHUT_WR)
        assert b"# EOF" not in metrics.read_all(connection)  # and it ends


@pytest.mark.parametrize("first", ["GET /metrics HTTP/1.0", "GET /metrics HTTP/1.0\r\nConnection: keep-alive"])
def test_the_first_http_is_spoken_too(daemon, first):
    answer = metrics.read_answer(metrics.exchange(daemon.metrics_socket, f"{first}\r\n\r\n".encode()))
    assert answer.status == 200 and metrics.read_families(answer.text)


def test_who_drips_is_hung_up_on(daemon):
    """Inactive he never is, so only a bound on the whole ends it."""
    with metrics.connect(daemon.metrics_socket) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")

        def has_ended():
            try:
                connection.sendall(b"x")
                connection.setblocking(False)
                return connection.recv(1) == b""
            except BlockingIOError:
                return False
            except (BrokenPipeError, ConnectionResetError):
                return True
            finally:
                connection.settimeout(30)
        wait_until(has_ended, "the end of a request that never ends", interval=0.2)
    assert metrics.families(daemon.metrics_socket)


GARBAGE = {
    "octets": bytes(range(256)) * 64,
    "no HTTP": b"MAIL FROM:<alice@example.com>\r\n" * 100,
    "a long line": b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n\r\n",
    "a long field": b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "many fields": b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 100000 + b"\r\n",
    "a long accept": b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: " + b"text/plain;q=0.1," * 300 + b"\r\n\r\n",
    "odd accept": b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: ;;q=,,q=9;=;text/plain;q=0.0000\r\n\r\n",
    "a bad length": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "bad chunks": b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a tunnel": b"CONNECT example.com:25 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET /metrics HTTP/9.9\r\nHost: x\r\n\r\n",
    "chunks": b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4\r\nabcd\r\n" * 10000,
    "a GET in chunks": b"GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
    "two lengths": b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde",
    "another protocol": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(500),
    "another beginning": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(64),
    "many requests": b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 1000,
    "no end": b"\0" * (1 << 20),
}


def test_garbage_and_storms_leave_it_as_it_was(daemon):
    def storm():
        for octets in GARBAGE.values():
            metrics.exchange(daemon.metrics_socket, octets)
        with contextlib.ExitStack() as stack:
            for _ in range(SLOW):
                stack.enter_context(metrics.connect(daemon.metrics_socket)).send(b"GET /metrics HTTP/1.1\r\nX-Slow")
            send(daemon)

    def answers_alone():
        return metrics.families(daemon.metrics_socket) and state_of(http)[1] <= descriptors + 1
    [http] = daemon.pids()["http"]
    storm()
    descriptors = given(http)
    wait_until(answers_alone, "the connections to be closed")
    memory = state_of(http)[0]
    for _ in range(5):
        storm()
    wait_until(answers_alone, "the connections to be closed")
    assert state_of(http)[0] <= memory + 512
    assert daemon.pids()["http"] == [http], "it never died of it"
    assert len(send(daemon).inserted) == 1


def given(pid):
    """How many descriptors it has that are no connection: those it was started with and those of the server."""
    names = []
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            names.append(os.readlink(link))
    connections = sum(name.startswith("socket:") for name in names)
    return len(names) - max(0, connections - 3)


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_not_answered_with_metrics_or_once(daemon, kind):
    answer = metrics.exchange(daemon.metrics_socket, GARBAGE[kind])
    assert answer.count(b"# EOF") <= 1
    assert answer == b"" or answer.startswith(b"HTTP/1.")


def test_who_does_not_read_is_hung_up_on(daemon):
    [http] = daemon.pids()["http"]
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            connection = stack.enter_context(metrics.connect(daemon.metrics_socket))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        assert metrics.families(daemon.metrics_socket)
    assert daemon.pids()["http"] == [http]


def test_mail_goes_on_without_it(daemon):
    with daemon.kept_down("http"):
        assert len(send(daemon).inserted) == 1
    wait_until(lambda: metrics_or_nothing(daemon), "metrics to be back")


# ---- what is written about it ----

def test_every_metric_is_explained(daemon):
    rows = re.findall(r"^\| `(signetd_\w+)` \| (\w+) \|([^|]*)\|", (REPOSITORY / "docs/metrics.md").read_text(),
                      re.MULTILINE)
    found = metrics.families(daemon.metrics_socket)
    table = re.findall(r'\.name = "(signetd_\w+)"', (REPOSITORY / "src/http/family.c").read_text())
    assert {name for name, *_ in rows} == set(found) == {*table, "signetd_build"}
    assert {name: kind for name, kind, _ in rows} == {name: family.type for name, family in found.items()}
    for name, _, labels in rows:
        shown = {label for sample in found[name].samples for label in sample.labels} - {"le"}
        assert not found[name].samples or shown == set(re.findall(r"`(\w+)`", labels)), name
