"""The constants at the top of a driver, in order, each with its unit and source."""

from typing import Any

from scaffold.plan import client, config, resources
from scaffold.plan.quoting import assignment, statement
from scaffold.plan.resources import Row
from scaffold.spec.model import ApiKeyAuth, BasicAuth, BearerAuth, ComponentSpec, OAuth2Auth
from scaffold.spec.placeholders import fields

SAMPLES = {
    "array": '["sample"]',
    "binary": "c2FtcGxl",
    "boolean": True,
    "date": "2025-01-31",
    "datetime": "2025-01-31T12:30:00Z",
    "decimal": "1.50",
    "epoch_milliseconds": 1738326600000,
    "epoch_seconds": 1738326600,
    "integer": 1,
    "number": 1.5,
    "object": '{"sample": 1}',
    "string": "sample",
    "time": "12:30:00",
}
EVENTS = {  # point -> constant, name when the spec has none
    "start": ("START", "extraction.start"),
    "progress": ("PROGRESS", "extraction.progress"),
    "complete": ("COMPLETE", "extraction.complete"),
    "error": ("FAILED", "extraction.error"),
    "discovery": ("DISCOVERED", "discovery.complete"),
}
PERIODS = {"second": 1, "minute": 60, "hour": 3600}


def constants(spec: ComponentSpec, plan: dict[str, Any], table: dict[str, Row]) -> list[str]:
    """Return the statements to print."""
    return [
        *_of_config(spec, plan),
        *_of_client(spec, plan),
        *_of_types(plan),
        *_events(plan, spec),
    ]


def _of_config(spec: ComponentSpec, plan: dict[str, Any]) -> list[str]:
    connection = {f.name for f in spec.connection}
    defaults = {n: v for n, v in resources.defaults(spec).items() if n not in connection}
    if (chunk := plan["chunk_field"]) and chunk not in defaults:
        defaults[chunk] = 10_000
    named = {
        "REQUIRED": (tuple(plan["required"]), "of a connection"),
        "CONNECTION_DEFAULTS": (
            client.connection_defaults(spec),
            "of what a connection leaves out",
        ),
        "OVERRIDES": (tuple(plan["overrides"]), "config fields that replace a connection's"),
        "WARN_OVERRIDES": (tuple(plan["override_warnings"]), "of these, those that are logged"),
        "FORBIDDEN": (tuple(plan["forbidden"]), "config may not replace these of a connection"),
        "REQUIRED_CONFIG": (tuple(plan["required_config"]), "spec: /configSchema/required"),
    }
    lines = [assignment(n, value, comment) for n, (value, comment) in named.items() if value]
    checks = statement(
        "CONFIG: dict[str, tuple[str, Callable[[Any], bool]]]",
        config.table(spec)[0],
        "field -> what it must be",
    )
    note = "config fields left out; spec: /configSchema"
    lines += [checks, assignment("DEFAULTS", defaults, note, annotation="dict[str, Any]")]
    if plan["shared_params"]:
        note = "of every resource's query"
        lines.append(assignment("PARAMS", plan["shared_params"], note, annotation="dict[str, Any]"))
    if plan["starts"]:
        lines.append(assignment("STARTS", plan["starts"], "config fields that are times"))
    if not plan["chunk_field"]:
        lines.append(
            assignment("CHUNK_SIZE", 10_000, "rows typed at a time").replace("10000", "10_000")
        )
    return lines


def _of_client(spec: ComponentSpec, plan: dict[str, Any]) -> list[str]:
    limits, rate, retry = spec.limits, spec.client.rate_limit, spec.client.retry
    header = rate.header
    lines = [
        f"TIMEOUT = {float(spec.client.timeout)!r}  # seconds to connect, and again for each read",
        f"MAX_ATTEMPTS, MAX_WAIT = {retry.max_attempts}, {float(retry.max_delay)!r}"
        "  # tries per request, the first included; seconds between two",
    ]
    if retry.declared:
        lines.append(assignment("RETRY_STATUSES", tuple(retry.statuses), "tried again"))
    if limits.rows is not None:
        lines.append(f"MAX_ROWS = {limits.rows:_}  # per run; spec: /limits/maxRows")
    if limits.size_mb is not None:
        lines.append(f"MAX_BYTES = {limits.size_mb:_} * 10**6  # received; spec: /limits/maxSizeMB")
    if limits.duration_seconds is not None:
        lines.append(
            f"MAX_DURATION = {limits.duration_seconds:_}"
            "  # seconds; spec: /limits/maxDurationSeconds"
        )
    if rate.per_second:
        lines.append(
            f"RATE = {_rate(rate.per_second)}  # requests per second; spec: /limits/rateLimit"
        )
    if header:
        lines.append(assignment("BUDGET_HEADER", header.header, "what the API says of its limit"))
        if header.form == "used/limit":
            note = "  # beyond this share of it, seconds between requests"
            lines.append(f"BUSY, BUSY_PAUSE = {header.threshold!r}, {float(header.delay)!r}{note}")
        else:
            note = "  # with so many requests left, seconds to pause"
            lines.append(
                f"FEW_LEFT, BUSY_PAUSE = {int(header.threshold)}, {float(header.delay)!r}{note}"
            )
        if header.reset_header:
            lines.append(assignment("RESET_HEADER", header.reset_header, "when it counts anew"))
            lines.append("LONGEST_PAUSE = 3600.0  # seconds, whatever the API says")
    if plan["auth_query"]:
        lines.append(assignment("KEY_PARAM", plan["key_param"]))
    if plan["body_error"] and spec.client.body_error:
        note = "category -> error codes in a body with status 200"
        codes = {category: tuple(c) for category, c in spec.client.body_error.codes.items()}
        lines.append(assignment("BODY_ERRORS", codes, note))
    if plan["fills"] or plan["fills_paths"]:
        own = ["page"] * plan["page_sizes"] + plan["instant_roots"]
        roots = "|".join(["connection", "config", "parent", *own])
        lines.append(f'PLACEHOLDER = re.compile(r"\\{{({roots})\\.([^{{}}\\s]+)\\}}")')
    return [*lines, *_errors(spec)]


def _rate(rate: float) -> str:
    """Return requests per second as a person would write them."""
    for period in PERIODS.values():
        if float(count := round(rate * period, 6)).is_integer() and count >= 1:
            return f"{int(count)} / {period}" if period > 1 else f"{float(count)!r}"
    return repr(rate)


def _errors(spec: ComponentSpec) -> list[str]:
    match spec.client.auth:
        case ApiKeyAuth() | BearerAuth() | BasicAuth() | OAuth2Auth() as auth:
            texts = [v for v in vars(auth).values() if isinstance(v, str)]
            names = list(dict.fromkeys(n for text in texts for n in fields(text, "connection")))
        case _:
            names = [f.name for f in spec.connection if f.secret]
    credentials = ", ".join(names) or "the credentials"
    host = client.split_base_url(spec.client.base_url or "")[0]
    hosts = ", ".join(fields(host, "connection")) or "base_url, if given,"
    categories = (
        "{"
        f'"auth": ((401,), (), {f"check {credentials} in osiris_connections.yaml"!r}),'
        '"permission": ((403,), (PermissionError,), "let these credentials read this resource"),'
        '"timeout": ((), (requests.Timeout, TimeoutError), "try again later"),'
        f'"network": ((), OUTAGES, {f"check {hosts} and the network"!r}),'
        '"validation": ((400, 422), (ValueError,),'
        ' "compare config and spec with what the API has"),'
        "}"
    )
    outages = (
        "(requests.ConnectionError, requests.exceptions.ChunkedEncodingError, ConnectionError)"
    )
    note = "category -> HTTP statuses, errors, what to do; the first that fits"
    types = "dict[str, tuple[tuple[int, ...], tuple[type[Exception], ...], str]]"
    return [f"OUTAGES = {outages}", statement(f"CATEGORIES: {types}", categories, note)]


def _of_types(plan: dict[str, Any]) -> list[str]:
    samples = {kind: SAMPLES[kind] for kind in plan["kinds"]}
    note = "type -> value of a dry run"
    lines = [assignment("SAMPLE", samples, note, annotation="dict[str, Any]")]
    if plan["types"]["boolean"]:
        texts = {"true": True, "false": False, "1": True, "0": False}
        lines.append(assignment("BOOLEANS", texts, "what APIs and CSV have for them"))
    if plan["dtypes"]:
        lines.append(assignment("DTYPES", plan["dtypes"], "type -> dtype; others are strings"))
    return lines


def _events(plan: dict[str, Any], spec: ComponentSpec) -> list[str]:
    points = [p for p in EVENTS if p != "discovery" or plan["discover"]]
    names = ", ".join(EVENTS[p][0] for p in points)
    values = tuple(spec.events.get(p, EVENTS[p][1]) for p in points)
    return [assignment(names, values, "events; spec: /loggingPolicy")]
