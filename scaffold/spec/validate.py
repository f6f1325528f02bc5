"""Document -> all findings: the schema first, then one function per rule across fields."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal, get_args

from scaffold.errors import Finding, Severity
from scaffold.spec import (
    checks_config,
    checks_kind,
    checks_placeholders,
    checks_requests,
    checks_resources,
    checks_strict,
    facts,
    lacking,
    schema,
)
from scaffold.spec.document import Document

Level = Literal["basic", "enhanced", "strict"]
Check = Callable[[Document], Iterator[Finding]]
LEVELS: tuple[Level, ...] = get_args(Level)
GENERATED = {"transport": ("rest",), "role": ("extractor",)}

CHECKS: dict[Level, tuple[Check, ...]] = {
    "basic": (
        *checks_kind.CHECKS,
        *checks_placeholders.CHECKS,
        *checks_requests.CHECKS,
        *checks_resources.CHECKS,
        *checks_config.BASIC,
    ),
    "enhanced": checks_config.ENHANCED,
    "strict": checks_strict.CHECKS,
}


def validate(document: Document, level: Level = "enhanced") -> list[Finding]:
    """Return all findings up to `level`, in the order of the text."""
    findings, sound = schema.check(document)
    trimmed = replace(document, data=sound)
    for step in LEVELS[: LEVELS.index(level) + 1]:
        for check in CHECKS[step]:
            findings += check(trimmed)
    findings += list(_not_generated(trimmed, Severity.INFO)) or list(lacking.findings(trimmed))
    return _sorted(findings)


def generation_findings(document: Document) -> list[Finding]:
    """Return all findings that matter for a driver; what is not generated is an error here."""
    told = ("SPEC-022", "SPEC-023")  # as errors below, and as stubs once it is generated
    kept = [finding for finding in validate(document) if finding.rule not in told]
    sound = replace(document, data=schema.check(document)[1])
    return _sorted([*kept, *_not_generated(sound, Severity.ERROR)])


def _not_generated(document: Document, severity: Severity) -> Iterator[Finding]:
    data = document.data
    transport, why = facts.transport(data)
    role, _ = facts.role(data)
    supported = "generated so far: REST extractors"
    write = "; if it is one, write 'x-driver: {transport: rest, ...}'"
    if role not in GENERATED["role"]:
        message = f"a {role} is not generated yet"
        at = "/role" if "role" in data else "/modes"
        yield document.finding("SPEC-022", at, message, supported, severity=severity)
    if transport not in GENERATED["transport"]:
        message = f"transport {transport} is not generated yet ({why})"
        hint = supported + (write if transport == "custom" else "")
        at = "/x-driver/transport"
        yield document.finding("SPEC-022", at, message, hint, severity=severity)


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(
        dict.fromkeys(findings),
        key=lambda f: (f.location.line, f.location.column, f.rule, f.message),
    )
