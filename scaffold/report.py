"""Findings as text for people, as JSON for programs, as SARIF for code hosts."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, TextIO
from urllib.parse import quote

from scaffold.errors import Finding, Severity
from scaffold.rules import RULES

COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FORMAT = 1  # of the JSON report; grows when a key changes its meaning


def text(findings: Iterable[Finding], *, colour: bool = False) -> str:
    """Return `file:line:column: RULE severity: message` per finding, its hint indented below."""
    lines = []
    for finding in findings:
        place, severity = finding.location, str(finding.severity)
        if colour:
            severity = f"\x1b[{COLOURS[finding.severity]}m{severity}\x1b[0m"
        where = f"{_line(place.file)}:{place.line}:{place.column}"
        lines.append(f"{where}: {finding.rule} {severity}: {_line(finding.message)}")
        if finding.hint:
            lines.append(f"    hint: {_line(finding.hint)}")
    return "".join(line + "\n" for line in lines)


def as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as plain data.

    Keys: file, line, column, pointer (RFC 6901), rule, severity (error, warning, info), message,
    hint ("" if there is none).
    """
    return [
        {
            "file": finding.location.file,
            "line": finding.location.line,
            "column": finding.location.column,
            "pointer": finding.location.pointer,
            "rule": finding.rule,
            "severity": str(finding.severity),
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in findings
    ]


def json_report(findings: Sequence[Finding]) -> str:
    """Return `{"format": 1, "findings": [...], "errors": n, "warnings": n}`."""
    report = {
        "format": FORMAT,
        "findings": as_json(findings),
        "errors": sum(finding.severity is Severity.ERROR for finding in findings),
        "warnings": sum(finding.severity is Severity.WARNING for finding in findings),
    }
    return json.dumps(report, indent=2) + "\n"


def sarif(findings: Sequence[Finding]) -> str:
    """Return a SARIF 2.1.0 log with one run."""
    used = sorted({finding.rule for finding in findings})
    driver = {"name": "osiris-new", "rules": [_sarif_rule(rule) for rule in used]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding, used) for finding in findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def summary(findings: Sequence[Finding]) -> str:
    """Return e.g. `2 errors, 1 warning`, or `no findings`."""
    counts = [(severity, sum(f.severity is severity for f in findings)) for severity in Severity]
    words = {Severity.INFO: "note"}
    told = [_count(number, words.get(kind, str(kind))) for kind, number in counts if number]
    return ", ".join(told) or "no findings"


def wants_colour(stream: TextIO) -> bool:
    """Tell whether `stream` is a terminal of someone who has not set NO_COLOR."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _line(value: str) -> str:
    """Return `value` on one line that no terminal takes for commands."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() or c.isspace() else "?" for c in value))


def _sarif_rule(rule: str) -> dict[str, Any]:
    told = RULES[rule]
    return {
        "id": rule,
        "shortDescription": {"text": told.statement},
        "fullDescription": {"text": f"{told.statement} {told.why}"},
        "help": {"text": told.how},
    }


def _sarif_result(finding: Finding, used: list[str]) -> dict[str, Any]:
    place = finding.location
    message = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
    path = PurePath(place.file)
    uri = path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
    region = {"startLine": place.line, "startColumn": place.column}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}
    }
    if place.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": place.pointer, "kind": "member"}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": used.index(finding.rule),
        "level": SARIF_LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [location],
    }
