"""What a suite is about, worked out once from the spec."""

from functools import cached_property
from typing import Any

from scaffold.plan import expectations, resources, samples
from scaffold.plan.suite import cases
from scaffold.spec.model import ComponentSpec, CustomAuth, CustomPaginator, Keyset, Resource
from scaffold.spec.placeholders import references

Plan = dict[str, Any]


class Facts:
    """A spec, its resources (parents first) and their cases, and what follows from them."""

    def __init__(self, spec: ComponentSpec) -> None:
        self.spec = spec
        self.order = cases.topological(spec)
        self.cases = {resource.name: cases.case(spec, resource) for resource in self.order}
        self.connection = samples.connection(spec)
        self.credentials = expectations.credentials(spec)

    @cached_property
    def stubs(self) -> dict[str, bool]:
        """Return which stubs the driver has."""
        spec = self.spec
        return {
            "root": spec.client.base_url is None,
            "authenticate": isinstance(spec.client.auth, CustomAuth),
            "first": any(r.path is None for r in spec.resources),
            "records": any(r.data_selector is None for r in spec.resources),
            "next_page": any(isinstance(r.paginator, CustomPaginator) for r in spec.resources),
            "check_health": spec.doctor is not None and spec.doctor.path is None,
        }

    @cached_property
    def paged(self) -> list[str]:
        """Return the resources that have more than one page."""
        return [n for n, c in self.cases.items() if c["paging"]["type"] != "single_page"]

    @cached_property
    def name(self) -> str:
        """Return the resource that most tests read: no child, paged and JSON if there is one."""
        tops = [resource.name for resource in self.order if not resource.parent]
        json = {n for n, c in self.cases.items() if c["response"] == "json"}
        return min(tops, key=lambda n: (n not in self.paged, n not in json))

    @cached_property
    def resource(self) -> Resource:
        """Return the resource called `name`."""
        return next(resource for resource in self.order if resource.name == self.name)

    @cached_property
    def kinds(self) -> set[str]:
        """Return the types of declared fields."""
        return {kind for case in self.cases.values() for kind in case["fields"].values()}

    @cached_property
    def used_kinds(self) -> set[str]:
        """Return the types of all fields that the fake API sends."""
        others = {kind for case in self.cases.values() for kind in case["others"].values()}
        return self.kinds | others

    @cached_property
    def required(self) -> list[str]:
        """Return what a connection has to have."""
        return [f.name for f in self.spec.connection if f.required and f.default is None]

    @cached_property
    def interval(self) -> float:
        """Return the least seconds between two requests."""
        rate = self.spec.client.rate_limit
        per_second = rate.per_second
        if rate.connection_field:
            per_second = self.connection.get(rate.connection_field, per_second)
        return 1 / per_second if per_second else 0.0

    @cached_property
    def chunk_field(self) -> str:
        """Return the config field for the rows of a chunk, "" if there is none."""
        names = (field.name for field in self.spec.config)
        return next((n for n in names if n in ("chunk_size", "batch_size")), "")

    @cached_property
    def oauth(self) -> bool:
        """Tell whether requests carry a token that has to be fetched."""
        return "TOKEN_PATH" in self.credentials

    @cached_property
    def secret_urls(self) -> bool:
        """Tell whether a URL holds a secret, so that nothing may log it."""
        spec = self.spec
        secrets = {field.name for field in spec.connection if field.sensitive}
        texts = [spec.client.base_url, getattr(spec.client.auth, "token_url", "")]
        texts += [[r.path, r.params] for r in spec.resources]
        used = {ref.field for ref in references(texts) if ref.root == "connection"}
        return bool(secrets & used) or "AUTH_QUERY" in self.credentials

    def keys(self, resource: Resource) -> set[str]:
        """Return the fields of `resource` that requests depend on."""
        paginator = resource.paginator
        found = {paginator.field} if isinstance(paginator, Keyset) else set()
        for child in self.spec.resources:
            if child.parent == resource.name:
                texts = [child.path, child.params, child.body or {}]
                found |= {r.field for r in references(texts) if r.root == "parent"}
                found |= set(child.parent_fields.values())
        return found

    @cached_property
    def free_fields(self) -> list[str]:
        """Return the fields of NAME that nothing but the frame needs."""
        keys = self.keys(self.resource)
        return [field.name for field in self.resource.fields if field.name not in keys]

    @cached_property
    def first_of_kind(self) -> dict[str, tuple[str, str]]:
        """Return for each type a resource and a field that nothing but the frame needs."""
        found: dict[str, tuple[str, str]] = {}
        for resource in self.order:
            for field in resource.fields:
                if field.name not in self.keys(resource):
                    found.setdefault(resources.kind(field), (resource.name, field.name))
        return found
