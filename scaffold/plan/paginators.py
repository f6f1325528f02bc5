"""Each distinct paginator of a spec as a function of the driver: from a request to the next."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scaffold.plan.quoting import block
from scaffold.plan.selectors import dig
from scaffold.spec.model import (
    ComponentSpec,
    Cursor,
    CustomPaginator,
    HeaderCursor,
    HeaderLink,
    Keyset,
    NextUrl,
    Offset,
    PageNumber,
    PageSize,
    Paginator,
    SinglePage,
)

Part = dict[str, Any]
ARGUMENTS = {  # of every paginator's function, in order -> type
    "request": "_Request",
    "response": "requests.Response",
    "body": "Any",
    "records": "list[dict]",
    "rows": "int",
}
KINDS: dict[type, tuple[str, str, str]] = {  # -> name, template, docstring
    SinglePage: ("single_page", "single_page", "One page is all there is."),
    PageNumber: ("page_number", "counted", "Count the pages."),
    Offset: ("offset", "counted", "Skip the records read so far."),
    Cursor: ("cursor", "cursor", "Send the body's cursor back."),
    HeaderCursor: ("header_cursor", "header_cursor", "Send the header's cursor back."),
    NextUrl: ("next_url", "next_url", "Follow the body's next URL."),
    HeaderLink: ("header_link", "header_link", 'Follow `Link: <...>; rel="next"` (RFC 8288).'),
    Keyset: ("keyset", "keyset", "Ask for what comes after the last record."),
    CustomPaginator: ("custom", "custom", ""),
}
STUB_DOC = """Return the request for the page after `request`, None after the last.

    Stub: the spec has no `x-driver.paginator`. `response` is the answer, `body` its decoded JSON,
    `records` what _records() found in it. Never stop at a short page where the API says there is
    more; a repeated page and another origin are refused by the caller:

        cursor = _dig(body, "meta", "next_cursor")
        return request._replace(params=request.params | {"cursor": cursor}) if cursor else None
    """


def paginators(spec: ComponentSpec) -> tuple[list[Part], dict[str, str]]:
    """Return the functions to print and, for each resource, the key of its own in NEXT_PAGE."""
    distinct: list[Paginator] = []
    for resource in spec.resources:
        if (alike := _essence(resource.paginator)) not in distinct:
            distinct.append(alike)
    parts, keys = list[Part](), list[str]()
    for paginator in distinct:
        kind = KINDS[type(paginator)][0]
        again = sum(key.split("#")[0] == kind for key in keys)
        keys.append(f"{kind}#{again + 1}" if again else kind)
        parts.append(_part(paginator))
    used = [name for name in ARGUMENTS if any(name in part["uses"] for part in parts)]
    signature = ", ".join(f"{name}: {ARGUMENTS[name]}" for name in used)
    for part, key in zip(parts, keys, strict=True):
        suffix = "" if len(parts) == 1 else "_by_" + key.replace("#", "_")
        part["function"] = "_next" + (suffix or "_page")
        part["key"] = key.replace("#", "_")
        definition = f"def {part['function']}({signature}) -> _Request | None:\n    pass"
        part["signature"] = block(definition, 0).removesuffix("\n    pass")[4:]
        part["arguments"] = ", ".join(used)
    names = {
        resource.name: parts[distinct.index(_essence(resource.paginator))]["key"]
        for resource in spec.resources
    }
    return parts, names


def _essence(paginator: Paginator) -> Paginator:
    """Return `paginator` without what only the first request needs."""
    if isinstance(paginator, PageNumber | Offset | Keyset) and paginator.stop == "short":
        size = paginator.page_size
        return replace(paginator, page_size=size and replace(size, default=0, max=None))
    return replace(paginator, page_size=None)


def _part(paginator: Paginator) -> Part:
    _, template, docstring = KINDS[type(paginator)]
    part: Part = {"docstring": docstring, "template": f"parts/paginators/{template}.jinja"}
    defaults = {"has_more": False, "counts": False, "plain": False, "stub": False, "uses": []}
    return part | defaults | _MAKERS[type(paginator)](paginator)


def _single(paginator: SinglePage) -> Part:
    return {"uses": []}


def _custom(paginator: CustomPaginator) -> Part:
    stub = "stub next_page: say in _next_page() where the next page is"
    uses = ["request", "response", "body", "records"]
    return {"stub": stub, "docstring": STUB_DOC, "uses": uses}


def _link(paginator: HeaderLink) -> Part:
    return {"uses": ["request", "response"]}


def _url(paginator: NextUrl) -> Part:
    return {"uses": ["request", "body"], "find": _line(f"link = {dig(paginator.path)}")}


def _cursor(paginator: Cursor) -> Part:
    return {
        "uses": ["request", "body"],
        "find": _line(f"cursor = {dig(paginator.cursor)}"),
        "advance": _advance(paginator, "cursor"),
        **_more(paginator.has_more),
    }


def _header_cursor(paginator: HeaderCursor) -> Part:
    return {
        "uses": ["request", "response"],
        "find": _line(f"cursor = response.headers.get({paginator.header!r})"),
        "advance": _advance(paginator, "cursor"),
    }


def _counted(paginator: PageNumber | Offset) -> Part:
    is_page = isinstance(paginator, PageNumber)
    step = "" if is_page else " + len(records)"
    variable = "page" if is_page else "offset"
    total_pages = paginator.total_pages if isinstance(paginator, PageNumber) else None
    position = f"int({_sent(paginator)}[{paginator.param!r}])"
    start = paginator.start
    if total_pages:
        since = f"page - {start} + 1" if start not in (0, 1) else ("page", "page + 1")[start == 0]
        end = f"{since} >= {_count(total_pages)}"
    else:
        end = f"rows >= {_count(paginator.total)}" if paginator.total else ""
    following = "page + 1" if is_page else "offset"
    return {
        "uses": ["request", "records"]
        + (["body"] if end or paginator.has_more else [])
        + (["rows"] if "rows" in end else []),
        "position": _line(f"{variable} = {position}{step}"),
        "counts": bool(end),
        "end": _stop_if(end or "True"),
        "plain": not end and not paginator.has_more,
        **_stop(paginator),
        "advance": _advance(paginator, following),
        **_more(None if end else paginator.has_more),
    }


def _keyset(paginator: Keyset) -> Part:
    return {
        "uses": ["request", "records"] + (["body"] if paginator.has_more else []),
        **_stop(paginator),
        "find": _line(f"last = _dig(records, -1, {paginator.field!r})"),
        "advance": _advance(paginator, "last"),
        **_more(paginator.has_more),
    }


def _sent(part: PageNumber | Offset | PageSize) -> str:
    return {
        "query": "request.params",
        "body": "(request.body or {})",
        "header": "(request.headers or {})",
    }[part.place]


def _advance(paginator: PageNumber | Offset | Cursor | HeaderCursor | Keyset, value: str) -> str:
    """Return the statement that sends `value` as the paginator's parameter."""
    if paginator.place == "header" and not value.startswith("str("):
        value = f"str({value})"
    member = f"{{{paginator.param!r}: {value}}}"
    merged = {
        "query": f"params=request.params | {member}",
        "body": f"body=(request.body or {{}}) | {member}",
        "header": f"headers=(request.headers or {{}}) | {member}",
    }[paginator.place]
    return _line(f"return request._replace({merged})")


def _stop(paginator: PageNumber | Offset | Keyset) -> Part:
    """Return the statements that end at the last page, where the body tells and where not."""
    size, short = paginator.page_size, "not records"
    if paginator.stop == "short" and size:
        short = f"len(records) < int({_sent(size)}[{size.param!r}])"
    return {
        "stop": _stop_if(short),
        "end_of_more": _stop_if(f"{short} if more is None else not more"),
    }


def _stop_if(condition: str) -> str:
    return _line(f"if {condition}:\n    return None")


def _more(path: str | None) -> Part:
    return {"has_more": True, "more": _line(f"more = {dig(path)}")} if path else {}


def _count(path: str) -> str:
    return dig(path).replace("_dig(", "_count(", 1)


def _line(code: str) -> str:
    return block(code, 4)


_MAKERS: dict[type, Callable[[Any], Part]] = {
    SinglePage: _single,
    PageNumber: _counted,
    Offset: _counted,
    Cursor: _cursor,
    HeaderCursor: _header_cursor,
    NextUrl: _url,
    HeaderLink: _link,
    Keyset: _keyset,
    CustomPaginator: _custom,
}
