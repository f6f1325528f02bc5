"""Who the fake API is, how it pages, and how it misbehaves."""

from typing import Any

from scaffold.plan import constants as driver_constants
from scaffold.plan import expectations
from scaffold.plan.quoting import assignment, statement
from scaffold.plan.suite.facts import Facts
from scaffold.spec.placeholders import references

NOW = 1767225600  # 2026-01-01T00:00:00Z
ERRORS = """[
    (PermissionError("canary"), "permission"),
    (ConnectionResetError("canary"), "network"),
    (requests.ConnectTimeout("canary"), "timeout"),
    (TimeoutError("canary"), "timeout"),
    (requests.exceptions.SSLError("canary"), "network"),
    (KeyError("canary"), "unknown"),
    (ValueError("canary"), "validation"),
    (requests.HTTPError("canary"), "unknown"),
]"""
WORDS = {  # status -> what a message for it ends with
    401: " in osiris_connections.yaml",
    403: "; let these credentials read this resource",
    404: "; try again later, then look at the API's status page",
    422: "; compare config and spec with what the API has",
}
DEFIANT: dict[str, list[Any]] = (
    {  # format -> answers that no reading of the spec allows; lists are records
        "csv": [b"a,b\n1\n", b"a,a\n1,2\n", b"\xff\xfe\n", b'a\n"1\n'],
        "ndjson": [b"{", b"[1]\n", b"5\n", b"<html>"],
        "json": [b"", b"<html>", b'{"a": [', b"null", b"5", b'"text"', b"{}", [1], ["a"], [[]]],
    }
)


def constants(facts: Facts) -> list[str]:
    """Return all of them, as statements."""
    return _identity(facts) + _paging(facts) + _misbehaviour(facts)


def _identity(facts: Facts) -> list[str]:
    """Return who the API is and what it asks for."""
    spec, sources = facts.spec, {"connection": expectations.with_defaults(facts.spec)}
    lines = [
        f"NOW = datetime.fromtimestamp({NOW}, UTC)",
        f'EACH = "{expectations.EACH}"',
        assignment("CONNECTION", facts.connection, "secrets are canaries"),
        assignment("SECRETS", secrets(facts), "these may be shown nowhere"),
        'ECHO = " ".join(SECRETS).encode()  # what an API that tells secrets answers',
        assignment("HEADERS", expectations.value(spec.client.headers, sources)),
        assignment("NAME", facts.name, "the resource that most tests read"),
        assignment("REQUIRED", facts.required, "of a connection"),
        *(assignment(name, value) for name, value in facts.credentials.items()),
    ]
    if (root := expectations.root(spec)) is not None:
        lines.append(assignment("ROOT", root, "of the spec, without `base_url`"))
    if spec.doctor and spec.doctor.path is not None:
        path = expectations.text(spec.doctor.path.lstrip("/"), sources)
        sent = expectations.value(spec.client.params, sources)
        query = {n: expectations.query_text(v) for n, v in sent.items() if "{" not in str(v)}
        probe = (spec.doctor.method, f"{expectations.base_path(spec)}/{path}", query)
        lines.append(assignment("DOCTOR", probe))
    events = [event for event in driver_constants.EVENTS.items() if _happens(facts, event[0])]
    names = ", ".join(name for _, (name, _) in events)
    values = tuple(spec.events.get(point, usual) for point, (_, usual) in events)
    return [*lines, assignment(names, values)]


def _happens(facts: Facts, event: str) -> bool:
    return event != "discovery" or facts.spec.capabilities["discover"]


def secrets(facts: Facts) -> list[str]:
    """Return the secrets of the tests' connection."""
    names = [f.name for f in facts.spec.connection if f.sensitive and f.name in facts.connection]
    return sorted({str(facts.connection[name]) for name in names})


def groups(facts: Facts) -> dict[str, Any]:
    """Return which resources have which paging, by the constant's name; empty ones too."""
    by_type = {name: case["paging"] for name, case in facts.cases.items()}
    tops = {name: paging for name, paging in by_type.items() if not facts.cases[name]["parent"]}
    promises = ("has_more", "total", "total_pages")
    sized = [name for name, paging in by_type.items() if "size" in paging]
    fields = sorted({field for name in sized for field in facts.cases[name]["paged"]})
    return {
        "PAGED": facts.paged,
        "LYING": [n for n, p in by_type.items() if any(p.get(key) for key in promises)],
        "LINKED": _first(n for n, p in tops.items() if p["type"] in ("header_link", "next_url")),
        "NEXT_URL": _first(n for n, p in tops.items() if p["type"] == "next_url"),
        "TOTALLED": _first(n for n, p in tops.items() if p.get("total") or p.get("total_pages")),
        "SIZED": sized if len(fields) == 1 else [],
        "PAGE_FIELD": fields[0] if len(fields) == 1 else "",
        "UNTOLD": [
            n
            for n, p in by_type.items()
            if p.get("has_more") and p["type"] in ("counted", "keyset") and not _is_counted(p)
        ],
        "IN_PATHS": in_paths(facts),
    }


def _is_counted(paging: dict[str, Any]) -> bool:
    """Tell whether an answer says how many records or pages there are."""
    return bool(paging.get("total") or paging.get("total_pages"))


def _first(names: Any) -> str:
    return next(names, "")


def in_paths(facts: Facts) -> list[tuple[str, str]]:
    """Return child and parent's field for each value of a parent in a path."""
    return [
        (resource.name, ref.field)
        for resource in facts.order
        for ref in references(resource.path or "")
        if ref.root == "parent"
    ]


def _paging(facts: Facts) -> list[str]:
    notes = {"IN_PATHS": "a parent's fields"}
    lines = [
        assignment(name, value, notes.get(name, ""))
        for name, value in groups(facts).items()
        if value or name == "PAGED"
    ]
    if any(case["paging"]["type"] == "cursor" for case in facts.cases.values()):
        lines.append('END_CURSOR = ""')
    return lines


def _misbehaviour(facts: Facts) -> list[str]:
    """Return wrong answers and failures, and what has to come of them."""
    client, case = facts.spec.client, facts.cases[facts.name]
    defiant = DEFIANT[case["response"]] + ([b"[]"] if case["steps"] else [])
    if case["steps"] and expectations.EACH not in case["steps"]:
        defiant = [*defiant, {}]
    lines = [
        assignment("DEFIANT", defiant, "answers for NAME that are not as the spec says"),
        assignment("TIMEOUT", float(client.timeout), "seconds"),
        assignment("RETRIED", list(client.retry.statuses), "statuses"),
        assignment("MAX_ATTEMPTS", client.retry.max_attempts),
        f"INITIAL_WAIT, MAX_WAIT = {float(client.retry.initial_delay)!r}, "
        f"{float(client.retry.max_delay)!r}",
        assignment("INTERVAL", facts.interval, "seconds between requests, at least"),
        statement("ERRORS", ERRORS),
        assignment("WORDS", WORDS),
    ]
    optional = {
        "LIMITS": limits(facts),
        "BUDGETS": budgets(facts),
        "RATE_FIELD": client.rate_limit.connection_field,
        "PACE": own_pace(facts),
    }
    lines += [assignment(name, value) for name, value in optional.items() if value]
    if error := client.body_error:
        codes = {code: category for category, listed in error.codes.items() for code in listed}
        lines.append(assignment("BODY_ERROR", expectations.steps(error.path)))
        lines.append(assignment("BODY_ERRORS", codes | {"canary": "unknown"}))
    return lines


def limits(facts: Facts) -> list[str]:
    """Return the constants of the driver that bound a run."""
    given = facts.spec.limits
    found = {"MAX_ROWS": given.rows, "MAX_BYTES": given.size_mb}
    if facts.name in facts.paged:  # a single request is never late
        found["MAX_DURATION"] = given.duration_seconds
    return [name for name, limit in found.items() if limit is not None]


def budgets(facts: Facts) -> list[tuple[dict[str, str], float]]:
    """Return headers that tell what is left of the API's limit, and the pause that they ask for."""
    return expectations.budgets(facts.spec, NOW) if facts.name in facts.paged else []


def own_pace(facts: Facts) -> float:
    """Return the seconds between requests where the connection could say them but does not."""
    rate = facts.spec.client.rate_limit
    return 1 / rate.per_second if rate.connection_field and rate.per_second else 0.0
