"""Checks of resources: parents, the fields they refer to, selectors, and what goes together."""

from collections.abc import Iterator

from scaffold.errors import Finding, Severity, pointer
from scaffold.spec import facts, paths, placeholders, schema
from scaffold.spec.document import Document, Json

BODY_PATHS = ("cursor", "total", "total_pages", "has_more", "path")  # keys of paginators


def _at(name: str, *more: str | int) -> str:
    return pointer("x-driver", "resources", name, *more)


def parents(document: Document) -> Iterator[Finding]:
    """Parents exist, form no cycle, and their children differ by them."""
    resources = facts.resources(document.data)
    for name, resource in resources.items():
        parent = resource.get("parent")
        if parent is None:
            if resource.get("parent_fields"):
                message = "parent_fields without a parent"
                hint = "say which resource: 'parent: <resource>'"
                yield document.finding("SPEC-034", _at(name, "parent_fields"), message, hint)
            continue
        if parent not in resources:
            message = f"there is no resource '{parent}'"
            hint = schema.nearest(parent, [other for other in resources if other != name])
            yield document.finding("SPEC-034", _at(name, "parent"), message, hint)
        elif _in_cycle(resources, name):
            message = f"'{name}' is its own ancestor"
            yield document.finding("SPEC-034", _at(name, "parent"), message, "break the cycle")
        sent = [resource.get(key) for key in ("path", "params", "body")]
        if not placeholders.fields(sent, "parent"):
            message = "nothing of the parent is sent, so every parent gives the same records"
            hint = "refer to it, e.g. path: 'orders/{parent.id}/refunds'"
            at = _at(name, "parent")
            yield document.finding("SPEC-034", at, message, hint, severity=Severity.WARNING)


def _in_cycle(resources: dict[str, dict[str, Json]], name: str) -> bool:
    seen: set[str] = set()
    current: Json = resources[name].get("parent")
    while current in resources and current not in seen:
        if current == name:
            return True
        seen.add(current)
        current = resources[current].get("parent")
    return False


def record_fields(document: Document) -> Iterator[Finding]:
    """Where fields are declared, those that are referred to are among them."""
    resources = facts.resources(document.data)
    for name, resource in resources.items():
        key = resource.get("primary_key", [])
        wanted: list[tuple[str, Json]]
        wanted = [(_at(name, "primary_key"), key)] if isinstance(key, str) else []
        wanted += [(_at(name, "primary_key", i), k) for i, k in enumerate(facts.items(key))]
        step = facts.get(resource, "incremental", "field")
        wanted.append((_at(name, "incremental", "field"), step))
        keys, paginator = effective_paginator(document.data, name)
        if paginator.get("type") == "keyset":
            wanted.append((pointer(*keys, "field"), paginator.get("field")))
        known = _record_names(resource)
        yield from _unknown(document, name, known, wanted)
        above = resource.get("parent")
        if isinstance(above, str) and (parent := resources.get(above)) is not None:
            copied = facts.mapping(resource.get("parent_fields"))
            wanted = [(_at(name, "parent_fields", new), old) for new, old in copied.items()]
            for part in ("path", "params", "body"):
                fields = placeholders.fields(resource.get(part), "parent")
                wanted += [(_at(name, part), field) for field in fields]
            known = _record_names(parent)
            yield from _unknown(document, above, known, wanted)


def _record_names(resource: dict[str, Json]) -> list[str]:
    """Return the declared fields and those copied from a parent; nothing if none is declared."""
    declared = facts.mapping(resource.get("fields"))
    return [*declared, *facts.mapping(resource.get("parent_fields"))] if declared else []


def _unknown(
    document: Document, name: str, known: list[str], wanted: list[tuple[str, Json]]
) -> Iterator[Finding]:
    for at, field in wanted:
        if known and isinstance(field, str) and field not in known:
            message = f"'{name}' declares no field '{field}'"
            yield document.finding("SPEC-035", at, message, schema.nearest(field, known))


def effective_paginator(
    data: dict[str, Json], name: str
) -> tuple[tuple[str, ...], dict[str, Json]]:
    """Return the keys that lead to the paginator of a resource, and the paginator."""
    own = facts.resources(data)[name].get("paginator")
    if isinstance(own, dict):
        return ("x-driver", "resources", name, "paginator"), own
    return ("x-driver", "paginator"), facts.mapping(facts.get(data, "x-driver", "paginator"))


def selectors(document: Document) -> Iterator[Finding]:
    """Paths parse; only a data selector means many values."""
    found: list[tuple[str, Json, bool]] = []
    for name, resource in facts.resources(document.data).items():
        found.append((_at(name, "data_selector"), resource.get("data_selector"), True))
    for keys, paginator in facts.paginators(document.data).items():
        found += [(pointer(*keys, key), paginator.get(key), False) for key in BODY_PATHS]
    at = ("x-driver", "client", "body_error", "path")
    found.append((pointer(*at), facts.get(document.data, *at), False))
    for where, text, many in found:
        if isinstance(text, str) and (problem := _path_problem(text, many)):
            hint = "names joined by '.', ['odd.key'], [0]" + (", [*]" if many else "")
            yield document.finding("SPEC-036", where, problem, hint)


def _path_problem(text: str, many: bool) -> str:
    try:
        steps = paths.parse(text)
    except paths.PathError as error:
        return f"the path does not parse at character {error.offset + 1}: {error}"
    if not many and ("each", None) in steps:
        return "this path leads to one value, so it has no [*]"
    return "" if steps or many else "the path leads nowhere; '$' is the whole body"


def request_form(document: Document) -> Iterator[Finding]:
    """A GET has no body; a CSV or NDJSON answer has neither selector nor body paths."""
    for name, resource in facts.resources(document.data).items():
        post = resource.get("method", "GET") == "POST"
        if "body" in resource and not post:
            hint = "add 'method: POST'"
            yield document.finding("SPEC-044", _at(name, "body"), "a GET has no body", hint)
        keys, paginator = effective_paginator(document.data, name)
        for place in ((), ("page_size",)):
            if not post and facts.get(paginator, *place, "in") == "body":
                message = f"resource '{name}' is a GET, which has no body"
                at = pointer(*keys, *place, "in")
                yield document.finding("SPEC-044", at, message, "write 'in: query'")
        answer = resource.get("response", "json")
        if answer == "json":
            continue
        if resource.get("data_selector", "$") != "$":
            message = f"{answer} has no paths: each line is a record"
            at = _at(name, "data_selector")
            yield document.finding("SPEC-044", at, message, "leave data_selector out")
        for key in BODY_PATHS:
            if key in paginator:
                message = f"resource '{name}' answers {answer}, which has no path '{key}'"
                hint = "use a paginator that reads headers or counts records"
                yield document.finding("SPEC-044", pointer(*keys, key), message, hint)


def repeated_params(document: Document) -> Iterator[Finding]:
    """No two keys set the same query parameter."""
    client = facts.mapping(facts.get(document.data, "x-driver", "client", "params"))
    for name, resource in facts.resources(document.data).items():
        _, paginator = effective_paginator(document.data, name)
        usual = "body" if resource.get("method") == "POST" else "query"
        params = facts.mapping(resource.get("params"))
        sent: list[Json] = [facts.get(resource, "incremental", "param")]
        for place in ((), ("page_size",)):
            if facts.get(paginator, *place, "in") in (None, "query") and usual == "query":
                sent.append(facts.get(paginator, *place, "param"))
        for param in [p for p in sent if p is not None and (p in params or p in client)]:
            at = _at(name, "params", param)
            message = f"the parameter '{param}' of resource '{name}' is also set by its paging"
            hint = "take it out of 'params'"
            yield document.finding("SPEC-044", at, message, hint, severity=Severity.WARNING)


CHECKS = (parents, record_fields, selectors, request_form, repeated_params)
