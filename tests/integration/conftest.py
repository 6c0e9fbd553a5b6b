# SPDX-License-Identifier: ISC
"""The fixtures. What is costly and has no memory of a test is made once per run (and per xdist worker)."""

import contextlib
import os

import pytest
from support.daemon import Signetd, reachable_programs
from support.internet import Internet
from support.place import I_AM_ROOT, NOBODY, short_directory
from support.postfix import Postfix
from support.resolving import Resolving
from support.sendmail import Sendmail
from support.servers import Servers
from support.sink import Sink
from support.twins import Twins
from support.verify import Judges

_END_OF_A_LOG = 6000  # characters that a failed test shows

# The modules that take longest, these first: a worker that begins with one of them at the end leaves the others idle.
_LONG = ("test_dns.py", "test_protocol.py", "test_churn.py", "test_corpus.py", "test_reload.py", "test_rotation.py",
         "test_tampering.py", "test_systemd.py", "test_control.py", "test_views.py", "test_internet.py",
         "test_delivery.py", "test_guides.py", "test_scarcity.py", "test_rekey.py", "test_metrics.py")
_running = []  # whose logs those are


def pytest_collection_modifyitems(items):
    """Long modules first, and otherwise as they were."""
    items.sort(key=lambda item: _LONG.index(item.path.name) if item.path.name in _LONG else len(_LONG))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Show the end of every server's log under a failure."""
    report = (yield).get_result()
    if report.failed:
        report.sections += [(f"log of {type(one).__name__}", _end_of_log(one)) for one in _running]


def _end_of_log(one):
    try:
        return one.log[-_END_OF_A_LOG:]
    except OSError as error:  # it is gone with what wrote it
        return str(error)


@pytest.fixture(scope="session")
def servers():
    """The unpacked Postfix, Sendmail, BIND and Knot DNS."""
    return Servers()


@pytest.fixture(scope="session")
def names(servers):
    """DNS as the tests publish it, and the place where it is seen (support/resolving.py)."""
    with short_directory() as directory:
        resolving = Resolving(servers.bind, directory)
        yield resolving
        resolving.close()


@pytest.fixture(scope="session")
def internet(servers):
    """A resolver, a root, and the zones that tests make (support/internet.py)."""
    with short_directory() as directory:
        internet = Internet(servers, directory)
        _running.append(internet.resolver)
        yield internet
        internet.close()


@pytest.fixture
def zone(internet):
    """zone(name, …, as support/internet.py has it): a zone of the test's own, gone at its end."""
    zones = []

    def make(name, *arguments, **options):
        zones.append(internet.zone(name, *arguments, **options))
        return zones[-1]

    yield make
    for made in reversed(zones):
        internet.remove_zone(made)


@pytest.fixture(scope="session")
def judges(names):
    """The foreign verifiers."""
    judges = Judges(names)
    yield judges
    judges.close()


@pytest.fixture(scope="module")
def place():
    """place(owner=None): a new short directory, gone at the end of the module."""
    with contextlib.ExitStack() as stack:
        yield lambda owner=None: stack.enter_context(short_directory(owner))


@pytest.fixture(scope="module")
def make_sink():
    """make_sink(**options): a sink of one's own."""
    sinks = []

    def make(**options):
        sinks.append(Sink(**options))
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.close()


@pytest.fixture(scope="module")
def sink(make_sink):
    """Where the module's mail arrives."""
    return make_sink()


@pytest.fixture(scope="module")
def postfix(servers, place, sink):
    """postfix(milter="", sink=…, knobs={}, services=(), sasl=None): a running Postfix."""
    _need_root("Postfix")
    running = []

    def start(milter="", sink=sink, knobs=None, services=(), sasl=None):
        running.append(Postfix(servers.postfix, place(), sink.port, milter, knobs, services, sasl))
        return _start(running[-1])

    yield start
    _close_all(running)


@pytest.fixture(scope="module")
def sendmail(servers, place, sink):
    """sendmail(milter="", sink=…, knobs=(), files={}): a running Sendmail."""
    _need_root("Sendmail")
    running = []

    def start(milter="", sink=sink, knobs=(), files=None):
        running.append(Sendmail(servers.sendmail, place(), sink.port, milter, knobs, files))
        return _start(running[-1])

    yield start
    _close_all(running)


@pytest.fixture(scope="session")
def programs():
    """The built programs, where every user can start them."""
    with reachable_programs() as directory:
        yield directory


@pytest.fixture(scope="module")
def signetd(programs, place):
    """signetd(as_root=False, settings={}, listener={}, …, as support/daemon.py has it): a running daemon. It must stop in peace at the end."""
    running = []

    def start(as_root=False, settings=None, listener=None, **more):
        owner = NOBODY if I_AM_ROOT and not as_root else None
        running.append(Signetd(programs, place(owner), as_root, settings, listener, **more))
        return _start(running[-1])

    yield start
    _close_all(running)


@pytest.fixture(scope="module")
def twins(signetd, place, names, judges):
    """Two daemons, of relaxed/relaxed and of simple/simple."""
    twins = Twins(signetd, place, names, judges)
    yield twins
    twins.close()


@pytest.fixture(scope="module", params=["root", "ordinary-user"])
def as_root(request):
    """Both ways to run the daemon."""
    if request.param == "root":
        _need_root("a daemon with a user per role")
    return request.param == "root"


def _need_root(what):
    if not I_AM_ROOT:
        pytest.skip(f"{what} needs root, and these tests run as uid {os.geteuid()}")


def _start(thing):
    _running.append(thing)
    return thing.start()


def _close_all(things):
    with contextlib.ExitStack() as stack:
        for thing in things:
            stack.callback(thing.close)
            _running.remove(thing)
