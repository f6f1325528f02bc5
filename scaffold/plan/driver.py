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
TEXT_TYPES = ("string", "decimal", "date", "datetime", "time", "binary", "object", "array")


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
        "docstring": quoting.docstring(f"{spec.title or spec.name}: one resource to a typed DataFrame."),
        **_methods(spec),
        **_paging(spec, parts, keys),
        **_requests(spec, table),
        **_records(spec, table),
        **_types(spec, table),
        **_config(spec),
        **client.client_plan(spec),
    }
    plan["api_error"] = plan["oauth"]["on"] or plan["body_error"]
    plan["own_errors"] = _own_errors(plan)
    plan["dig"] = "_dig(" in repr(parts) or bool(plan["body_error"]) or "_count(" in repr(parts)
    plan["whole"] = "_count(" in repr(parts)
    plan |= _resource_table(plan, spec, table)
    plan["parses"] = "_parses(" in config.table(spec)[0] + "".join(plan["constraints"])
    plan["constants"] = constants.constants(spec, plan, table)
    plan["imports"] = imports.imports(plan)
    plan["stubs"] = _stubs(plan, parts)
    return plan


def _methods(spec: ComponentSpec) -> Plan:
    chunk = next((f.name for f in spec.config if f.name in ("chunk_size", "batch_size")), "")
    return {
        "stream": "stream" if spec.capabilities["streaming"] else "_stream",
        "chunk_size": f'settings["{chunk}"]' if chunk else "CHUNK_SIZE",
        "chunk_field": chunk,
        "discover": spec.capabilities["discover"],
        "doctor": client.doctor(spec) if spec.doctor else {},
        "health_stub": spec.doctor is not None and spec.doctor.path is None,
        "metrics": [
            f'"{name}", {value}, "{unit}"'
            for name, (value, unit) in ((m, METRICS[m]) for m in spec.metrics)
        ],
        "memory_metric": "memory_mb" in spec.metrics,
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
    values = [shared, *(row[key] for row in table.values() for key in ("params", "body", "headers"))]
    fills = any(list(references(v)) or "{date." in repr(v) or "{epoch" in repr(v) for v in values)
    fills = fills or client.fills_headers(spec)
    fills_paths = any(list(references(row["path"] or "")) for row in table.values())
    params = " | ".join(["PARAMS"] * bool(shared) + ["resource.params"] * own) or "{}"
    if "{" not in repr(shared) + repr([row["params"] for row in table.values()])[1:] and not fills:
        params = params if " | " in params or params == "{}" else f"dict({params})"
    texts = _has_query_texts(spec)
    filled = f"_filled({params}, sources)" if fills and params != "{}" else params
    first_headers = any(row["headers"] for row in table.values())
    placed = first_headers or any(
        getattr(resource.paginator, "place", "") == "header" for resource in spec.resources
    )
    post = [row["body"] is not None for row in table.values()]
    doctor_post = spec.doctor is not None and spec.doctor.method == "POST"
    sources = "self._sources"
    if any(resource.parent for resource in spec.resources):
        sources = 'self._sources | {"parent": parent}'
    filled_params = f"_query({filled})" if texts and params != "{}" else filled
    is_post = any(post) or doctor_post
    send = _send_call(is_post, all(post) and (spec.doctor is None or doctor_post), bool(placed))
    values_of_first = ["url", filled_params] + ["body"] * is_post
    if first_headers:
        headers = "_filled(resource.headers, sources)" if fills else "resource.headers"
        values_of_first.append(headers if is_post else f"headers={headers}")
    return {
        "first_request": f"parts/first_request{'_stub' if stub else ''}.jinja",
        "first_stub": stub,
        "stub_params": tuple(f.name for f in spec.config if f.name != spec.resource_field)[:3],
        "shared_params": shared,
        "first_values": ", ".join(values_of_first),
        "query_texts": texts and params != "{}",
        "path": "{_path(resource.path, sources)}" if fills_paths else "{resource.path}",
        "uses_sources": fills or fills_paths,
        "sources": sources,
        "fills": fills,
        "fills_paths": fills_paths,
        "instants": _instants(spec),
        "post": is_post,
        "filled_body": "_filled(resource.body, sources)" if fills else "resource.body",
        "header_params": placed,
        "send_call": send,
    }


def _send_call(post: bool, only_post: bool, headers: bool) -> str:
    method = "post(" if only_post else 'request("GET" if request.body is None else "POST", '
    body = "json=request.body, " * post + "headers=request.headers, " * headers
    call = f"response = self._client.{method if post else 'get('}request.url, params=request.params,"
    return quoting.block(f"{call} {body}timeout=timeout, allow_redirects=False)", 8)


def _instants(spec: ComponentSpec) -> list[str]:
    """Return the forms other than ISO 8601 in which the API takes the start of a read."""
    formats = {r.incremental.format for r in spec.resources if r.incremental}
    return sorted(formats - {"iso8601"})


def _has_query_texts(spec: ComponentSpec) -> bool:
    """Tell whether a query parameter may be a boolean or a list, which URLs spell differently."""
    odd = {
        f.name for f in spec.config
        if {"boolean", "array"} & set(_kinds(f.schema)) or {"anyOf", "oneOf"} & f.schema.keys()
    }
    values = [v for r in spec.resources for v in resources.query(spec, r).values()]
    used = {ref.field for v in values for ref in references(v) if ref.root == "config"}
    return bool(odd & used) or any(isinstance(v, bool | list) for v in values)


def _kinds(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


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
        "body": body,
        "records_stub": stub,
        "select": quoting.block(f"records = {select}", 8),
    }


def _types(spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
    kinds = {kind for row in table.values() for kind in row["fields"].values()}
    epochs = {k for k in kinds if k.startswith("epoch_")}
    nullable = {"boolean": "boolean", "integer": "Int64", "number": "Float64"}
    return {
        "kinds": sorted(kinds),
        "types": {
            **{k: k in kinds for k in (*TEXT_TYPES, "epoch_seconds", "epoch_milliseconds")},
            "parsed": bool(kinds & {"binary", "date", "decimal", "time"}),
            "texts": bool(kinds & set(TEXT_TYPES)),
        },
        "nullable_types": {k: v for k, v in nullable.items() if k in kinds},
        "discovered_type": '"datetime" if kind.startswith("epoch_") else kind' if epochs else "kind",
        "primary_keys": any(resource.primary_key for resource in spec.resources),
        "discovered_nullable": "name not in resource.not_null"
        if any(row["not_null"] for row in table.values())
        else "True",
    }


def _config(spec: ComponentSpec) -> Plan:
    config_names = {f.name for f in spec.config}
    rules = {f.name: f.override for f in spec.connection}
    overridable = [n for n, rule in rules.items() if rule in ("allowed", "warning") and n in config_names]
    defaults = client.connection_defaults(spec)
    words = ["its defaults"] * bool(defaults) + ["what config overrides"] * bool(overridable)
    merged = ["CONNECTION_DEFAULTS"] * bool(defaults) + ["_present(given)"]
    merged += ["_present(overrides)"] * bool(overridable)
    field = spec.resource_field
    default = next((f.schema.get("default") for f in spec.config if f.name == field), None)
    name = f"str(config.get({field!r}))"
    if default is not None:
        name = f"str(config.get({field!r}) or {default!r})"
    return {
        "name_of_resource": quoting.block(
            f"return {name if field else repr(spec.resources[0].name)}", 4
        ),
        "connection_words": " and ".join(words) or "nothing that is null",
        "merged_connection": " | ".join(merged),
        "overrides": overridable,
        "override_warnings": [n for n in overridable if rules[n] == "warning"],
        "forbidden": [n for n, rule in rules.items() if rule == "forbidden"],
        "required_config": [f.name for f in spec.config if f.required],
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
        f" maybe {maybe}. `inputs` is unused.", 8,
    )


def _resource_table(plan: Plan, spec: ComponentSpec, table: dict[str, resources.Row]) -> Plan:
    hidden = set()
    if "resource.records" not in plan["select"]:
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
    return [{"id": i, "method": m, "why": f"the spec has no {why}"} for i, m, on, why in stubs if on]
