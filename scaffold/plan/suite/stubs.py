"""Tests that wait: of what a spec does not say and a person or an agent fills in."""

from typing import Any

from scaffold.plan import constants as driver_constants
from scaffold.plan import paginators, resources, samples
from scaffold.plan.quoting import assignment, statement
from scaffold.plan.suite import api, config, imports, values
from scaffold.plan.suite.facts import Facts
from scaffold.spec.model import ComponentSpec

Plan = dict[str, Any]
SHARED_TABLES = (
    "REQUIRED_CONFIG",
    "OPTIONAL",
    "WRONG_CONFIG",
    "RIGHT_CONFIG",
    "BROKEN",
    "KEPT",
    "NEEDED",
)


def unknown_api(spec: ComponentSpec) -> bool:
    """Tell whether the spec leaves out where requests go, so that no fake API can be made."""
    return spec.client.base_url is None or any(r.path is None for r in spec.resources)


def plan(facts: Facts) -> Plan:
    """Return what the tests of stubs print, in whichever suite they are."""
    found = facts.stubs
    parts = paginators.paginators(facts.spec)[0]
    custom = next((part for part in parts if part["stub"]), {"function": "", "arguments": ""})
    sends = [name for name in ("root", "authenticate", "first") if found[name]]
    return {
        "stubs": any(found.values()),
        "waits_to_send": ", ".join(f'"{name}"' for name in sends),
        "waits_to_probe": ", ".join(f'"{name}"' for name in [*sends, "check_health"]),
        "stub": found,
        "next_page": _call(custom["function"], custom["arguments"]),
        "parent_argument": ", {}" if any(r.parent for r in facts.spec.resources) else "",
        "sent_fields": bool(sent_fields(facts)),
        "several": len(facts.cases) > 1,
    }


def _call(function: str, arguments: str) -> str:
    """Return the call of a paginator with what the test has."""
    given = {"records": "found", "rows": "len(found)"}
    return f"{function}({', '.join(given.get(a, a) for a in arguments.split(', '))})"


def constants(facts: Facts) -> list[str]:
    """Return the constants that only the tests of stubs read."""
    found, lines = facts.stubs, list[str]()
    keys = [f.name for f in facts.spec.connection if f.secret and f.name in facts.connection]
    if found["authenticate"]:
        lines.append(assignment("KEYS", [facts.connection[name] for name in keys], "credentials"))
    if found["first"] and sent_fields(facts):
        lines.append(assignment("SENT", sent_fields(facts), "resource -> config that it may send"))
    if found["records"]:
        lines.append(
            "# resource -> an answer of the API and how many records it has: paste one here"
        )
        lines.append("ANSWERS: dict[str, tuple[Any, int]] = {}")
    return lines


def sent_fields(facts: Facts) -> dict[str, Any]:
    """Return for each config field that a request may send a value other than its default."""
    spec = facts.spec
    others = {spec.resource_field, "dry_run", facts.chunk_field}
    found: dict[str, Any] = {}
    for field in spec.config:
        chosen = [v for v in samples.right(field.schema) if v != field.schema.get("default")]
        if field.name not in others and chosen:
            found[field.name] = chosen[-1]
    return found


def suite(facts: Facts) -> Plan:
    """Return the plan of a suite for a driver whose API nobody knows yet."""
    spec, tables = facts.spec, config.tables(facts)
    configs = {
        resource.name: (samples.config(spec, resource), resources.columns(spec, resource))
        for resource in facts.order
    }
    members = ", ".join(f"{n!r}: Case({c!r}, {fields!r})" for n, (c, fields) in configs.items())
    return {
        "constants": [*_constants(facts, tables), *constants(facts)],
        "cases": statement("CASES", f"{{{members}}}"),
        "imports": imports.stub_imports(facts),
        "pandas": any("pd." in values.SAMPLES[kind] for kind in facts.kinds),
        "required": bool(facts.required),
        "not_null": any(not field.nullable for r in spec.resources for field in r.fields),
        "problems": bool(facts.required or tables["REQUIRED_CONFIG"]),
        **{name.lower(): bool(tables[name]) for name in SHARED_TABLES},
        **plan(facts),
    }


def _constants(facts: Facts, tables: Plan) -> list[str]:
    """Return what the tests need that wait for no stub."""
    retry, events = facts.spec.client.retry, facts.spec.events
    discovered = events.get("discovery", driver_constants.EVENTS["discovery"][1])
    notes = {"WRONG_CONFIG": "field -> what it must be, values that are not"}
    lines = [
        f"NOW = datetime.fromtimestamp({api.NOW}, UTC)",
        assignment("CONNECTION", facts.connection, "secrets are canaries"),
        assignment("SECRETS", api.secrets(facts), "these may be shown nowhere"),
        assignment("NAME", facts.name, "the resource that most tests read"),
        assignment("REQUIRED", facts.required, "of a connection"),
        assignment("RETRIED", list(retry.statuses), "statuses"),
        assignment("MAX_ATTEMPTS", retry.max_attempts),
    ]
    lines += [assignment("DISCOVERED", discovered)] if facts.spec.capabilities["discover"] else []
    lines += values.of_frames(facts)
    lines += [
        assignment(name, tables[name], notes.get(name, ""))
        for name in SHARED_TABLES
        if tables[name] or name == "REQUIRED_CONFIG"
    ]
    return lines
