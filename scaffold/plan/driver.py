"""What a REST extractor's module prints: every name, literal and part is chosen here."""

from typing import Any

from scaffold.naming import names
from scaffold.plan import (
    answers,
    client,
    config,
    constants,
    imports,
    paginators,
    quoting,
    resources,
    sending,
)
from scaffold.spec.model import (
    ComponentSpec,
)

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
        **sending.paging(spec, parts, keys),
        **sending.sending(spec, table),
        **answers.records(spec, table),
        **answers.types(table),
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
        "doctor": (
            client.doctor(spec, query_texts=sending.has_query_texts(spec)) if spec.doctor else {}
        ),
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
