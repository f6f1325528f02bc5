"""The table RESOURCES of a driver: what differs from one resource to the next."""

import re
from typing import Any

from scaffold.plan import quoting
from scaffold.plan.selectors import selector_expression
from scaffold.spec.model import (
    ComponentSpec,
    Field,
    Incremental,
    Json,
    Offset,
    PageNumber,
    Resource,
)
from scaffold.spec.placeholders import fields as referred

ATTRIBUTES = {  # in order -> annotation, default and comment; printed only if a resource has it
    "path": "path: str  # below the root",
    "params": "params: dict[str, Any]  # of the query; those without a value are left out",
    "fields": "fields: dict[str, str]  # name -> type; a record's others are kept as they come",
    "records": "records: Callable[[Any], Any] = lambda body: body  # an answer's list of them",
    "body": "body: dict[str, Any] | None = None  # of a POST; None: a GET",
    "headers": "headers: dict[str, str] | None = None",
    "page_size": 'page_size: tuple[str, int, int] = ("", 0, 0)'
    "  # config field, without it, at most",
    "response": 'response: str = "json"',
    "parent": 'parent: str = ""  # read once for every record of this resource',
    "parent_fields": "parent_fields: tuple[tuple[str, str], ...] = ()"
    "  # column, the parent's field",
    "primary_key": "primary_key: tuple[str, ...] = ()",
    "not_null": "not_null: tuple[str, ...] = ()",
    "needs": "needs: tuple[str, ...] = ()  # config fields without which it cannot be read",
    "next_page": 'next_page: str = ""  # key of NEXT_PAGE',
}
REQUIRED = ("path", "params", "fields")
NO_LIMIT = 10**9  # records per page, where the spec names no maximum
FORMS = ("date", "epoch_milliseconds", "epoch_seconds")  # of a start, other than ISO 8601
PLACEHOLDER = re.compile(  # as drivers fill them: the spec's own, and ours
    r"\{(connection|config|parent|page|" + "|".join(FORMS) + r")\.([^{}\s]+)\}"
)
Row = dict[str, Any]


def rows(spec: ComponentSpec, paginator_keys: dict[str, str]) -> dict[str, Row]:
    """Return, for each resource, the attributes that are not their default."""
    return {r.name: _row(spec, r, paginator_keys[r.name]) for r in spec.resources}


def _row(spec: ComponentSpec, resource: Resource, paginator_key: str) -> Row:
    row: Row = {
        "path": resource.path and resource.path.lstrip("/"),
        "fields": columns(spec, resource),
        "records": resource.data_selector if resource.response == "json" else "$",
        "params": query(spec, resource),
        "body": body(resource, spec),
        "headers": headers(spec, resource),
        "page_size": own_page_size(spec, resource),
        "response": resource.response,
        "parent": resource.parent or "",
        "parent_fields": tuple(resource.parent_fields.items()),
        "primary_key": resource.primary_key,
        "not_null": tuple(f.name for f in resource.fields if not f.nullable),
        "needs": needs(spec, resource),
        "next_page": paginator_key,
    }
    return row


def columns(spec: ComponentSpec, resource: Resource) -> dict[str, str]:
    """Return the typed columns: the declared fields, and what is copied from the parent."""
    parent = next((r for r in spec.resources if r.name == resource.parent), resource)
    declared = columns(spec, parent) if resource.parent else {}
    copied = {c: declared[f] for c, f in resource.parent_fields.items() if f in declared}
    return {field.name: kind(field) for field in resource.fields} | copied


def kind(field: Field) -> str:
    """Return the type as the driver's table has it."""
    return field.format or field.type


def query(spec: ComponentSpec, resource: Resource) -> dict[str, Json]:
    """Return the first request's query parameters, placeholders and all."""
    params = {**spec.client.params, **resource.params}
    if (incremental := resource.incremental) is not None:
        params[incremental.param] = incremental_text(spec, incremental)
    return {**params, **_paging(spec, resource, "query")}


def incremental_text(spec: ComponentSpec, incremental: Incremental) -> str:
    """Return the placeholder for the start of an incremental read, as the API wants it."""
    schemas = [f.schema for f in spec.config if f.name == incremental.config]
    as_it_is = incremental.format == "iso8601" or any(s.get("type") == "integer" for s in schemas)
    return f"{{{'config' if as_it_is else incremental.format}.{incremental.config}}}"


def converted_starts(spec: ComponentSpec) -> list[tuple[str, str]]:
    """Return config field and form of each start that is sent in another form than it is given."""
    steps = [resource.incremental for resource in spec.resources if resource.incremental]
    found = [PLACEHOLDER.fullmatch(incremental_text(spec, step)) for step in steps]
    return list(dict.fromkeys((m[2], m[1]) for m in found if m and m[1] in FORMS))


def headers(spec: ComponentSpec, resource: Resource) -> dict[str, Json]:
    """Return the first request's own headers: those that config fills, and paging's."""
    of_config = {n: v for n, v in spec.client.headers.items() if referred(v, "config")}
    return {**of_config, **_paging(spec, resource, "header")}


def body(resource: Resource, spec: ComponentSpec | None = None) -> dict[str, Json] | None:
    """Return the first request's JSON body, None for a GET."""
    if resource.method == "GET":
        return None
    return {**(resource.body or {}), **_paging(spec, resource, "body")}


def _paging(spec: ComponentSpec | None, resource: Resource, place: str) -> dict[str, Json]:
    paginator, values = resource.paginator, dict[str, Json]()
    if isinstance(paginator, PageNumber | Offset) and paginator.place == place:
        values[paginator.param] = paginator.start
    if (size := paginator.page_size) is not None and size.place == place:
        own = spec and own_page_size(spec, resource)
        values[size.param] = "{page.size}" if own else f"{{config.{size.config}}}"
    return values


def defaults(spec: ComponentSpec) -> dict[str, Json]:
    """Return what config fields are when left out; a page size is what all paginators agree on."""
    sizes: dict[str, set[int]] = {}
    for resource in spec.resources:
        if size := resource.paginator.page_size:
            sizes.setdefault(size.config, set()).add(size.default)
    found = {f.name: f.schema.get("default") for f in spec.config}
    for name, values in sizes.items():
        if found.get(name) is None and len(values) == 1:
            found[name] = min(values)
    return {name: value for name, value in found.items() if value is not None}


def own_page_size(spec: ComponentSpec, resource: Resource) -> tuple[str, int, int] | tuple[()]:
    """Return config field, default and maximum, where CONFIG and DEFAULTS do not see to them."""
    if (size := resource.paginator.page_size) is None:
        return ()
    schema = next((f.schema for f in spec.config if f.name == size.config), {})
    capped = size.max is None or schema.get("maximum", NO_LIMIT + 1) <= size.max
    if capped and size.config in defaults(spec):
        return ()
    return size.config, size.default, size.max or NO_LIMIT


def needs(spec: ComponentSpec, resource: Resource) -> tuple[str, ...]:
    """Return the optional config fields that the paths of `resource` and its parents need."""
    optional = {f.name for f in spec.config if not f.required and f.schema.get("default") is None}
    lineage, names = resource, list[str]()
    while True:
        names += referred(lineage.path or "", "config")
        if not lineage.parent:
            break
        lineage = next(r for r in spec.resources if r.name == lineage.parent)
    return tuple(name for name in dict.fromkeys(names) if name in optional)


def common(table: dict[str, Row]) -> dict[str, Json]:
    """Return the query parameters that every resource has, if there is more than one."""
    first, *others = [row["params"] for row in table.values()]
    if not others:
        return {}
    return {n: v for n, v in first.items() if all(o.get(n) == v and n in o for o in others)}


def code(table: dict[str, Row], shown: list[str]) -> str:
    """Return the statement that defines RESOURCES, with the attributes in `shown`."""
    members = []
    for name, row in table.items():
        parts = [
            f"{attribute}={_value(attribute, row[attribute])}"
            for attribute in shown
            if attribute in REQUIRED or not _is_default(attribute, row[attribute])
        ]
        members.append(f"{name!r}: _Resource({', '.join(parts)})")
    return quoting.statement(
        "RESOURCES: dict[str, _Resource]",
        "{" + ", ".join(members) + "}",
        "spec: /x-driver/resources",
    )


def _value(attribute: str, value: Any) -> str:
    if attribute == "records":
        return f"lambda body: {selector_expression(value)}"
    return repr(value)


def _is_default(attribute: str, value: Any) -> bool:
    if attribute == "records":
        return bool(value == "$")
    if attribute == "response":
        return bool(value == "json")
    return value is None if attribute == "body" else not value
