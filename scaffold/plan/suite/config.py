"""Right and wrong configs, what they send, and what they may not do."""

from collections.abc import Iterator
from typing import Any

from scaffold.plan import config, expectations, samples
from scaffold.plan.quoting import assignment
from scaffold.plan.suite import cases
from scaffold.plan.suite.facts import Facts
from scaffold.spec.model import ConfigField, Resource
from scaffold.spec.placeholders import Placeholder, parse, references

Plan = dict[str, Any]


def tables(facts: Facts) -> dict[str, Any]:
    """Return each table by its constant's name; empty ones too."""
    spec = facts.spec
    used = {*facts.cases[facts.name]["config"], "dry_run"}
    rules = {field.name: field.override for field in spec.connection}
    fields = {field.name: field for field in spec.config}
    overrides = [n for n, r in rules.items() if r in ("allowed", "warning") and n in fields]
    return {
        "REQUIRED_CONFIG": [field.name for field in spec.config if field.required],
        "OPTIONAL": [f.name for f in spec.config if not f.required and f.name not in used],
        "WRONG_CONFIG": wrong(facts),
        "RIGHT_CONFIG": right(facts),
        "FILTERS": list(filters(facts)),
        "EXAMPLES": list(examples(facts)),
        "CHUNK_FIELD": facts.chunk_field,
        "BROKEN": broken(facts),
        "KEPT": kept(facts),
        "FORBIDDEN": [n for n in facts.connection if rules.get(n) == "forbidden"],
        "NEEDED": needed(facts),
        "OVERRIDES": {name: samples.sample(spec, fields[name]) for name in overrides},
        "WARNED": [name for name in overrides if rules[name] == "warning"],
    }


def constants(facts: Facts) -> list[str]:
    """Return all of them, as statements."""
    notes = {
        "WRONG_CONFIG": "field -> what it must be, values that are not",
        "FILTERS": "resource, config, where and how it is sent",
        "EXAMPLES": "resource, config, the first request's query",
        "BROKEN": "config, what is said of it",
        "KEPT": "config, what is not said of it",
        "NEEDED": "resource, what its path cannot do without",
    }
    always = ["REQUIRED_CONFIG"] + ["WARNED"] * bool(tables(facts)["OVERRIDES"])
    return [
        assignment(name, value, notes.get(name, ""))
        for name, value in tables(facts).items()
        if value or name in always
    ]


def wrong(facts: Facts) -> dict[str, tuple[str, list[Any]]]:
    """Return what each config field must be, and values that it refuses."""
    checks = config.table(facts.spec)[1]
    return {
        field.name: (checks[field.name][0], samples.wrong(field.schema))
        for field in facts.spec.config
        if field.name in checks and samples.wrong(field.schema)
    }


def right(facts: Facts) -> dict[str, list[Any]]:
    """Return values that each config field takes."""
    found = {field.name: samples.right(field.schema) for field in facts.spec.config}
    return {name: values for name, values in found.items() if values and name != "dry_run"}


def broken(facts: Facts) -> list[tuple[Plan, str]]:
    """Return configs that break a constraint of the spec, and what the spec says of them."""
    return [
        (config, " ".join(rule.error.split()))
        for rule in facts.spec.constraints
        for config in samples.violations(facts.spec, rule)
    ]


def kept(facts: Facts) -> list[tuple[Plan, str]]:
    """Return configs that just keep a constraint, and what would be said if they did not."""
    return [
        (config, " ".join(rule.error.split()))
        for rule in facts.spec.constraints
        if (config := samples.just_kept(facts.spec, rule)) is not None
    ]


def needed(facts: Facts) -> list[tuple[str, str]]:
    """Return resource and config field where a path refers to a field that may be left out."""
    fields = facts.spec.config
    free = {f.name for f in fields if not f.required and f.schema.get("default") is None}
    by_name = {resource.name: resource for resource in facts.order}
    found = []
    for resource in facts.order:
        lineage = [resource]
        while lineage[-1].parent:
            lineage.append(by_name[lineage[-1].parent])
        used = references([part.path or "" for part in lineage])
        found += [(resource.name, r.field) for r in used if r.root == "config" and r.field in free]
    return list(dict.fromkeys(found))


def filters(facts: Facts) -> Iterator[tuple[str, Plan, str, str, Any]]:
    """Yield, for each optional config field that a request sends, where its value has to be."""
    spec = facts.spec
    fields = {field.name: field for field in spec.config if not field.required}
    for resource in facts.order:
        for (place, name), template in _sent(resource).items():
            field = _config_field(template)
            for value in _values(facts, fields[field]) if field in fields else ():
                given = facts.cases[resource.name]["config"] | {field: value}
                complete = samples.with_defaults(spec, given)
                if all(samples.holds(rule, complete) for rule in spec.constraints):
                    query, body = expectations.first_request(spec, resource, given)
                    shown = (query if place == "query" else body).get(name)
                    yield resource.name, {field: value}, place, name, shown


def _values(facts: Facts, field: ConfigField) -> list[Any]:
    """Return a value for `field`: a list of two, as they are joined; moments in several zones."""
    moments = ["2025-01-31T12:30:00", "2025-01-31T12:30:00+02:00"]
    if field.name in _converted(facts) and samples.is_valid(field.schema, moments[0]):
        return moments
    items = field.schema.get("items")
    if isinstance(items, dict):
        pair = [v for v in [*items.get("enum", []), *samples.TEXTS] if samples.is_valid(items, v)]
        if samples.is_valid(field.schema, pair[:2]):
            return [pair[:2]]
    value = samples.sample(facts.spec, field)
    return [] if value is None else [value]


def _converted(facts: Facts) -> set[str]:
    """Return the config fields that requests have in another form than they are given."""
    steps = [resource.incremental for resource in facts.order if resource.incremental]
    return {step.config for step in steps if step.format != "iso8601"}


def _sent(resource: Resource) -> dict[tuple[str, str], Any]:
    """Return what the first request sends: place and name -> template."""
    templates = {"query": resource.params, "body": resource.body or {}}
    sent = {(p, n): v for p, values in templates.items() for n, v in values.items()}
    if resource.incremental:
        start = f"{{config.{resource.incremental.config}}}"
        sent["query", resource.incremental.param] = start
    return sent


def _config_field(template: Any) -> str:
    """Return the field of a template such as "{config.x}", "" for all others."""
    parts = parse(template) if isinstance(template, str) else []
    if len(parts) == 1 and isinstance(parts[0], Placeholder) and parts[0].root == "config":
        return parts[0].field
    return ""


def examples(facts: Facts) -> Iterator[tuple[str, Plan, Plan | None]]:
    """Yield the spec's examples: resource, config, query of the first request."""
    spec = facts.spec
    by_name = {resource.name: resource for resource in spec.resources}
    for example in spec.examples:
        given = {n: v for n, v in example.config.items() if n != "connection"}
        name = given.get(spec.resource_field or "", spec.resources[0].name)
        if (resource := by_name.get(name)) is None:
            continue
        complete = cases.path_defaults(spec) | given
        query, _ = expectations.first_request(spec, resource, complete)
        unset = {n: None for n in facts.cases[name]["paged"] if n not in complete}
        yield name, complete | unset, None if resource.parent else query
