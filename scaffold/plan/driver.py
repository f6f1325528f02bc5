"""What a REST extractor's module prints: every name, literal and part is chosen here."""

from typing import Any

from scaffold.naming import names
from scaffold.plan import client, config, constants, imports, paginators, quoting, resources
from scaffold.plan.selectors import selector_expression
from scaffold.spec.model import (
    ComponentSpec,
    CustomPaginator,
    HeaderLink,
    NextUrl,
    SinglePage,
)
from scaffold.spec.placeholders import references

Plan = dict[str, Any]
METRICS = {  # name -> value, unit
    "rows_read": ("rows", "rows"),
    "bytes_processed": ("api.bytes", "bytes"),
    "duration_ms": ("(self._clock() - started) * 1000", "ms"),
    "memory_mb": ("memory", "MB"),
    "errors": ("api.errors", "errors"),
    "api_calls": ("api.calls", "calls"),
    "api_calls_made": ("api.calls", "calls"),
    "rate_limit_hits": ("api.rate_limit_hits", "hits"),
}
SCALARS = {"integer", "number", "string"}  # types that a URL spells as Python does
DTYPES = {"boolean": "boolean", "integer": "Int64", "number": "Float64"} | dict.fromkeys(
    ("binary", "date", "decimal", "time"), "object"
)  # of columns; other types are strings
PARSERS = {  # type -> Python types that fit as they are, how the rest is read
    "any": "{str}, lambda value: json.dumps(value) if isinstance(value, dict | list) else value",
    "binary": "set(), lambda value: b64decode(_text(value), validate=True)",
    "boolean": "{bool}, lambda value: BOOLEANS[_text(value).lower()]",
    "date": "set(), lambda value: date.fromisoformat(_text(value))",
    "decimal": "set(), lambda value: Decimal(_text(value))",
    "epoch_milliseconds": "set(), lambda value: round(Decimal(_text(value)) * 10**3)",
    "epoch_seconds": "set(), lambda value: round(Decimal(_text(value)) * 10**6)",
    "integer": "{int}, _integer",
    "number": "{float, int}, lambda value: float(_text(value))",
    "time": "set(), lambda value: time_of_day.fromisoformat(_text(value))",
}


def driver_plan(spec: ComponentSpec) -> Plan:
    """Return what templates/drivers/rest_extractor.py.jinja prints for `spec`."""
    parts, keys = paginators.paginators(spec)
    table = resources.rows(spec, keys)
    plan: Plan = {
        "template": "drivers/rest_extractor.py.jinja",
        "class_name": names(spec.name, spec.role, spec.family, spec.driver_class).class_name,
        "component": spec.name,
        "version": quoting.literal(spec.version),
        "source": quoting.docstring(quoting.one_line(spec.source_name)),
        "docstring": quoting.docstring(
            f"{spec.title or spec.name}: one resource to a typed DataFrame."
        ),
        **_methods(spec),
        **_paging(spec, parts, keys),
        **_requests(spec, table),
        **_records(spec, table),
        **_types(table),
        **_config(spec),
        **client.client_plan(spec),
    }
    plan["api_error"] = plan["oauth"]["on"] or plan["body_error"]
    plan["own_errors"] = _own_errors(plan)
    plan["dig"] = "_dig(" in repr(parts) or bool(plan["body_error"]) or "_count(" in repr(parts)
    plan["whole"] = "_count(" in repr(parts)
    plan |= _resource_table(plan, spec, table)
    plan["parses"] = "_parses(" in config.table(spec)[0] + "".join(plan["constraints"])
    plan["counters"] = (
        " = ".join(
            f"self.{name}"
            for name, on in (
                ("calls", True),
                ("errors", plan["errors_metric"]),
                ("rate_limit_hits", plan["hits_metric"]),
                ("bytes", plan["sized"]),
            )
            if on
        )
        + " = 0"
    )
    plan["next_start"] = "max(self._clock(), self._due)" if plan["paced"] else "self._clock()"
    plan["constants"] = constants.constants(spec, plan, table)
    plan["imports"] = imports.imports(plan)
    plan["stubs"] = _stubs(plan, parts)
    return plan


def _methods(spec: ComponentSpec) -> Plan:
    chunk = config.chunk_field(spec)
    return {
        "stream": "stream" if spec.capabilities["streaming"] else "_stream",
        "chunk_size": f'settings["{chunk}"]' if chunk else "CHUNK_SIZE",
        "chunk_field": chunk,
        "discover": spec.capabilities["discover"],
        "doctor": client.doctor(spec, query_texts=_has_query_texts(spec)) if spec.doctor else {},
        "health_stub": spec.doctor is not None and spec.doctor.path is None,
        "metrics": [
            f'"{name}", {value}, "{unit}"'
            for name, (value, unit) in ((m, METRICS[m]) for m in spec.metrics)
        ],
        "memory_metric": "memory_mb" in spec.metrics,
        "duration_metric": "duration_ms" in spec.metrics,
        "errors_metric": "errors" in spec.metrics,
        "hits_metric": "rate_limit_hits" in spec.metrics,
        "sized": "bytes_processed" in spec.metrics or spec.limits.size_mb is not None,
        "max_rows": spec.limits.rows is not None,
        "max_bytes": spec.limits.size_mb is not None,
        "max_duration": spec.limits.duration_seconds is not None,
    }


def _paging(spec: ComponentSpec, parts: list[Plan], keys: dict[str, str]) -> Plan:
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


def _requests(spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
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
    texts = _has_query_texts(spec)
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


def _has_query_texts(spec: ComponentSpec) -> bool:
    """Tell whether a query parameter may be a boolean, a list or an object."""
    odd = {f.name for f in spec.config if not config.kinds(f.schema) <= SCALARS}
    values = [v for r in spec.resources for v in resources.query(spec, r).values()]
    found = [ref for v in values for ref in references(v)]
    used = {ref.field for ref in found if ref.root == "config"}
    parents = any(ref.root == "parent" for ref in found)
    return bool(odd & used) or parents or any(isinstance(v, bool | list | dict) for v in values)


def _records(spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
    formats = {resource.response for resource in spec.resources}
    decoders = {"json": "_body", "ndjson": "_lines", "csv": "_rows"}
    selectors = {row["records"] for row in table.values()}
    stub = None in selectors
    body = f"{decoders[next(iter(formats))]}(response)"
    if len(formats) > 1:
        pairs = ", ".join(f'"{f}": {decoders[f]}' for f in sorted(formats, reverse=True))
        body = f"{{{pairs}}}[resource.response](response)"
    select = "resource.records(body)"
    if len(selectors) == 1 and not stub:
        select = selector_expression(next(iter(selectors)))
    return {
        "json": "json" in formats or spec.client.body_error is not None,
        "ndjson": "ndjson" in formats,
        "csv": "csv" in formats,
        "body": quoting.block(f"body = {body}", 12),
        "records_stub": stub,
        "select": quoting.block(f"records = {select}", 8),
    }


def _types(table: dict[str, resources.Row]) -> Plan:
    kinds = {kind for row in table.values() for kind in row["fields"].values()}
    epochs = {k for k in kinds if k.startswith("epoch_")}
    dtypes = {kind: DTYPES[kind] for kind in sorted(kinds) if kind in DTYPES}
    parsers = ", ".join(f"{k!r}: ({v})" for k, v in PARSERS.items() if k in kinds | {"any"})
    annotation = "PARSERS: dict[str, tuple[set[type], Callable[[Any], Any]]]"
    shown = ("binary", "boolean", "date", "datetime", "decimal", "integer", "time")
    return {
        "kinds": sorted(kinds),
        "types": {"epoch": bool(epochs), **{kind: kind in kinds for kind in shown}},
        "dtypes": dtypes,
        "dtype": 'DTYPES.get(kind, "string")' if dtypes else '"string"',
        "parsers": quoting.statement(
            annotation, f"{{{parsers}}}", "type -> what fits as it is, how the rest is read"
        ),
        "discovered_type": (
            '"datetime" if kind.startswith("epoch_") else kind' if epochs else "kind"
        ),
        "primary_keys": any(row["primary_key"] for row in table.values()),
        "discovered_nullable": (
            "name not in resource.not_null"
            if any(row["not_null"] for row in table.values())
            else "True"
        ),
    }


def _config(spec: ComponentSpec) -> Plan:
    config_names = {f.name for f in spec.config}
    rules = {f.name: f.override for f in spec.connection}
    overridable = [
        n for n, rule in rules.items() if rule in ("allowed", "warning") and n in config_names
    ]
    defaults = client.connection_defaults(spec)
    words = ["its defaults"] * bool(defaults) + ["what config overrides"] * bool(overridable)
    merged = ["CONNECTION_DEFAULTS"] * bool(defaults) + ["_present(given)"]
    merged += ["_present(overrides)"] * bool(overridable)
    field = spec.resource_field
    default = next((f.schema.get("default") for f in spec.config if f.name == field), None)
    name = f"str(config.get({field!r}))" if field else repr(spec.resources[0].name)
    if default is not None:
        name = f"str(config.get({field!r}) or {default!r})"
    constrained = "DEFAULTS | _present(config)"
    if {n for rule in spec.constraints for n in (rule.when | rule.must)} - config_names:
        constrained = f"_connection(config) | {constrained}"
    return {
        "name_of_resource": quoting.block(f"return {name}", 4),
        "constrained": constrained,
        "connection_words": " and ".join(words) or "nothing that is null",
        "merged_connection": " | ".join(merged),
        "overrides": overridable,
        "override_warnings": [n for n in overridable if rules[n] == "warning"],
        "forbidden": [n for n, rule in rules.items() if rule == "forbidden"],
        "required_config": [
            f.name for f in spec.config if f.required or (f.name == field and default is None)
        ],
        "required": [f.name for f in spec.connection if f.required],
        "constraints": [config.constraint(rule) for rule in spec.constraints],
        "needs": False,
        "config_docstring": _config_docstring(spec),
    }


def _config_docstring(spec: ComponentSpec) -> str:
    """Return what `config` holds, for the docstring of run()."""
    required = [f.name for f in spec.connection if f.required]
    optional = [f.name for f in spec.connection if not f.required]
    connection = f" with {', '.join(required)}" if required else ""
    maybe = ", ".join([*optional, *(["base_url"] if "base_url" not in optional else [])])
    names = ", ".join(f.name for f in spec.config)
    return quoting.docstring(
        f"`config`: the fields of CONFIG ({names}), and `resolved_connection`{connection},"
        f" maybe {maybe}. `inputs` is unused.",
        8,
    )


def _resource_table(plan: Plan, spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
    hidden = set()
    if "resource.records" not in plan["select"] or plan["records_stub"]:
        hidden.add("records")
    if len(plan["paginators"]) < 2:
        hidden.add("next_page")
    if len({r.response for r in spec.resources}) < 2:
        hidden.add("response")
    if not plan["discover"]:
        hidden |= {"primary_key", "not_null"}
    if plan["first_stub"]:
        hidden |= {"path", "params"}
    if not plan["post"]:
        hidden.add("body")
    if not plan["page_sizes"]:
        hidden.add("page_size")
    used = [
        attribute
        for attribute in resources.ATTRIBUTES
        if attribute not in hidden
        and (
            attribute in resources.REQUIRED
            or any(not resources._is_default(attribute, row[attribute]) for row in table.values())
        )
    ]
    return {
        "resource_attributes": [resources.ATTRIBUTES[attribute] for attribute in used],
        "resources": resources.code(table, used),
        "needs": "needs" in used,
    }


def _own_errors(plan: Plan) -> str:
    errors = ["_SpecError"] + ["_ApiError"] * bool(plan["api_error"])
    stubs = plan["first_stub"] or plan["root_stub"] or plan["auth_stub"]
    custom = any(p["stub"] for p in plan["paginators"]) or plan["health_stub"]
    errors += ["NotImplementedError"] * bool(stubs or custom or plan["records_stub"])
    return " | ".join(errors)


def _stubs(plan: Plan, parts: list[Plan]) -> list[Plan]:
    """Return the open stubs: id, where, and what the spec lacks."""
    stubs = [
        ("root", "_root", plan["root_stub"], "x-driver.client.base_url"),
        ("authenticate", "_authenticate", plan["auth_stub"], "x-driver.client.auth"),
        ("first", "_Api._first", plan["first_stub"], "x-driver.resources"),
        ("records", "_records", plan["records_stub"], "x-driver.resources.<name>.data_selector"),
        ("check_health", "_check_health", plan["health_stub"], "x-driver.doctor.path"),
    ]
    stubs += [("next_page", p["function"], p["stub"], "x-driver.paginator") for p in parts]
    return [
        {"id": i, "method": m, "why": f"the spec has no {why}"} for i, m, on, why in stubs if on
    ]
