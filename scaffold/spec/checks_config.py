"""Checks of `configSchema`, its examples and constraints."""

import re
from collections.abc import Iterator

from jsonschema import Draft202012Validator
from referencing.exceptions import Unresolvable

from scaffold.errors import Finding, Severity, pointer
from scaffold.spec import facts, placeholders, schema
from scaffold.spec.checks_placeholders import added_fields
from scaffold.spec.document import Document, Json

META_SCHEMA = Draft202012Validator.META_SCHEMA
SECRET_WORDS = re.compile(
    r"key|token|password|secret|dsn|api_key|auth_token|auth_username|headers|client_.*|.*_token"
)
TAKEN = {  # by Osiris
    "mode": "Osiris sets 'mode' itself",
    "component": "Osiris takes it out",
    "resolved_connection": "Osiris puts the connection there",
}
FIXED_TYPES = {"dry_run": "boolean", "chunk_size": "integer", "batch_size": "integer"}


def _at(name: str, *more: str | int) -> str:
    return pointer("configSchema", "properties", name, *more)


def _types(stated: dict[str, Json]) -> list[str]:
    """Return the types that a property's schema allows, [] if it does not say."""
    kind = stated.get("type")
    return [kind] if isinstance(kind, str) else facts.texts(kind)


def resource_enum(document: Document) -> Iterator[Finding]:
    """The enum that chooses and the resources of `x-driver` agree."""
    data, resources = document.data, facts.resources(document.data)
    field = str(facts.get(data, "x-driver", "resource_field") or "resource")
    enum = facts.items(facts.properties(data).get(field, {}).get("enum"))
    if not resources or not enum:
        return
    for index, value in enumerate(enum):
        if not isinstance(value, str) or value not in resources:
            name = f"'{value}'" if isinstance(value, str) else "with a name that is no text"
            message = f"x-driver has no resource {name}"
            hint = schema.nearest(str(value), list(resources))
            yield document.finding("SPEC-040", _at(field, "enum", index), message, hint)
    parents = {resource.get("parent") for resource in resources.values()}
    for name in resources:
        if name not in enum and name not in parents:
            message = f"no value of '{field}' chooses the resource '{name}'"
            hint = f"add '{name}' to the enum of '{field}'"
            at = pointer("x-driver", "resources", name)
            yield document.finding(
                "SPEC-040", at, message, hint, severity=Severity.WARNING, key=True
            )


def path_fields(document: Document) -> Iterator[Finding]:
    """Tell which config fields a path makes required."""
    data = document.data
    for name, resource in facts.resources(data).items():
        for field in placeholders.fields(resource.get("path"), "config"):
            stated = facts.properties(data).get(field, {})
            if field not in facts.required(data) and stated.get("default") is None:
                message = f"the driver will require '{field}' for resource '{name}'"
                at = pointer("x-driver", "resources", name, "path")
                yield document.finding("SPEC-041", at, message, severity=Severity.INFO)


def unused(document: Document) -> Iterator[Finding]:
    """Every config field has an effect."""
    data = document.data
    if not facts.resources(data):
        return
    used = {"connection", "dry_run", "chunk_size", "batch_size", "page_size", "resource"}
    used |= {*placeholders.fields(data["x-driver"], "config"), *facts.connection_names(data)}
    used |= {name for _, name in added_fields(data)} | {field for _, field in _page_sizes(data)}
    for name in facts.properties(data):
        if name not in used:
            message = f"nothing in x-driver uses the config field '{name}'"
            hint = f'refer to it, e.g. params: {{{name}: "{{config.{name}}}"}}, or take it out'
            yield document.finding(
                "SPEC-042", _at(name), message, hint, severity=Severity.WARNING, key=True
            )


def _page_sizes(data: dict[str, Json]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the keys of each `page_size`, and the config field that sets it if there is one."""
    for keys, paginator in facts.paginators(data).items():
        size = facts.mapping(paginator.get("page_size"))
        names = [size.get("config")] if "config" in size else ["page_size", size.get("param")]
        found = [name for name in names if name in facts.properties(data)]
        if size:
            yield (*keys, "page_size"), str(found[0]) if found else ""


def page_sizes(document: Document) -> Iterator[Finding]:
    """Default, maximum and the config field agree."""
    data = document.data
    for keys, field in _page_sizes(data):
        size = facts.mapping(facts.get(data, *keys))
        most, usual = size.get("max"), size.get("default")
        if most is not None and usual is not None and usual > most:
            message = f"the default page size {usual} is more than the maximum {most}"
            yield document.finding("SPEC-037", pointer(*keys, "default"), message, "lower it")
        stated = facts.properties(data).get(field, {})
        if field and _types(stated) not in ([], ["integer"]):
            message = f"'{field}' sets a page size, so its type is integer"
            yield document.finding("SPEC-037", _at(field), message, "write 'type: integer'")
        for key in ("default", "maximum"):
            value = stated.get(key)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if most is not None and number and value > most:
                message = f"the {key} of '{field}' is more than the page size's maximum {most}"
                yield document.finding("SPEC-037", _at(field, key), message, "lower it")


def names(document: Document) -> Iterator[Finding]:
    """No config field is called like a secret or like something of Osiris."""
    connection = facts.connection_names(document.data)
    for name in facts.properties(document.data):
        reason, hint = TAKEN.get(name, ""), "choose another name"
        if SECRET_WORDS.fullmatch(name) and name not in connection:
            reason = "Osiris takes it for a secret and drops or refuses it"
            hint += "; credentials belong into the connection"
        if reason:
            message = f"config field '{name}': {reason}"
            yield document.finding(
                "SPEC-045", _at(name), message, hint, severity=Severity.WARNING, key=True
            )


def types(document: Document) -> Iterator[Finding]:
    """Fields that the driver itself reads have the type for it."""
    data = document.data
    wanted = {name: [kind] for name, kind in FIXED_TYPES.items()}
    if len(facts.resources(data)) > 1:
        wanted[str(facts.get(data, "x-driver", "resource_field") or "resource")] = ["string"]
    for resource in facts.resources(data).values():
        step = facts.mapping(resource.get("incremental"))
        wanted.setdefault(str(step.get("config", step.get("param"))), ["string", "integer"])
    for name, stated in facts.properties(data).items():
        allowed = wanted.get(name)
        if allowed and (found := _types(stated)) and not set(found) <= {*allowed, "null"}:
            message = f"the driver needs '{name}' to be of type {' or '.join(allowed)}"
            yield document.finding("SPEC-048", _at(name), message, f"write 'type: {allowed[0]}'")


def json_schema(document: Document) -> Iterator[Finding]:
    """configSchema is a valid JSON Schema whose references stay inside it."""
    stated = facts.mapping(document.data.get("configSchema"))
    for error in schema.violations(META_SCHEMA, stated):
        for finding in schema.explain(document, error, ("configSchema",)):
            hint = finding.hint or "see https://json-schema.org/understanding-json-schema"
            at = finding.location.pointer
            message = f"no valid JSON Schema: {finding.message}"
            if error.keyword == "anyOf":
                known = ", ".join(schema.KINDS)
                message, hint = "no valid JSON Schema: unknown type", f"types are {known}"
            yield document.finding("SPEC-060", at, message, hint)
    for at, key, value in _walk(stated, "/configSchema"):
        if key == "$ref" and not (isinstance(value, str) and value.startswith("#/")):
            message = "a $ref leads outside of configSchema"
            yield document.finding("SPEC-060", at, message, "write the schema in place")


def patterns(document: Document) -> Iterator[Finding]:
    """Every pattern compiles."""
    for at, key, value in _walk(document.data.get("configSchema"), "/configSchema"):
        expressions = [value] if key == "pattern" and isinstance(value, str) else []
        if key == "patternProperties":
            expressions = list(facts.mapping(value))
        for expression in expressions:
            if problem := _regex_problem(expression):
                message = f"the pattern is no regular expression: {problem}"
                hint = "escape special characters by a backslash; use single quotes in YAML"
                yield document.finding("SPEC-061", at, message, hint)


def _regex_problem(expression: str) -> str:
    try:
        re.compile(expression)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error) or type(error).__name__
    return ""


def _walk(value: Json, at: str, *, named: bool = False) -> Iterator[tuple[str, str, Json]]:
    """Yield pointer, keyword and value of all schema keywords; `named`: the keys are names."""
    for key, item in facts.mapping(value).items():
        below = at + pointer(key)
        if not named:
            yield below, key, item
        if not named and key in ("enum", "const", "default", "examples"):
            continue
        names_below = not named and key in ("properties", "patternProperties", "$defs")
        yield from _walk(item, below, named=names_below)
        for index, part in enumerate(facts.items(item)):
            yield from _walk(part, f"{below}/{index}")


def _sound(document: Document) -> bool:
    """Tell whether values can be validated by configSchema at all."""
    return "configSchema" in document.data and not any(
        [*json_schema(document), *patterns(document)]
    )


def _violations(stated: dict[str, Json], value: Json) -> list[schema.Violation] | None:
    """Return what `value` violates; None if the schema's own references do not work out."""
    try:
        return list(schema.violations(stated, value))
    except (Unresolvable, RecursionError):
        return None


def defaults(document: Document) -> Iterator[Finding]:
    """A default other than null obeys its schema."""
    if not _sound(document):
        return
    for name, stated in facts.properties(document.data).items():
        if stated.get("default") is None:
            continue
        root = {**stated, "$defs": facts.mapping(facts.get(document.data, "configSchema", "$defs"))}
        for error in (_violations(root, stated["default"]) or [])[:1]:
            base = ("configSchema", "properties", name, "default")
            for finding in schema.explain(document, error, base, shown=False):
                message = f"the default of '{name}' breaks its own schema: {finding.message}"
                yield document.finding("SPEC-062", _at(name, "default"), message, finding.hint)


def examples(document: Document) -> Iterator[Finding]:
    """Examples obey configSchema, but for what the connection provides."""
    if not _sound(document):
        return
    data = document.data
    provided = facts.connection_names(data)
    stated = {**data["configSchema"]}
    stated["required"] = [name for name in facts.required(data) if name not in provided]
    for index, example in enumerate(facts.items(data.get("examples"))):
        found = _violations(stated, facts.get(example, "config"))
        if found is None:
            message = "a $ref in configSchema leads nowhere or to itself"
            yield document.finding("SPEC-060", "/configSchema", message, "write it in place")
            return
        for error in found:
            base = ("examples", index, "config")
            for finding in schema.explain(document, error, base, shown=False):
                message = f"the example breaks configSchema: {finding.message}"
                at = finding.location.pointer
                yield document.finding("SPEC-063", at, message, finding.hint)


def named_fields(document: Document) -> Iterator[Finding]:
    """Constraints and `required` name fields that exist."""
    data = document.data
    known = [*facts.properties(data), *facts.connection_names(data)]
    wanted = [
        (pointer("configSchema", "required", index), name)
        for index, name in enumerate(facts.required(data))
    ]
    for index, rule in enumerate(facts.items(facts.get(data, "constraints", "required"))):
        for part in ("when", "must"):
            at = pointer("constraints", "required", index, part)
            wanted += [(at + pointer(name), name) for name in facts.mapping(facts.get(rule, part))]
    for at, name in wanted:
        if name not in known:
            message = f"configSchema has no field '{name}'"
            yield document.finding("SPEC-064", at, message, schema.nearest(name, known), key=True)


BASIC = (resource_enum, path_fields, unused, page_sizes, names, types)
ENHANCED = (json_schema, patterns, defaults, examples, named_fields)
