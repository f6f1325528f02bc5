"""Values for tests: configs and connections that a spec accepts, and some that it must refuse."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from scaffold.spec.model import ComponentSpec, ConfigField, Constraint, Resource
from scaffold.spec.placeholders import references

Schema = dict[str, Any]
Config = dict[str, Any]
TEXTS = (
    "a",
    "abc",
    "example",
    "a_b",
    "1",
    "12",
    "2025-01-31",
    "2025-01-31T12:30:00Z",
    "AB",
    "a@b.example",
)
_parser: Any = __import__("re._parser", fromlist=["parse"])  # the standard library's own, untyped


def is_valid(schema: Schema, value: Any) -> bool:
    """Tell whether `value` fits; dates and times are checked too."""
    checker = jsonschema.FormatChecker(["date", "time"])
    moment = schema.get("format") == "date-time" and isinstance(value, str)
    if moment and not re.match(r"\d{4}-\d\d-\d\d(T\d\d:\d\d|$)", value):
        return False
    validator = jsonschema.Draft202012Validator(schema, format_checker=checker)
    return bool(validator.is_valid(value))


def value(schema: Schema, hints: tuple[Any, ...] = ()) -> Any:
    """Return something that fits `schema`, preferably one of `hints`; None if nothing is found."""
    candidates = [*hints, *schema.get("examples", []), schema.get("default"), *_candidates(schema)]
    return next((c for c in candidates if c is not None and is_valid(schema, c)), None)


def _candidates(schema: Schema) -> Iterator[Any]:
    yield from schema.get("enum", [])
    yield schema.get("const")
    for bound in ("minimum", "maximum"):
        yield schema.get(bound)
    if "exclusiveMinimum" in schema:
        yield schema["exclusiveMinimum"] + 1
    yield from (schema.get("multipleOf"), 1, 0, 1.5, True)
    if schema.get("format") == "date-time":
        yield "2025-01-31T12:30:00Z"
    if pattern := schema.get("pattern"):
        yield _match(pattern)
    yield from TEXTS
    yield "a" * int(schema.get("minLength", 1))
    items = schema.get("items")
    yield ["a"] * int(schema.get("minItems", 1))
    if isinstance(items, dict) and (item := value(items)) is not None:
        yield [item]
        yield [item] * int(schema.get("minItems", 1))
    yield {n: value(s) for n, s in schema.get("properties", {}).items() if isinstance(s, dict)}


def _match(pattern: str) -> str | None:
    """Return a short text that `pattern` matches, None where that is not simple."""
    try:
        return "".join(_texts(_parser.parse(pattern)))
    except (re.error, KeyError, RecursionError, TypeError):
        return None


def _texts(tokens: Any) -> Iterator[str]:
    for operation, argument in tokens:
        match str(operation):
            case "LITERAL":
                yield chr(argument)
            case "ANY" | "NOT_LITERAL":
                yield "a" if argument != ord("a") else "b"
            case "IN":
                kind, given = argument[0]
                categories = {"CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " "}
                yield (
                    categories[str(given)] if str(kind) == "CATEGORY" else _first(str(kind), given)
                )
            case "MAX_REPEAT" | "MIN_REPEAT":
                yield "".join("".join(_texts(argument[2])) for _ in range(argument[0]))
            case "SUBPATTERN":
                yield from _texts(argument[-1])
            case "BRANCH":
                yield from _texts(argument[1][0])
            case "AT":
                pass
            case other:
                raise KeyError(other)


def _first(kind: str, given: Any) -> str:
    return {"LITERAL": lambda: chr(given), "RANGE": lambda: chr(given[0])}[kind]()


def wrong(schema: Schema) -> list[Any]:
    """Return values that `schema` refuses, near its limits where it has some."""
    general: list[Any] = ["no such", 5, True, 1.5, ["\n"], [[]], {}]
    candidates: list[Any] = [v for v in general if not is_valid(schema, v)][:2]
    for bound, step in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0)):
        if bound in schema:
            candidates.append(schema[bound] + step)
    for bound, step in (("minLength", -1), ("maxLength", 1)):
        if bound in schema and 0 <= schema[bound] + step < 1000:
            candidates.append("a" * (schema[bound] + step))
    items = schema.get("items")
    item = value(items) if isinstance(items, dict) else 1
    for bound, step in (("minItems", -1), ("maxItems", 1)):
        if bound in schema and 0 <= schema[bound] + step < 1000:
            candidates.append([item] * (schema[bound] + step))
    if schema.get("uniqueItems"):
        candidates.append([item, item])
    refused: list[Any] = []
    for candidate in candidates:
        known = any(type(c) is type(candidate) and c == candidate for c in refused)
        if not known and not is_valid(schema, candidate):
            refused.append(candidate)
    return refused


def right(schema: Schema) -> list[Any]:
    """Return values that `schema` takes, at its limits where it has some."""
    candidates = [
        *schema.get("enum", []),
        schema.get("minimum"),
        schema.get("maximum"),
        value(schema),
    ]
    accepted: list[Any] = []
    for candidate in candidates:
        if candidate is not None and is_valid(schema, candidate) and candidate not in accepted:
            accepted.append(candidate)
    return accepted


def config(spec: ComponentSpec, resource: Resource) -> Config:
    """Return the least config that reads `resource`."""
    fields = {field.name: field for field in spec.config}
    needed = [name for name, field in fields.items() if field.required]
    lineage = [resource]
    while lineage[-1].parent:
        lineage.append(next(r for r in spec.resources if r.name == lineage[-1].parent))
    needed += [
        r.field for part in lineage for r in references(part.path or "") if r.root == "config"
    ]
    chosen = {name: sample(spec, fields[name]) for name in dict.fromkeys(needed) if name in fields}
    if spec.resource_field:
        chosen[spec.resource_field] = resource.name
    for rule in spec.constraints:
        if not holds(rule, with_defaults(spec, chosen)):
            chosen |= {
                n: sample(spec, fields[n])
                for n, v in rule.must.items()
                if n in fields and v is not None
            }
    return chosen


def sample(spec: ComponentSpec, field: ConfigField) -> Any:
    """Return a value for `field`, the spec's own examples first."""
    hints = tuple(e.config[field.name] for e in spec.examples if field.name in e.config)
    return value(field.schema, hints)


def with_defaults(spec: ComponentSpec, given: Config) -> Config:
    """Return `given` with the spec's defaults for what is left out."""
    connection = {f.name for f in spec.connection}
    defaults = {f.name: f.schema.get("default") for f in spec.config if f.name not in connection}
    merged = defaults | {n: v for n, v in given.items() if v is not None}
    return {n: v for n, v in merged.items() if v is not None}


def holds(rule: Constraint, given: Config) -> bool:
    """Tell whether `given` (defaults included) fulfils `rule`."""
    when = all(_is(given.get(name), wanted) for name, wanted in rule.when.items())
    return not when or all(_is(given.get(name), wanted) for name, wanted in rule.must.items())


def _is(given: Any, wanted: Any) -> bool:
    if wanted is None or not isinstance(wanted, dict):
        return bool(given == wanted)
    return given is not None and is_valid(wanted, given)


def violations(spec: ComponentSpec, rule: Constraint) -> list[Config]:
    """Return configs that break `rule`, in all it asks for and in each; none if none is found."""
    base, fields = _constrained(spec, rule), {field.name: field for field in spec.config}
    needed = [name for name, wanted in rule.must.items() if wanted is not None]
    wrongs: list[Config] = [dict.fromkeys(needed), *({name: None} for name in needed)]
    wrongs += [{name: "1" * (length - 1)} for name, length in _least_lengths(rule).items()]
    wrongs += [
        {name: sample(spec, fields[name])}
        for name, wanted in rule.must.items()
        if wanted is None and name in fields
    ]
    found: list[Config] = []
    for wrong in wrongs:
        broken = {n: v for n, v in (base | wrong).items() if v is not None}
        if broken not in found and not holds(rule, with_defaults(spec, broken)):
            found.append(broken)
    return found


def just_kept(spec: ComponentSpec, rule: Constraint) -> Config | None:
    """Return a config with texts as short as `rule` lets them be; None where it does not say."""
    shortest = {name: "1" * length for name, length in _least_lengths(rule).items()}
    config_ = _constrained(spec, rule) | shortest
    return config_ if shortest and holds(rule, with_defaults(spec, config_)) else None


def _constrained(spec: ComponentSpec, rule: Constraint) -> Config:
    """Return a config that `rule` applies to."""
    by_name = {resource.name: resource for resource in spec.resources}
    chosen = by_name.get(str(rule.when.get(spec.resource_field or "")), spec.resources[0])
    return config(spec, chosen) | {n: v for n, v in rule.when.items() if not isinstance(v, dict)}


def _least_lengths(rule: Constraint) -> dict[str, int]:
    """Return how long the texts that `rule` asks for have to be, where it says so."""
    schemas = {name: wanted for name, wanted in rule.must.items() if isinstance(wanted, dict)}
    return {name: schema["minLength"] for name, schema in schemas.items() if "minLength" in schema}


def connection(spec: ComponentSpec) -> Config:
    """Return a connection whose secrets are canaries: texts found nowhere else."""
    values: Config = {}
    texts = [spec.client.headers, spec.client.params, [r.params for r in spec.resources]]
    sent = {ref.field for ref in references(texts) if ref.root == "connection"}
    for field in spec.connection:
        if field.name == spec.client.rate_limit.connection_field:
            values[field.name] = 50
        elif field.name == "base_url":
            continue
        elif field.sensitive:
            values[field.name] = f"canary-{re.sub('[^a-z0-9]+', '-', field.name.lower())}"
        elif field.required or (field.default is None and field.name in sent):
            values[field.name] = field.default or field.example or f"example-{field.name}"
    return values
