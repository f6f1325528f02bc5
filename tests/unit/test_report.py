"""Findings as text, JSON and SARIF."""

import io
import json
import os

import pytest

from scaffold import report
from scaffold.errors import Finding, Location, Severity

BAD = Finding("SPEC-011", Severity.ERROR, Location("a b.yaml", "/x/y", 3, 5), "unknown", "try z")
FINE = Finding("SPEC-041", Severity.INFO, Location("/c.yaml"), "two\nlines\x1b[31m")


def test_text() -> None:
    assert report.text([BAD, FINE]) == (
        "a b.yaml:3:5: SPEC-011 error: unknown\n"
        "    hint: try z\n"
        "/c.yaml:1:1: SPEC-041 info: two lines?[31m\n"
    )


def test_colour_marks_the_severity_only() -> None:
    coloured = report.text([BAD], colour=True)

    assert "\x1b[31merror\x1b[0m" in coloured
    assert coloured.replace("\x1b[31m", "").replace("\x1b[0m", "") == report.text([BAD])


def test_json() -> None:
    assert json.loads(report.json_report([BAD, FINE])) == {
        "format": 1,
        "findings": [
            {
                "file": "a b.yaml",
                "line": 3,
                "column": 5,
                "pointer": "/x/y",
                "rule": "SPEC-011",
                "severity": "error",
                "message": "unknown",
                "hint": "try z",
            },
            {
                "file": "/c.yaml",
                "line": 1,
                "column": 1,
                "pointer": "",
                "rule": "SPEC-041",
                "severity": "info",
                "message": FINE.message,
                "hint": "",
            },
        ],
        "errors": 1,
        "warnings": 0,
    }


def test_sarif() -> None:
    log = json.loads(report.sarif([BAD, FINE, BAD]))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == ["SPEC-011", "SPEC-041"]
    assert [result["level"] for result in run["results"]] == ["error", "note", "error"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    physical = run["results"][0]["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "a%20b.yaml"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    absolute = run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert absolute == {"uri": "file:///c.yaml"}
    assert "try z" in run["results"][0]["message"]["text"]


def test_sarif_without_findings_has_a_run() -> None:
    assert json.loads(report.sarif([]))["runs"][0]["results"] == []


def test_a_file_name_of_any_bytes_is_told() -> None:
    name = os.fsdecode(b"\xff: \n.yaml")
    finding = Finding("SPEC-011", Severity.ERROR, Location(name), "unknown")
    (result,) = json.loads(report.sarif([finding]))["runs"][0]["results"]

    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "%FF%3A%20%0A.yaml"}
    assert report.text([finding]).startswith("?: .yaml:1:1: ")
    assert json.loads(report.json_report([finding]))["findings"][0]["file"] == name


def test_summary() -> None:
    assert report.summary([]) == "no findings"
    assert report.summary([BAD, BAD, FINE]) == "2 errors, 1 note"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_colour_only_on_a_terminal_without_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert report.wants_colour(Terminal())
    assert not report.wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not report.wants_colour(Terminal())
