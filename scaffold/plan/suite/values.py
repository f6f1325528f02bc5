"""What records hold: as the fake API sends it, as a frame has it, in other spellings, wrong."""

from scaffold.plan.quoting import assignment, statement
from scaffold.plan.suite.facts import Facts

VALUES = {  # type -> what the API sends for the n-th record, what a frame holds
    "array": ("lambda n: [n]", 'lambda n: f"[{n}]"'),
    "binary": ("lambda n: b64encode(bytes([n])).decode()", "lambda n: bytes([n])"),
    "boolean": ("lambda n: n % 2 == 0", "lambda n: n % 2 == 0"),
    "date": ('lambda n: f"2025-01-{n % 28 + 1:02}"', "lambda n: date(2025, 1, n % 28 + 1)"),
    "datetime": (
        'lambda n: f"2025-01-31T12:{n % 60:02}:00+01:00"',
        'lambda n: pd.Timestamp(2025, 1, 31, 11, n % 60, tz="UTC")',
    ),
    "decimal": ('lambda n: f"{n}.50"', 'lambda n: Decimal(f"{n}.50")'),
    "epoch_milliseconds": (
        "lambda n: 1738326600000 + n",
        'lambda n: pd.Timestamp(1738326600000 + n, unit="ms", tz="UTC")',
    ),
    "epoch_seconds": (
        "lambda n: 1738326600 + n",
        'lambda n: pd.Timestamp(1738326600 + n, unit="s", tz="UTC")',
    ),
    "integer": ("lambda n: n", "lambda n: n"),
    "number": ("lambda n: n + 0.5", "lambda n: n + 0.5"),
    "object": ('lambda n: {"n": n}', 'lambda n: json.dumps({"n": n})'),
    "string": ('lambda n: f"text {n}"', 'lambda n: f"text {n}"'),
    "time": ('lambda n: f"12:{n % 60:02}:00"', "lambda n: time_of_day(12, n % 60)"),
}
SAMPLES = {  # type -> what a dry run's row holds
    "array": "'[\"sample\"]'",
    "binary": 'b"sample"',
    "boolean": "True",
    "date": "date(2025, 1, 31)",
    "datetime": 'pd.Timestamp(2025, 1, 31, 12, 30, tz="UTC")',
    "decimal": 'Decimal("1.50")',
    "epoch_milliseconds": 'pd.Timestamp(2025, 1, 31, 12, 30, tz="UTC")',
    "epoch_seconds": 'pd.Timestamp(2025, 1, 31, 12, 30, tz="UTC")',
    "integer": "1",
    "number": "1.5",
    "object": "'{\"sample\": 1}'",
    "string": '"sample"',
    "time": "time_of_day(12, 30)",
}
SPELLINGS = {  # type -> what an API may send too, what a frame holds
    "array": [("'[1]'", "'[1]'")],
    "boolean": [("'TRUE'", "True"), ("'false'", "False"), ("'1'", "True"), ("0", "False")],
    "datetime": [
        ("'2025-01-31'", 'pd.Timestamp(2025, 1, 31, tz="UTC")'),
        ("'2025-01-31T12:30:00.5Z'", 'pd.Timestamp(2025, 1, 31, 12, 30, 0, 500000, tz="UTC")'),
    ],
    "decimal": [("1.25", 'Decimal("1.25")'), ("3", "Decimal(3)")],
    "epoch_milliseconds": [("'1738326600001'", 'pd.Timestamp(1738326600001, unit="ms", tz="UTC")')],
    "epoch_seconds": [("1738326600.25", 'pd.Timestamp(1738326600250, unit="ms", tz="UTC")')],
    "integer": [("'7'", "7"), ("8.0", "8")],
    "number": [("'1.25'", "1.25"), ("2", "2.0")],
    "object": [("'{}'", "'{}'")],
    "string": [("5", "'5'"), ("True", "'true'"), ("[1]", "'[1]'")],
}
BAD_VALUES = {"boolean": ["canary-bad", 2], "integer": ["canary-bad", 1.5]}  # else canary-bad
ANYTHING_FITS = {"array", "object", "string"}
DTYPES = {
    **dict.fromkeys(("binary", "date", "decimal", "time"), "object"),
    **dict.fromkeys(("datetime", "epoch_seconds", "epoch_milliseconds"), "datetime64[ns, UTC]"),
    **dict.fromkeys(("array", "object", "string"), "string"),
    "boolean": "boolean",
    "integer": "Int64",
    "number": "Float64",
}


def constants(facts: Facts) -> list[str]:
    """Return the values of records and what a frame makes of them."""
    values = ", ".join(f"{k!r}: ({', '.join(VALUES[k])})" for k in sorted(facts.used_kinds))
    lines = [
        statement("VALUES", f"{{{values}}}", "type -> the n-th record's value as sent, as held"),
        *of_frames(facts),
        assignment("FREE_FIELDS", facts.free_fields, "of NAME; no request depends on them"),
    ]
    if spelled := spellings(facts):
        lines.append(statement("SPELLINGS", f"[{', '.join(spelled)}]", "as sent, as held"))
    if bad := bad_values(facts):
        lines.append(assignment("BAD_VALUES", bad))
    return lines


def of_frames(facts: Facts) -> list[str]:
    """Return how a frame holds each type, and what discovery says beside names and types."""
    kinds = sorted(facts.kinds)
    held = ", ".join(f"{k!r}: {SAMPLES[k]}" for k in kinds)
    return [
        assignment("DTYPES", {k: DTYPES[k] for k in kinds}),
        statement("SAMPLES", f"{{{held}}}", "what a dry run holds"),
        *_of_discovery(facts),
    ]


def spellings(facts: Facts) -> list[str]:
    """Return resource, field, what is sent and what is held, as code."""
    return [
        f"({name!r}, {field!r}, {sent}, {held})"
        for kind, (name, field) in sorted(facts.first_of_kind.items())
        for sent, held in SPELLINGS.get(kind, [])
    ]


def bad_values(facts: Facts) -> list[tuple[str, str, object]]:
    """Return a resource, a field and a wrong value for each type that can be wrong."""
    return [
        (name, field, value)
        for kind, (name, field) in sorted(facts.first_of_kind.items())
        if kind not in ANYTHING_FITS
        for value in BAD_VALUES.get(kind, ["canary-bad"])
    ]


def _of_discovery(facts: Facts) -> list[str]:
    """Return what discovery says beside names and types."""
    if not facts.spec.capabilities["discover"]:
        return []
    found = facts.spec.resources
    nulls = {r.name: [f.name for f in r.fields if not f.nullable] for r in found}
    nulls = {name: fields for name, fields in nulls.items() if fields}
    keys = {r.name: list(r.primary_key) for r in found if r.primary_key}
    lines = [assignment("NOT_NULL", nulls)] if nulls else []
    return lines + ([assignment("PRIMARY_KEYS", keys)] if keys else [])
