"""The suite of a REST extractor: constants, cases, and which tests it has."""

from typing import Any

from scaffold.plan import expectations
from scaffold.plan.quoting import block, statement
from scaffold.plan.suite import api, cases, config, imports, stubs, values
from scaffold.plan.suite.facts import Facts
from scaffold.spec.model import ComponentSpec

Plan = dict[str, Any]
FOLLOWS = {  # paging -> what the fake API does
    "counted": "counts pages",
    "cursor": "hands out cursors",
    "header_cursor": "hands out cursors in a header",
    "header_link": "links to the next page",
    "keyset": "continues after a record",
    "next_url": "names the next page's URL",
    "single_page": "answers in one page",
}
METRICS = {  # name -> unit
    "rows_read": "rows",
    "bytes_processed": "bytes",
    "duration_ms": "ms",
    "memory_mb": "MB",
    "errors": "errors",
    "api_calls": "calls",
    "api_calls_made": "calls",
    "rate_limit_hits": "hits",
}
MEASURES = {  # metric -> what it has to be after some failures
    "bytes_processed": "sum(map(len, api.sent))",
    "duration_ms": "(api.clock.time - 100) * 1000",
    "errors": "tries",
    "rate_limit_hits": "min(tries, 1)",
}


def suite_plan(spec: ComponentSpec) -> Plan:
    """Return what the suite prints, without the import of the driver."""
    facts = Facts(spec)
    kinds = sorted({case["paging"]["type"] for case in facts.cases.values()})
    parts = [f"tests/parts/paging/{kind}.jinja" for kind in kinds]
    if {"header_link", "next_url"} & set(kinds):
        parts.append("tests/parts/paging/following.jinja")
    functions = ", ".join(f"{kind!r}: {kind}" for kind in kinds)
    return {
        "constants": [
            *api.constants(facts),
            *values.constants(facts),
            *config.constants(facts),
            *stubs.constants(facts),
        ],
        "cases": cases.table(facts.cases),
        "follows": ", ".join(FOLLOWS[kind] for kind in kinds),
        "paging_parts": parts,
        "paging": statement("PAGING", f"{{{functions}}}"),
        "imports": imports.imports(facts),
        **stubs.plan(facts),
        **_of_api(facts),
        **_of_tables(facts),
        **_of_metrics(facts),
    }


def _of_api(facts: Facts) -> Plan:
    """Return what the API is like."""
    spec, oauth = facts.spec, facts.oauth
    formats = {case["response"] for case in facts.cases.values()}
    return {
        "auth_header": "AUTH_HEADER" in facts.credentials,
        "auth_query": "AUTH_QUERY" in facts.credentials,
        "oauth": oauth,
        "secret_urls": facts.secret_urls,
        "all_calls": "len(api.calls) + len(api.token_calls)" if oauth else "len(api.calls)",
        "sockets": "2" if oauth else "1",
        "tries": '(2 if category == "auth" else tries)' if oauth else "tries",
        "doctor_tries": '(2 if category == "auth" else 1)' if oauth else "1",
        "ndjson": "ndjson" in formats,
        "csv": "csv" in formats,
        "doctor_path": spec.doctor is not None and spec.doctor.path is not None,
        "streaming": spec.capabilities["streaming"] and bool(facts.chunk_field),
        "csv_case": facts.cases[facts.name]["response"] == "csv" and bool(facts.free_fields),
        "json_case": facts.cases[facts.name]["response"] != "csv" and bool(facts.free_fields),
        "interval": facts.interval > 0,
        "pace": api.own_pace(facts) > 0,
        "required": bool(facts.required),
        "root": expectations.root(spec) is not None,
    }


def _of_tables(facts: Facts) -> Plan:
    """Return which tables have something in them, and with it the tests that read them."""
    groups, tables = api.groups(facts), config.tables(facts)
    not_null = any(not field.nullable for r in facts.spec.resources for field in r.fields)
    stops = [facts.cases[name]["paging"].get("stop") for name in facts.paged]
    return {
        "any_length": any(stop != "short" for stop in stops),
        "spellings": bool(values.spellings(facts)),
        "bad_values": bool(values.bad_values(facts)),
        "not_null": not_null,
        "budget": bool(api.budgets(facts)),
        "limits": bool(api.limits(facts)),
        "late": "MAX_DURATION" in api.limits(facts),
        "max_rows": facts.spec.limits.rows is not None,
        "max_bytes": facts.spec.limits.size_mb is not None,
        "problems": bool(facts.required or tables["REQUIRED_CONFIG"]),
        **{name.lower(): bool(value) for name, value in {**groups, **tables}.items()},
        "chunk_field": facts.chunk_field,
    }


def _of_metrics(facts: Facts) -> Plan:
    """Return the metrics and what is expected of them."""
    metrics = facts.spec.metrics
    expected = ", ".join(f'"{m}": {MEASURES[m]}' for m in metrics if m in MEASURES)
    shown = block(f"METRICS = {[(m, METRICS[m]) for m in metrics]!r}", 0)
    return {
        "metrics": shown.removeprefix("METRICS = "),
        "calls_metric": next((m for m in metrics if m in ("api_calls", "api_calls_made")), ""),
        "memory": "memory_mb" in metrics,
        "measured": block(f"expected = {{{expected}}}", 4) if expected else "",
    }
