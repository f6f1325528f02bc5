"""What can be wrong with something a person wrote, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; only an error keeps a driver from being generated."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Location:
    """A place in a file. `pointer` is an RFC 6901 JSON Pointer; line and column count from 1."""

    file: str
    pointer: str = ""
    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Finding:
    """One thing to tell: `rule` is an id of `rules.RULES`, `hint` says what to write instead."""

    rule: str
    severity: Severity
    location: Location
    message: str
    hint: str = ""


class ScaffoldError(Exception):
    """Something that a user caused and can mend; the base of all such errors."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings))


class Conflict(ScaffoldError):
    """Files are there that only a person can decide about."""


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return those of severity error."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def pointer(*parts: str | int) -> str:
    """Return the JSON Pointer (RFC 6901) of `parts`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
