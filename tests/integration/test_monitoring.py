# SPDX-License-Identifier: ISC
"""contrib/: the alerts and the dashboard ask for metrics that there are, and each alert comes when it should."""

import json
import re
import subprocess

import pytest
from support import metrics
from support.servers import REPOSITORY

RULES = REPOSITORY / "contrib/prometheus/signetd.rules.yml"
DASHBOARD = REPOSITORY / "contrib/grafana/signetd.json"
NAME = r"\bsignetd_[a-z_]+\b"


@pytest.fixture(scope="module")
def promtool(servers):
    """promtool(*arguments, input=None): what it prints; it must find nothing wrong."""
    def run(*arguments, input=None):
        done = subprocess.run([servers.prometheus / "usr/bin/promtool", *map(str, arguments)], input=input, text=True,
                              capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr
    return run


@pytest.fixture(scope="module")
def daemon(signetd):
    return signetd(settings={"metrics": True})


def queries():
    """Every expression of both, with where it is from."""
    for number, text in enumerate(re.findall(r"^ +expr: (?:>-\n)?((?:.*\n)(?: {10}.*\n)*)", RULES.read_text(), re.M)):
        yield f"rule {number}", text
    board = json.loads(DASHBOARD.read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in board["templating"]["list"]:
        yield variable["name"], variable.get("definition", "")


def label_values(families):
    """{name of a sample: {label: its values}}"""
    found = {}
    for family in families.values():
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def test_they_ask_for_what_there_is(daemon):
    families = metrics.families(daemon.metrics_socket)
    known = label_values(families)
    names = set(known) | {name for name, family in families.items() if not family.samples}
    asked = {name for _, query in queries() for name in re.findall(NAME, query)}
    assert len(asked) > 20
    assert asked <= names, asked - names


def test_they_compare_with_values_that_there_are(daemon):
    known = label_values(metrics.families(daemon.metrics_socket))
    compared = 0
    for place, query in queries():
        for name, selector in re.findall(rf"({NAME}){{([^}}]*)}}", query):
            for label, _, text in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', selector):
                if label == "instance":
                    continue
                compared += 1
                assert set(text.split("|")) <= known[name][label], (place, name, label)
    assert compared > 8


def test_what_the_dashboard_groups_by_is_a_label(daemon):
    known = label_values(metrics.families(daemon.metrics_socket))
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                assert all(label in known[name] for name in re.findall(NAME, target["expr"])), (panel["title"], label)


def test_prometheus_takes_the_rules(promtool):
    assert "SUCCESS" in promtool("check", "rules", RULES)


def test_prometheus_finds_nothing_wrong_with_the_names(daemon, promtool):
    promtool("check", "metrics", input=metrics.ask(daemon.metrics_socket, accept="text/plain").text)


# ---- when they come ----

DAY = 1440  # minutes
HEALTHY = {
    'signetd_build_info': "1",
    'signetd_children{role="vault"}': "1",
    'signetd_children_ready{role="vault"}': "1",
    'signetd_child_restarts_total{role="vault"}': "0",
    'signetd_child_restarts_total{role="milter"}': "0",
    'signetd_connections_refused_total': "0",
    'signetd_messages_total{decision="tempfail",reason="vault-timeout"}': "0",
    'signetd_messages_total{decision="sign",reason="signed"}': "0+60x{n}",
    'signetd_messages_total{decision="skip",reason="not-ours"}': "0+600x{n}",
    'signetd_messages_total{decision="skip",reason="no-key"}': "0+1x{n}",
    'signetd_answer_seconds_bucket{le="0.001"}': "0+60x{n}",
    'signetd_answer_seconds_bucket{le="1.0"}': "0+60x{n}",
    'signetd_answer_seconds_bucket{le="10.0"}': "0+60x{n}",
    'signetd_answer_seconds_bucket{le="+Inf"}': "0+60x{n}",
    'signetd_troubles{kind="dns"}': "0",
    'signetd_troubles{kind="publication"}': "0",
    'signetd_troubles{kind="rotation"}': "0",
    'signetd_next_rotation_timestamp_seconds': "9000000",
    'signetd_oldest_dns_check_timestamp_seconds': "0+60x{n}",
    'signetd_keeper_measured_timestamp_seconds': "0+60x{n}",
    'signetd_log_dropped_lines_total{role="milter"}': "0",
}
# {alert: (what is then different, after how many minutes it is there at the latest)}
SICK = {
    "SignetdGone": ({"signetd_build_info": None}, 10),
    "SignetdChildAway": ({'signetd_children_ready{role="vault"}': "0"}, 10),
    "SignetdVaultRestarting": ({'signetd_child_restarts_total{role="vault"}': "0+1x{n}"}, 10),
    "SignetdRestarting": ({'signetd_child_restarts_total{role="milter"}': "0+1x{n}"}, 10),
    "SignetdMailPutOff": ({'signetd_messages_total{decision="tempfail",reason="vault-timeout"}': "0+1x{n}"}, 15),
    "SignetdConnectionsRefused": ({"signetd_connections_refused_total": "0+1x{n}"}, 5),
    "SignetdMailUnsigned": ({'signetd_messages_total{decision="skip",reason="no-key"}': "0+30x{n}"}, 40),
    "SignetdSlow": ({'signetd_answer_seconds_bucket{le="0.001"}': "0+50x{n}",
                     'signetd_answer_seconds_bucket{le="1.0"}': "0+50x{n}"}, 20),
    "SignetdRecordVanished": ({'signetd_troubles{kind="dns"}': "1"}, 20),
    "SignetdPublicationFailed": ({'signetd_troubles{kind="publication"}': "1"}, 65),
    "SignetdRotationStuck": ({'signetd_troubles{kind="rotation"}': "1"}, 65),
    "SignetdRotationOverdue": ({"signetd_next_rotation_timestamp_seconds": "60"}, DAY + 70),
    "SignetdDnsChecksOld": ({"signetd_oldest_dns_check_timestamp_seconds": "60"}, 3 * DAY + 70),
    "SignetdKeeperSilent": ({"signetd_keeper_measured_timestamp_seconds": "60"}, 40),
    "SignetdLogLinesLost": ({'signetd_log_dropped_lines_total{role="milter"}': "0+1x{n}"}, 5),
}


def check_alerts(promtool, directory, series, minutes, expected):
    """expected: {alert: is it there after so many minutes?} The clock begins at 0, with a sample every minute."""
    values = {name: (value if "x" in value else f"{value}x{{n}}").format(n=minutes) for name, value in series.items()
              if value is not None}
    case = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [{
        "interval": "1m",
        "input_series": [{"series": name, "values": value} for name, value in values.items()],
        "alert_rule_test": [], "promql_expr_test": [
            {"expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
             "eval_time": f"{minutes}m", "exp_samples": [{"labels": "{}", "value": int(is_there)}]}
            for alert, is_there in expected.items()]}]}
    path = directory / "case.json"  # which is YAML, too
    path.write_text(json.dumps(case))
    promtool("test", "rules", path)


def test_every_alert_is_tried():
    assert set(SICK) == set(re.findall(r"- alert: (\w+)", RULES.read_text()))


def test_no_alert_comes_when_all_is_well(promtool, tmp_path):
    check_alerts(promtool, tmp_path, HEALTHY, 200, dict.fromkeys(SICK, False))


@pytest.mark.parametrize("alert", SICK)
def test_an_alert_comes_alone(promtool, tmp_path, alert):
    different, minutes = SICK[alert]
    check_alerts(promtool, tmp_path, {**HEALTHY, **different}, minutes, {name: name == alert for name in SICK})
