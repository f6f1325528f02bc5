"""How a REST extractor asks: first requests, what fills them, and which page comes next."""

from typing import Any

from scaffold.plan import client, config, quoting, resources
from scaffold.spec.model import ComponentSpec, CustomPaginator, HeaderLink, NextUrl, SinglePage
from scaffold.spec.placeholders import references

Plan = dict[str, Any]
SCALARS = {"integer", "number", "string"}  # types that a URL spells as Python does


def paging(spec: ComponentSpec, parts: list[Plan], keys: dict[str, str]) -> Plan:
    """Return which paginators are printed, and how the next page is asked for."""
    several = len(parts) > 1
    kinds = {type(resource.paginator) for resource in spec.resources}
    functions = ", ".join(f"{p['key']!r}: {p['function']}" for p in parts)
    arguments = parts[0]["arguments"]
    function = "NEXT_PAGE[resource.next_page]" if several else "_next_page"
    return {
        "paginators": [] if kinds == {SinglePage} else parts,
        "single_page": kinds == {SinglePage},
        "optional_request": "" if kinds == {SinglePage} else ": _Request | None",
        "dispatch": quoting.statement("NEXT_PAGE", "{" + functions + "}") if several else "",
        "next_page": f"{function}({arguments})",
        "counts_rows": "rows" in arguments,
        "counted": any(p["template"].endswith("counted.jinja") for p in parts),
        "follows_urls": bool(kinds & {HeaderLink, NextUrl, CustomPaginator}),
        "urljoin": bool(kinds & {HeaderLink, NextUrl}),
        "parents": any(resource.parent for resource in spec.resources),
        "parent_fields": any(resource.parent_fields for resource in spec.resources),
    }


def sending(spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
    """Return how the first request is made, filled and sent."""
    stub = any(resource.path is None for resource in spec.resources)
    shared = resources.common(table)
    for row in table.values():
        row["params"] = {n: v for n, v in row["params"].items() if n not in shared}
    own = any(row["params"] for row in table.values())
    params = " | ".join(["PARAMS"] * bool(shared) + ["resource.params"] * own) or "{}"
    templates = [shared, *(row[k] for row in table.values() for k in ("params", "body", "headers"))]
    asks = client.doctor_params(spec)
    templates += [client.session_headers(spec), asks]
    fills = any(_has_placeholder(template) for template in templates)
    paths = [row["path"] or "" for row in table.values()]
    if spec.doctor and spec.doctor.path:
        paths.append(spec.doctor.path)
    texts = has_query_texts(spec)
    sources = "self._sources"
    if any(resource.parent for resource in spec.resources):
        sources = 'self._sources | {"parent": parent}'
    filled = f"_filled({params}, sources)" if fills and params != "{}" else params
    if not fills and params in ("PARAMS", "resource.params"):
        filled = f"dict({params})"
    headers = any(row["headers"] for row in table.values())
    placed = headers or any(
        getattr(resource.paginator, "place", "") == "header" for resource in spec.resources
    )
    post = [row["body"] is not None for row in table.values()]
    doctor_post = spec.doctor is not None and spec.doctor.method == "POST"
    is_post = any(post) or doctor_post
    only_post = all(post) and (spec.doctor is None or doctor_post)
    guard = "" if all(post) else "resource.body and "  # a GET has none
    first = ["url", f"_query({filled})" if texts and params != "{}" else filled]
    first += ["body"] * is_post
    if headers:
        values = "_filled(resource.headers, sources)" if fills else "resource.headers"
        first.append(f"headers=_texts({values} or {{}})")
    return {
        "first_request": f"parts/first_request{'_stub' if stub else ''}.jinja",
        "first_stub": stub,
        "stub_params": tuple(f.name for f in spec.config if f.name != spec.resource_field)[:3],
        "shared_params": shared,
        "first": quoting.block(f"return _Request({', '.join(first)})", 8),
        "query_texts": texts and (params != "{}" or bool(asks)),
        "path": "{_path(resource.path, sources)}" if _any_references(paths) else "{resource.path}",
        "uses_sources": fills or _any_references(paths),
        "page_sizes": any(row["page_size"] for row in table.values()),
        "sources": sources,
        "fills": fills,
        "fills_lists": any(_leaves(template, list) for template in templates),
        "fills_constants": any(_leaves(template, None) for template in templates),
        "fills_texts": any(_leaves(template, str) for template in templates),
        "fills_paths": _any_references(paths),
        "post": is_post,
        "filled_body": f"{guard}_filled(resource.body, sources)" if fills else "resource.body",
        "header_params": placed,
        "header_texts": headers or client.fills_headers(spec),
        "send_call": _send_call(is_post, only_post, placed),
        **_instants(spec),
    }


def _any_references(texts: list[str]) -> bool:
    return any(list(references(text)) for text in texts)


def _has_placeholder(template: Any) -> bool:
    """Tell whether `_filled` has something to do in `template`."""
    if isinstance(template, dict):
        return any(map(_has_placeholder, template.values()))
    if isinstance(template, list):
        return any(map(_has_placeholder, template))
    return isinstance(template, str) and resources.PLACEHOLDER.search(template) is not None


def _leaves(template: Any, wanted: type | None) -> bool:
    """Tell whether `template` holds a list, a constant (None), or a text around a placeholder."""
    if template is None:
        return False
    if isinstance(template, dict):
        return any(v is None or _leaves(v, wanted) for v in template.values())
    if isinstance(template, list):
        return wanted is list or any(v is None or _leaves(v, wanted) for v in template)
    if not isinstance(template, str):
        return wanted is None
    whole = resources.PLACEHOLDER.fullmatch(template)
    return wanted is str and not whole and _has_placeholder(template)


def _send_call(post: bool, only_post: bool, headers: bool) -> str:
    method = "post(" if only_post else 'request("GET" if request.body is None else "POST", '
    body = "json=request.body, " * post + "headers=request.headers, " * headers
    call = (
        f"response = self._client.{method if post else 'get('}request.url, params=request.params,"
    )
    return quoting.block(f"{call} {body}timeout=timeout, allow_redirects=False)", 8)


def _instants(spec: ComponentSpec) -> Plan:
    """Return how the start of a read becomes what the API takes, where that is not ISO 8601."""
    forms = {
        "date": "at.astimezone(UTC).date().isoformat()",
        "epoch_milliseconds": "round(at.timestamp() * 1000)",
        "epoch_seconds": "int(at.timestamp())",
    }
    starts = resources.converted_starts(spec)
    used = [form for form in forms if form in {form for _, form in starts}]
    code = ["times = {name: _instant(settings[name]) for name in STARTS if name in settings}"]
    for form in used:
        made = f"{{name: {forms[form]} for name, at in times.items()}}"
        code.append(f'self._sources["{form}"] = {made}')
    return {
        "instants": [quoting.block(line, 8) for line in code] if used else [],
        "instant_roots": used,
        "starts": tuple(dict.fromkeys(name for name, _ in starts)),
    }


def has_query_texts(spec: ComponentSpec) -> bool:
    """Tell whether a query parameter may be a boolean, a list or an object."""
    odd = {f.name for f in spec.config if not config.kinds(f.schema) <= SCALARS}
    values = [v for r in spec.resources for v in resources.query(spec, r).values()]
    found = [ref for v in values for ref in references(v)]
    used = {ref.field for ref in found if ref.root == "config"}
    parents = any(ref.root == "parent" for ref in found)
    return bool(odd & used) or parents or any(isinstance(v, bool | list | dict) for v in values)
