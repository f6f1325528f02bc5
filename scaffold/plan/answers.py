"""How a REST extractor reads answers: decoding, data selectors, the types of columns."""

from typing import Any

from scaffold.plan import quoting, resources
from scaffold.plan.selectors import selector_expression
from scaffold.spec.model import ComponentSpec

Plan = dict[str, Any]
DTYPES = {"boolean": "boolean", "integer": "Int64", "number": "Float64"} | dict.fromkeys(
    ("binary", "date", "decimal", "time"), "object"
)  # of columns; other types are strings
PARSERS = {  # type -> Python types that fit as they are, how the rest is read
    "any": "{str}, lambda value: json.dumps(value) if isinstance(value, dict | list) else value",
    "binary": "set(), lambda value: b64decode(_text(value), validate=True)",
    "boolean": "{bool}, lambda value: BOOLEANS[_text(value).lower()]",
    "date": "set(), lambda value: date.fromisoformat(_text(value))",
    "decimal": "set(), lambda value: Decimal(_text(value))",
    "epoch_milliseconds": "set(), lambda value: round(Decimal(_text(value)) * 10**3)",
    "epoch_seconds": "set(), lambda value: round(Decimal(_text(value)) * 10**6)",
    "integer": "{int}, _integer",
    "number": "{float, int}, lambda value: float(_text(value))",
    "time": "set(), lambda value: time_of_day.fromisoformat(_text(value))",
}


def records(spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
    """Return how an answer is decoded and where its records are."""
    formats = {resource.response for resource in spec.resources}
    decoders = {"json": "_body", "ndjson": "_lines", "csv": "_rows"}
    selectors = {row["records"] for row in table.values()}
    stub = None in selectors
    body = f"{decoders[next(iter(formats))]}(response)"
    if len(formats) > 1:
        pairs = ", ".join(f'"{f}": {decoders[f]}' for f in sorted(formats, reverse=True))
        body = f"{{{pairs}}}[resource.response](response)"
    select = "resource.records(body)"
    if len(selectors) == 1 and not stub:
        select = selector_expression(next(iter(selectors)))
    return {
        "json": "json" in formats or spec.client.body_error is not None,
        "ndjson": "ndjson" in formats,
        "csv": "csv" in formats,
        "body": quoting.block(f"body = {body}", 12),
        "records_stub": stub,
        "select": quoting.block(f"records = {select}", 8),
    }


def types(table: dict[str, resources.Row]) -> Plan:
    """Return the types of the columns and what reads them."""
    kinds = {kind for row in table.values() for kind in row["fields"].values()}
    epochs = {k for k in kinds if k.startswith("epoch_")}
    dtypes = {kind: DTYPES[kind] for kind in sorted(kinds) if kind in DTYPES}
    parsers = ", ".join(f"{k!r}: ({v})" for k, v in PARSERS.items() if k in kinds | {"any"})
    annotation = "PARSERS: dict[str, tuple[set[type], Callable[[Any], Any]]]"
    shown = ("binary", "boolean", "date", "datetime", "decimal", "integer", "time")
    return {
        "kinds": sorted(kinds),
        "types": {"epoch": bool(epochs), **{kind: kind in kinds for kind in shown}},
        "dtypes": dtypes,
        "dtype": 'DTYPES.get(kind, "string")' if dtypes else '"string"',
        "parsers": quoting.statement(
            annotation, f"{{{parsers}}}", "type -> what fits as it is, how the rest is read"
        ),
        "discovered_type": (
            '"datetime" if kind.startswith("epoch_") else kind' if epochs else "kind"
        ),
        "primary_keys": any(row["primary_key"] for row in table.values()),
        "discovered_nullable": (
            "name not in resource.not_null"
            if any(row["not_null"] for row in table.values())
            else "True"
        ),
    }
