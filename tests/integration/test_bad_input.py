# SPDX-License-Identifier: ISC
"""What is wrong is named, with what to do about it, and leaves everything as it was."""

import json
import re

import pytest
from support.control import Control
from support.mta import Connection
from support.wait import wait_until

YES, NO, COULD_NOT = 0, 1, 2

LABEL_63 = "x" * 63
DOMAIN_253 = f"{LABEL_63}.{LABEL_63}.{LABEL_63}.{'x' * 61}"

NO_HANDLE = "sk_" + "0" * 32
NO_KEY = "dk_" + "0" * 32


@pytest.fixture(scope="module")
def daemon(as_root, signetd):
    return signetd(as_root)


@pytest.fixture(scope="module")
def keys(daemon):
    """{name: a key}: what the wrong requests are about."""
    return {
        "main": daemon.ctl("key", "create", "--domain", "bad.example", "--algorithm", "ed25519-sha256",
                           "--selector", "taken", "--alternate-selector", "taken2"),
        "other": daemon.ctl("key", "create", "--domain", "other.example", "--algorithm", "ed25519-sha256"),
        "active": daemon.create_key("active.example", "--algorithm", "ed25519-sha256"),
    }


@pytest.fixture
def control(daemon):
    with Control(daemon.control_socket) as control:
        yield control


def everything(daemon):
    """What a request that is refused must not touch."""
    with Control(daemon.control_socket) as control:
        keys = control.call("ListKeys")["keys"]
        return {"audit": control.call("ListAudit"),
                **{(key["domain"], key["id"], name): value for key in keys for name, value in key.items()}}


@pytest.fixture
def unchanged(daemon, keys):
    before = everything(daemon)
    yield
    assert everything(daemon) == before


# ---- domains ----

NO_DOMAINS = {
    "empty": ("", "empty"),
    "dot": (".", "labels"),
    "empty-label": ("a..example", "a..example"),
    "leading-dot": (".a.example", ".a.example"),
    "two-final-dots": ("a.example..", "a.example.."),
    "label-of-64": (f"{LABEL_63}x.example", "63"),
    "254-octets": (f"x{DOMAIN_253}", "253"),
    "one-label": ("example", "example"),
    "hyphen-first": ("-a.example", "-a.example"),
    "hyphen-last": ("a-.example", "a-.example"),
    "blank": ("a b.example", "a b.example"),
    "newline": ("a.example\n", "a.example"),
    "wildcard": ("*.a.example", "*.a.example"),
    "address": ("joe@a.example", "joe@a.example"),
    "underscore-domainkey": ("s._domainkey.a.example", "_domainkey"),
    "url": ("https://a.example/", "https://a.example/"),
    "ipv4": ("192.0.2.1", "192.0.2.1"),
    "ipv4-literal": ("[192.0.2.1]", "[192.0.2.1]"),
    "ipv6": ("2001:db8::1", "2001:db8::1"),
    "ipv6-literal": ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
    "fullwidth-slash": ("a\uff0fb.example", "a"),
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", NO_DOMAINS)
def test_a_domain_that_is_none(daemon, name):
    domain, said = NO_DOMAINS[name]
    done = daemon.run_ctl("key", "create", "--domain", domain)
    assert done.returncode == COULD_NOT and said in done.stderr and "domain" in done.stderr, done
    assert "\n" not in done.stderr.strip(), "one line"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("command", ["show", "activate", "check", "delete", "rotate"])
def test_a_domain_that_is_none_is_no_key_either(daemon, command):
    done = daemon.run_ctl("key", command, "a..example")
    assert done.returncode in (NO, COULD_NOT) and "a..example" in done.stderr, done


def test_a_selector_has_one_form(daemon):
    """As a domain: A-labels, small letters, no final dot."""
    key = daemon.ctl("key", "create", "--domain", "forms.example", "--algorithm", "ed25519-sha256",
                     "--selector", "Schl\u00fcssel", "--alternate-selector", "Two.Labels.")
    assert (key["selector"], key["alternate_selector"]) == ("xn--schlssel-95a", "two.labels")


def test_a_domain_is_one_in_any_form(daemon):
    """U-labels, A-labels, capitals, a final dot: the same domain."""
    key = daemon.create_key("M\u00fcnchen.Example.", "--algorithm", "ed25519-sha256")
    assert key["domain"] == "xn--mnchen-3ya.example"
    for form in ("m\u00fcnchen.example", "XN--MNCHEN-3YA.EXAMPLE", "M\u00dcNCHEN.example."):
        assert daemon.ctl("key", "show", form)["id"] == key["id"], form
        with Connection(daemon.milter_socket) as connection:
            assert connection.open_message(header=[("From", f" a@{form.rstrip('.')}"), ("Subject", " x")]) is None
            (_, field), = connection.end_message().inserted
            assert b"d=xn--mnchen-3ya.example;" in field


# ---- selectors ----

NO_SELECTORS = {
    "empty": "",
    "blank": "a b",
    "dot-first": ".a",
    "empty-label": "a..b",
    "hyphen-first": "-a",
    "hyphen-last": "a-",
    "label-of-64": "x" * 64,
    "at": "a@b",
    "semicolon": "a;b",
    "quote": 'a"b',
    "backslash": "a\\b",
    "wildcard": "*",
    "tag": "s=a",
    "newline": "a\nb",
    "too-long-for-the-name": f"{LABEL_63}.{LABEL_63}.{LABEL_63}.{LABEL_63}",
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("option", ["--selector", "--alternate-selector"])
@pytest.mark.parametrize("name", NO_SELECTORS)
def test_a_selector_that_is_none(daemon, name, option):
    selector = NO_SELECTORS[name]
    done = daemon.run_ctl("key", "create", "--domain", "odd.example", option, selector)
    assert done.returncode == COULD_NOT and "selector" in done.stderr, done
    assert "\n" not in done.stderr.strip(), "one line"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("selectors", "said"), [
    (["--selector", "taken"], '"taken" is used'),
    (["--selector", "TAKEN2"], '"taken2" is used'),
    (["--alternate-selector", "taken"], '"taken" is used'),
    (["--selector", "taken", "--org", "acme"], '"taken" is used'),
    (["--selector", "new", "--alternate-selector", "New"], "must differ"),
])
def test_a_selector_of_a_domain_is_used_once(daemon, selectors, said):
    done = daemon.run_ctl("key", "create", "--domain", "bad.example", *selectors)
    assert done.returncode in (NO, COULD_NOT) and said in done.stderr, done


# ---- keys and handles ----

@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("command", [
    ["show"], ["check"], ["activate"], ["activate", "--without-dns-check"], ["activate", "--dry-run"], ["deactivate"],
    ["delete"], ["rotate"], ["revoke", "--slot", "primary"], ["update", "--test-mode", "on"],
], ids=" ".join)
@pytest.mark.parametrize("key", [NO_KEY, "nobody.example", "dk_", "dk_xyz", NO_KEY + "0", NO_KEY.upper(), "", NO_HANDLE])
def test_a_key_that_is_none(daemon, command, key):
    done = daemon.run_ctl("key", command[0], key, *command[1:])
    assert done.returncode in (NO, COULD_NOT) and done.stderr, done
    if key == NO_HANDLE:
        assert NO_HANDLE not in done.stderr, "a handle is a capability, and logs are read by many"
    else:
        assert key.lower() in done.stderr.lower(), done


@pytest.mark.usefixtures("unchanged")
def test_a_handle_names_no_key(daemon, keys):
    handle = keys["main"]["private_key"]
    done = daemon.run_ctl("key", "show", handle)
    assert done.returncode != YES and "dk_" in done.stderr and handle not in done.stderr


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("handle", "said"), [
    (NO_HANDLE, "private_key"),
    ("sk_", "private_key"),
    ("sk_xyz", "private_key"),
    (NO_HANDLE + "00", "private_key"),
    (NO_KEY, "private_key"),
    ("", "private_key"),
    ("/etc/dkim/private.key", "import"),
    ("-----BEGIN PRIVATE KEY-----", "import"),
])
def test_a_handle_nobody_issued(daemon, handle, said):
    done = daemon.run_ctl("key", "create", "--domain", "bad.example", "--org", "acme", "--private-key", handle)
    assert done.returncode in (NO, COULD_NOT) and said in done.stderr, done


@pytest.mark.usefixtures("unchanged")
def test_a_handle_of_another_domain(daemon, keys):
    handle = keys["other"]["private_key"]
    done = daemon.run_ctl("key", "create", "--domain", "bad.example", "--org", "acme", "--private-key", handle)
    assert done.returncode == COULD_NOT and "other.example" in done.stderr and handle not in done.stderr, done


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("option", [
    ["--selector", "mine"], ["--alternate-selector", "mine"], ["--algorithm", "rsa-sha256"], ["--test-mode", "on"],
], ids=" ".join)
def test_who_joins_a_set_takes_it_as_it_is(daemon, keys, option):
    done = daemon.run_ctl("key", "create", "--domain", "bad.example", "--org", "acme",
                          "--private-key", keys["main"]["private_key"], *option)
    assert done.returncode == COULD_NOT and option[0][2:].replace("-", "_") in done.stderr, done


@pytest.mark.usefixtures("unchanged")
def test_an_organization_joins_a_set_once_for_a_match(daemon, keys):
    done = daemon.run_ctl("key", "create", "--domain", "bad.example", "--private-key", keys["main"]["private_key"])
    assert done.returncode == NO and "--match" in done.stderr, done


@pytest.mark.usefixtures("unchanged")
def test_an_active_key_is_not_deleted(daemon, keys):
    done = daemon.run_ctl("key", "delete", keys["active"]["id"])
    assert done.returncode == NO and "deactivate" in done.stderr


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("org", ["a b", "a\nb", "", "x" * 200, "\u00fc", "a;b", '"'])
def test_an_organization_that_is_none(daemon, org):
    done = daemon.run_ctl("key", "create", "--domain", "org.example", "--org", org)
    assert done.returncode == COULD_NOT and "org" in done.stderr, done


def test_one_set_serves_many_organizations(daemon):
    """Each has a record of its own; the set is one: its records are published once, its verdict holds for all."""
    first = daemon.ctl("key", "create", "--domain", "many.example", "--algorithm", "ed25519-sha256")
    joined = [daemon.ctl("key", "create", "--domain", "many.example", "--org", f"org{n}", "--private-key",
                         first[("private_key", "alternate_private_key")[n % 2]]) for n in range(4)]
    again = daemon.ctl("key", "create", "--domain", "many.example", "--org", "org0", "--match", "SubdomainsOnly",
                       "--private-key", first["private_key"])
    for key in [*joined, again]:
        assert key["id"] != first["id"]
        for same in ("selector", "alternate_selector", "private_key", "public_key", "alternate_public_key"):
            assert key[same] == first[same], same
    for key in joined[:2]:
        daemon.ctl("key", "activate", key["id"], "--without-dns-check")
    assert not daemon.ctl("key", "show", first["id"])["is_active"], "another organization's activation is not ours"
    for key in [*joined, again]:
        if key in joined[:2]:
            daemon.ctl("key", "deactivate", key["id"])
        daemon.ctl("key", "delete", key["id"])
    assert daemon.ctl("key", "show", first["id"])["public_key"] == first["public_key"], "the others only detached"
    # the rotation sees it a second later, when another test may look at everything
    wait_until(lambda: daemon.ctl("key", "show", first["id"])["safe_to_remove_at"], "the set to be without a signer")


# ---- over the control socket ----

BAD_CALLS = {
    "no-domain": ("CreateKey", {}, "domain"),
    "domain-is-a-number": ("CreateKey", {"domain": 7}, "domain"),
    "domain-is-null": ("CreateKey", {"domain": None}, "domain"),
    "domain-is-a-list": ("CreateKey", {"domain": ["a.example"]}, "domain"),
    "domain-with-nul": ("CreateKey", {"domain": "a\0.example"}, "u0000"),
    "domain-is-enormous": ("CreateKey", {"domain": "x" * 100000}, "domain"),
    "unknown-member": ("CreateKey", {"domain": "a.example", "colour": "red"}, "colour"),
    "match-is-unknown": ("CreateKey", {"domain": "a.example", "domain_match": "All"}, "domain_match"),
    "size-is-a-text": ("CreateKey", {"domain": "a.example", "key_size": "2048"}, "key_size"),
    "size-is-negative": ("CreateKey", {"domain": "a.example", "key_size": -2048}, "key_size"),
    "size-is-odd": ("CreateKey", {"domain": "a.example", "key_size": 2049}, "key_size"),
    "size-is-huge": ("CreateKey", {"domain": "a.example", "key_size": 2**40}, "key_size"),
    "size-is-a-fraction": ("CreateKey", {"domain": "a.example", "key_size": 2048.5}, "key_size"),
    "mode-is-a-text": ("CreateKey", {"domain": "a.example", "test_mode": "on"}, "test_mode"),
    "publication-is-unknown": ("CreateKey", {"domain": "a.example", "publication": "paper"}, "publication"),
    "no-zone-to-delegate-to": ("CreateKey", {"domain": "a.example", "publication": "delegated"}, "publication"),
    "id-is-a-number": ("ActivateKey", {"id": 7}, "id"),
    "dry-run-is-a-text": ("ActivateKey", {"id": NO_KEY, "dry_run": "yes"}, "dry_run"),
    "slot-is-unknown": ("RevokeKey", {"id": NO_KEY, "slot": "third"}, "slot"),
    "limit-is-negative": ("ListKeys", {"limit": -1}, "limit"),
    "limit-is-huge": ("ListKeys", {"limit": 10**9}, "limit"),
    "after-is-nothing-listed": ("ListKeys", {"after": "not a cursor"}, "after"),
    "import-without-a-file": ("ImportKey", {"domain": "a.example", "selector": "s"}, None),
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", BAD_CALLS)
def test_a_call_with_something_wrong(control, name):
    method, parameters, named = BAD_CALLS[name]
    control.send(method, **parameters)
    answer = control.receive_any()
    assert "error" in answer, answer
    if named:
        assert named in json.dumps(answer["parameters"]), answer
    assert control.call("Status")["keys"] >= 3, "the connection goes on"


@pytest.mark.usefixtures("unchanged")
def test_what_is_refused_is_told_in_printable_words(daemon):
    """A terminal is not to be driven by what somebody typed, or sent."""
    for domain in ("a\x1b[31mb.example", "a\x07.example", "a\u202eb.example", "\x9b.example"):
        done = daemon.run_ctl("key", "create", "--domain", domain)
        assert done.returncode == COULD_NOT
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stderr), done.stderr
