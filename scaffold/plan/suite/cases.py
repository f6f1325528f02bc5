"""The cases of a suite: each resource as the fake API serves it, and a config that reads it."""

from typing import Any

from scaffold.plan import expectations, resources, samples
from scaffold.plan.quoting import statement
from scaffold.spec.model import ComponentSpec, Field, Resource
from scaffold.spec.placeholders import references

Plan = dict[str, Any]
LEAST_PAGE = 2
ALWAYS = ("config", "paged", "length", "path", "query", "fields", "paging")  # without a default


def topological(spec: ComponentSpec) -> list[Resource]:
    """Return the resources, parents before their children, else in the spec's order."""
    by_name, order = {r.name: r for r in spec.resources}, list[Resource]()
    waiting = list(spec.resources)
    while waiting:
        ready = [r for r in waiting if not r.parent or by_name[r.parent] in order]
        order += ready
        waiting = [r for r in waiting if r not in ready]
    return order


def case(spec: ComponentSpec, resource: Resource) -> Plan:
    """Return the attributes of the suite's Case for `resource`."""
    given = samples.config(spec, resource)
    given |= {n: v for n, v in path_defaults(spec).items() if n not in given}
    paged, length = page_size(spec, resource)
    query, body = expectations.first_request(spec, resource, given)
    connection = {"connection": expectations.with_defaults(spec)}
    path = expectations.text((resource.path or "").lstrip("/"), connection)
    columns = resources.columns(spec, resource)
    fields = {field.name: resources.kind(field) for field in resource.fields}
    is_json = resource.response == "json"
    return {
        "config": given,
        "paged": paged,
        "length": length,
        "path": f"{expectations.base_path(spec)}/{path}",
        "query": query,
        "fields": fields,
        "paging": expectations.paging(resource),
        "steps": tuple(expectations.steps(resource.data_selector)) if is_json else (),
        "others": _needed(spec, resource),
        "body": body,
        "response": resource.response,
        "parent": resource.parent or "",
        "parent_fields": _parent_fields(spec, resource),
        "columns": columns if columns != fields else {},
    }


def path_defaults(spec: ComponentSpec) -> Plan:
    """Return the defaults of config fields that a path refers to."""
    refs = [r for resource in spec.resources for r in references(resource.path or "")]
    wanted = {ref.field for ref in refs if ref.root == "config"}
    return {n: v for n, v in samples.with_defaults(spec, {}).items() if n in wanted}


def page_size(spec: ComponentSpec, resource: Resource) -> tuple[Plan, int]:
    """Return the config that asks for small pages, and how small the spec lets them be."""
    size = resource.paginator.page_size
    if size is None:
        return {}, LEAST_PAGE
    schema = next((f.schema for f in spec.config if f.name == size.config), {})
    length = max(LEAST_PAGE, int(schema.get("minimum", 1)))
    if not samples.is_valid(schema, length):
        length = int(samples.value(schema) or size.default)
    return {size.config: length}, length


def _parent_fields(spec: ComponentSpec, resource: Resource) -> Plan:
    """Return for each column that a parent's field fills that field and its type."""
    parent = next((r for r in spec.resources if r.name == resource.parent), resource)
    return {
        column: (source, _kind_of(parent.fields, source))
        for column, source in resource.parent_fields.items()
    }


def _kind_of(fields: tuple[Field, ...], name: str) -> str:
    """Return the type of the field called `name`, integer where it is not declared."""
    return next((resources.kind(field) for field in fields if field.name == name), "integer")


def _needed(spec: ComponentSpec, resource: Resource) -> dict[str, str]:
    """Return the fields of `resource` that requests need but the spec does not declare."""
    declared = {field.name for field in resource.fields}
    names = [getattr(resource.paginator, "field", "")]
    for child in spec.resources:
        if child.parent == resource.name:
            texts = [child.path, child.params, child.body or {}]
            names += [r.field for r in references(texts) if r.root == "parent"]
            names += child.parent_fields.values()
    found = {name: "integer" for name in names if name and name not in declared}
    return found if found or declared else {"id": "integer"}


def table(cases: dict[str, Plan]) -> str:
    """Return the statement that defines CASES."""
    members = [
        f"{name!r}: Case("
        + ", ".join(f"{k}={v!r}" for k, v in attributes.items() if k in ALWAYS or not _bare(k, v))
        + ")"
        for name, attributes in cases.items()
    ]
    return statement("CASES", "{" + ", ".join(members) + "}")


def _bare(key: str, given: Any) -> bool:
    """Tell whether `given` is the default of Case's attribute `key`."""
    return given == "json" if key == "response" else given is None if key == "body" else not given
