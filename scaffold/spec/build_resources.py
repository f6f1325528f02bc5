"""Resources and their paginators."""

from typing import cast

from scaffold.spec import facts
from scaffold.spec.build_config import Config
from scaffold.spec.document import Json
from scaffold.spec.model import (
    Cursor,
    CustomPaginator,
    Field,
    HeaderCursor,
    HeaderLink,
    Incremental,
    Inference,
    Keyset,
    NextUrl,
    Offset,
    PageNumber,
    PageSize,
    Paginator,
    Place,
    Resource,
    SinglePage,
)

SELECTORS = ("resource", "entity", "endpoint", "object", "stream", "table")  # with an enum
USUAL_PAGE_SIZE = 100


class Resources:
    """Builds the resources of one spec; `resource_field` is known afterwards."""

    def __init__(self, data: dict[str, Json], config: Config, inferences: list[Inference]) -> None:
        self._data, self._config, self._inferences = data, config, inferences
        self._stated = facts.resources(data)
        self._unsaid: list[str] = []  # resources whose paginator nothing says
        self.resource_field: str | None = None

    def build(self) -> tuple[Resource, ...]:
        """Return the resources; adds the config fields that they need."""
        field = self._selector()
        names = list(self._stated) or self._enum(field) or ["records"]
        if field in self._config:
            self.resource_field = field
        elif len(names) > 1:
            schema: dict[str, Json] = {"type": "string", "description": "What to read"}
            schema["enum"] = names
            self._config.add(field, schema, "it chooses among several resources", required=True)
            self.resource_field = field
        built = tuple(self._resource(name, self._stated.get(name)) for name in names)
        if not self._stated:
            self._infer("paths and data selectors are stubs", "x-driver has no resources")
        if self._unsaid:
            self._infer(f"paging of {', '.join(self._unsaid)} is a stub", "no paginator is given")
        return built

    def _infer(self, what: str, why: str) -> None:
        self._inferences.append(Inference(what, why))

    def _selector(self) -> str:
        stated = facts.get(self._data, "x-driver", "resource_field")
        if isinstance(stated, str) or self._stated:
            return str(stated or "resource")
        for name in SELECTORS:
            if self._enum(name):
                if name != "resource":
                    self._infer(f"config field {name} chooses the resource", "it has an enum")
                return name
        self._infer("one resource, called records", "the spec names none")
        return "resource"

    def _enum(self, field: str) -> list[str]:
        return facts.texts(self._config.schema(field).get("enum"))

    def _resource(self, name: str, stated: dict[str, Json] | None) -> Resource:
        given = stated or {}
        method = given.get("method", "GET")
        key = given.get("primary_key", [])
        return Resource(
            name=name,
            path=given.get("path"),
            method=method,
            body=given.get("body"),
            response=given.get("response", "json"),
            data_selector=None if stated is None else given.get("data_selector", "$"),
            primary_key=(key,) if isinstance(key, str) else tuple(key),
            params=dict(given.get("params", {})),
            parent=given.get("parent"),
            parent_fields=dict(given.get("parent_fields", {})),
            incremental=self._incremental(given.get("incremental")),
            fields=tuple(_field(n, f) for n, f in given.get("fields", {}).items()),
            paginator=self._paginator(name, given, method),
            description=given.get("description", ""),
        )

    def _incremental(self, stated: dict[str, Json] | None) -> Incremental | None:
        if stated is None:
            return None
        field, param = stated["field"], stated["param"]
        name, form = str(stated.get("config", param)), stated.get("format", "iso8601")
        kind = "date" if form == "date" else "date-time"
        what = f"Only records whose {field} is not before this (ISO 8601)"
        schema = {"type": "string", "description": what, "format": kind}
        self._config.add(name, schema, "a resource is incremental")
        return Incremental(field, param, name, form)

    def _paginator(self, name: str, resource: dict[str, Json], method: str) -> Paginator:
        stated = resource.get("paginator", facts.get(self._data, "x-driver", "paginator"))
        if stated is None:
            self._unsaid.append(name)
            return CustomPaginator(None)
        usual: Place = "body" if method == "POST" else "query"
        return paginator(stated, usual, self._page_size(stated.get("page_size"), usual))

    def _page_size(self, stated: dict[str, Json] | None, usual: Place) -> PageSize | None:
        if stated is None:
            return None
        param = stated["param"]
        name = stated.get("config")
        if name is None:
            named = [n for n in ("page_size", param) if n in self._config]
            own = [n for n in named if n not in _added(self._config)]
            name = (own or named or ["page_size"])[0]
        schema = self._config.schema(name)
        maximum = stated.get("max")
        default = stated.get("default", schema.get("default") if name in self._config else None)
        if not isinstance(default, int):
            default = maximum or USUAL_PAGE_SIZE
            self._infer(f"page size {default}", "page_size has no default")
        self._config.add_page_size(name, int(default), maximum)
        place = cast(Place, stated.get("in", usual))
        return PageSize(param, int(default), maximum, place, name)


def _added(config: Config) -> set[str]:
    return {field.name for field in config.fields() if field.added}


def paginator(stated: dict[str, Json], usual: Place, size: PageSize | None) -> Paginator:
    """Return the kind of paginator that `type` names."""
    param, place = stated.get("param", ""), cast(Place, stated.get("in", usual))
    more, stop, total = stated.get("has_more"), stated.get("stop", "empty"), stated.get("total")
    match stated["type"]:
        case "single_page":
            return SinglePage(size)
        case "page_number":
            start, pages = int(stated.get("start", 1)), stated.get("total_pages")
            return PageNumber(param, place, start, pages, total, more, stop, size)
        case "offset":
            start = int(stated.get("start", 0))
            return Offset(param, place, start, total, more, stop, size)
        case "cursor":
            return Cursor(stated["cursor"], param, place, more, size)
        case "header_cursor":
            return HeaderCursor(stated["header"], param, place, size)
        case "next_url":
            return NextUrl(stated["path"], size)
        case "header_link":
            return HeaderLink(size)
        case "keyset":
            return Keyset(stated["field"], param, place, more, stop, size)
        case _:
            return CustomPaginator(size)


def _field(name: str, stated: Json) -> Field:
    if isinstance(stated, str):
        return Field(name, stated)
    form = stated.get("format")
    return Field(
        name=name,
        type=stated["type"],
        nullable=stated.get("nullable", True),
        format=form if form != "iso8601" else None,
        description=stated.get("description", ""),
    )
