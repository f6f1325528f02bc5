"""`configSchema` and `constraints` as Python conditions and words for people."""

from collections.abc import Iterable
from typing import Any

from scaffold.plan import quoting
from scaffold.plan.resources import converted_starts
from scaffold.spec.model import ComponentSpec, ConfigField, Constraint

Schema = dict[str, Any]
Check = tuple[str, str]  # what a value must be, in words; the condition, in Python

_BOUNDS = (
    ("minimum", "of at least {}", "{v} >= {!r}"),
    ("exclusiveMinimum", "above {}", "{v} > {!r}"),
    ("maximum", "of at most {}", "{v} <= {!r}"),
    ("exclusiveMaximum", "below {}", "{v} < {!r}"),
    ("multipleOf", "divisible by {}", "{v} % {!r} == 0"),
)
_LENGTHS = (
    ("minLength", "of at least {} characters", "len({v}) >= {!r}"),
    ("maxLength", "of at most {} characters", "len({v}) <= {!r}"),
)
_SIZES = (
    ("minItems", "with at least {} items", "len({v}) >= {!r}"),
    ("maxItems", "with at most {} items", "len({v}) <= {!r}"),
)
_FORMATS = {
    "date-time": ("a date and time (ISO 8601)", "_parses(datetime.fromisoformat, {v})"),
    "date": ("a date (YYYY-MM-DD)", "_parses(date.fromisoformat, {v})"),
}


def check(schema: Schema, value: str = "v", depth: int = 0) -> Check | None:
    """Return what fits `schema`, or None if everything does. `value` is the Python variable."""
    if "const" in schema:
        return _enum([option for option in [schema["const"]] if option is not None], value)
    if "enum" in schema:
        return _enum([option for option in schema["enum"] if option is not None], value)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _any_of(schema[key], value, depth)
    kinds = schema.get("type", [])
    kinds = [k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null"]
    if len(kinds) > 1:
        return _any_of([{**schema, "type": kind} for kind in kinds], value, depth)
    return _typed(kinds[0], schema, value, depth) if kinds else None


def _enum(options: list[Any], value: str) -> Check:
    if not options:
        return "left out", "False"  # null alone is allowed, and counts as left out
    words = "one of " + ", ".join(map(str, options)) if len(options) > 1 else f"{options[0]}"
    condition = f"{value} in {tuple(options)!r}"
    if any(isinstance(option, bool | int | float) for option in options):  # True == 1
        condition = f"(type({value}), {value}) in [(type(o), o) for o in {tuple(options)!r}]"
    return words, condition


def _any_of(schemas: Iterable[Schema], value: str, depth: int) -> Check | None:
    checks = [check(schema, value, depth) for schema in schemas if schema.get("type") != "null"]
    known = [c for c in checks if c]
    if len(known) < len(checks) or not known:
        return None
    return " or ".join(w for w, _ in known), " or ".join(f"({c})" for _, c in known)


def kinds(schema: Schema) -> set[str]:
    """Return the types that `schema` allows besides null; "any" where it does not say."""
    stated = schema.get("type", "any")
    return {stated} - {"null"} if isinstance(stated, str) else set(stated) - {"null"}


def chunk_field(spec: ComponentSpec) -> str:
    """Return the config field that says how many rows a frame has, "" if there is none."""
    return next((f.name for f in spec.config if f.name in ("chunk_size", "batch_size")), "")


def _typed(kind: str, schema: Schema, value: str, depth: int) -> Check | None:
    match kind:
        case "boolean":
            return "true or false", f"isinstance({value}, bool)"
        case "integer":
            return _limited("a whole number", f"type({value}) is int", _BOUNDS, schema, value)
        case "number":
            condition = f"type({value}) in (int, float)"
            return _limited("a number", condition, _BOUNDS, schema, value)
        case "string":
            return _text(schema, value)
        case "array":
            return _list(schema, value, depth)
        case "object":
            return _object(schema, value, depth)
    return None


def _limited(
    words: str, condition: str, bounds: tuple[tuple[str, str, str], ...], schema: Schema, v: str
) -> Check:
    given = [(w, c, schema[key]) for key, w, c in bounds if key in schema]
    if isinstance(schema.get("multipleOf"), float):  # 0.3 % 0.1 is not 0
        exact = "Decimal(str({v})) % Decimal('{!r}') == 0"
        given = [(w, exact if "%" in c else c, limit) for w, c, limit in given]
    if "minimum" in schema and "maximum" in schema:
        words = f"{words} from {schema['minimum']} to {schema['maximum']}"
    else:
        words = " ".join([words, " and ".join(w.format(limit) for w, _, limit in given)]).strip()
    if {"minimum", "maximum"} <= schema.keys():
        between = f"{schema['minimum']!r} <= {v} <= {schema['maximum']!r}"
        given = [(w, c, limit) for w, c, limit in given if "=" not in c.split("%")[0]]
        return words, " and ".join([condition, between, *(c.format(x, v=v) for _, c, x in given)])
    return words, " and ".join([condition, *(c.format(limit, v=v) for _, c, limit in given)])


def _text(schema: Schema, value: str) -> Check:
    words, condition = _limited("a text", f"isinstance({value}, str)", _LENGTHS, schema, value)
    if form := _FORMATS.get(schema.get("format", "")):
        words = words.replace("a text", form[0], 1)
        parses = form[1].format(v=value)
        condition = condition.replace(f"isinstance({value}, str)", parses, 1)
    if pattern := schema.get("pattern"):
        words += f" that matches {pattern}"
        condition += f" and re.search({pattern!r}, {value}) is not None"
    return words, condition


def _list(schema: Schema, value: str, depth: int) -> Check:
    words, condition = _limited("a list", f"isinstance({value}, list)", _SIZES, schema, value)
    item = f"item{depth or ''}"
    items = schema.get("items")
    if isinstance(items, dict) and (inner := check(items, item, depth + 1)):
        words += f", each {inner[0]}"
        condition += f" and all({inner[1]} for {item} in {value})"
    if schema.get("uniqueItems"):
        words += ", none twice"
        condition += f" and all({value}.count({item}) == 1 for {item} in {value})"
    return words, condition


def _object(schema: Schema, value: str, depth: int) -> Check:
    parts, words = [f"isinstance({value}, dict)"], "an object"
    if required := schema.get("required"):
        words += " with " + ", ".join(required)
        parts.append(f"{value}.keys() >= {{{', '.join(map(repr, sorted(required)))}}}")
    for name, member in schema.get("properties", {}).items():
        if isinstance(member, dict) and (inner := check(member, f"{value}[{name!r}]", depth + 1)):
            words += f"; {name}: {inner[0]}"
            parts.append(f"({name!r} not in {value} or {inner[1]})")
    return words, " and ".join(parts)


def table(spec: ComponentSpec) -> tuple[str, dict[str, Check]]:
    """Return the code of CONFIG (field -> what it must be, the condition) and its content."""
    checks: dict[str, Check] = {}
    for field in spec.config:
        found = check(_schema(spec, field))
        if field.name == spec.resource_field:
            resources = [resource.name for resource in spec.resources]
            if field.schema.get("enum", resources) == resources:
                condition = "isinstance(v, str) and v in RESOURCES"
                found = f"one of {', '.join(resources)}", condition
        if found:
            checks[field.name] = (quoting.one_line(found[0]), found[1])
    members = (f"{n!r}: ({w!r}, lambda v: {c})" for n, (w, c) in checks.items())
    return "{" + ", ".join(members) + "}", checks


def _schema(spec: ComponentSpec, field: ConfigField) -> Schema:
    """Return the field's schema, and what the driver itself needs: a size above 0, a time."""
    sizes = {r.paginator.page_size.config for r in spec.resources if r.paginator.page_size}
    if field.name in {*sizes, chunk_field(spec)} and not _alternatives(field.schema):
        least = max(field.schema.get("minimum", 1), 1)
        return {**field.schema, "type": "integer", "minimum": least}
    if field.name in dict(converted_starts(spec)) and kinds(field.schema) <= {"any", "string"}:
        return {"format": "date-time", **field.schema, "type": "string"}
    return field.schema


def _alternatives(schema: Schema) -> bool:
    return bool({"enum", "const", "anyOf", "oneOf"} & schema.keys())


def constraint(rule: Constraint) -> str:
    """Return the statement that reports `rule` when it does not hold; `given` is the config."""
    when = " and ".join(_condition(n, v) for n, v in rule.when.items()) or "True"
    musts = [_condition(n, v) for n, v in rule.must.items()]
    broken = f"not ({' and '.join(musts)})" if musts else "False"
    if len(musts) == 1:
        broken = _negated(musts[0], next(iter(rule.must.values())))
    code = f"if {when} and {broken}:\n    yield {' '.join(rule.error.split())!r}"
    return quoting.block(code, 4)


def _negated(condition: str, wanted: Any) -> str:
    """Return the opposite of a condition that `_condition` made, as a person would write it."""
    if isinstance(wanted, dict) and " and " in condition:
        return f"not ({condition})"
    for operator, opposite in ((" is not ", " is "), (" is ", " is not "), (" == ", " != ")):
        if condition.count(operator) == 1:
            return condition.replace(operator, opposite)
    return f"not ({condition})"


def _condition(name: str, wanted: Any) -> str:
    if wanted is None:
        return f"given.get({name!r}) is None"
    if isinstance(wanted, bool):
        return f"given.get({name!r}) is {wanted}"
    if not isinstance(wanted, dict):
        return f"given.get({name!r}) == {wanted!r}"
    present = f"given.get({name!r}) is not None"
    keys = {"minItems": "array", "maxItems": "array", "minimum": "number", "maximum": "number"}
    implied = next((keys[k] for k in wanted if k in keys), "string")
    schema = wanted if {"type", "enum", "const"} & wanted.keys() else {**wanted, "type": implied}
    found = check(schema, f"given[{name!r}]")
    return f"{present} and {found[1]}" if wanted and found else present
