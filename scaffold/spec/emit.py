"""ComponentSpec -> the pure Osiris spec that Osiris reads."""

import copy
from collections.abc import Iterable
from typing import Literal

from scaffold.naming import Names
from scaffold.spec import facts
from scaffold.spec.document import Json
from scaffold.spec.model import ConfigField, ConnectionField

ORDER = (
    "name version title description modes capabilities configSchema secrets x-secret "
    "x-connection-fields redaction constraints examples compatibility llmHints loggingPolicy "
    "limits x-runtime"
).split()
METRICS = ("rows_read", "rows_written", "bytes_processed", "duration_ms", "memory_mb", "errors")
NEEDED = ("pandas", "requests")  # by the driver


def driver_path(names: Names, layout: Literal["package", "in-tree"] = "package") -> str:
    """Return `x-runtime.driver` for a layout."""
    package = names.package if layout == "package" else "osiris.drivers"
    return f"{package}.{names.module}.{names.class_name}"


def emit(
    data: dict[str, Json],
    names: Names,
    config: Iterable[ConfigField],
    connection: tuple[ConnectionField, ...],
    python_requires: str,
) -> dict[str, Json]:
    """Return the spec for the package layout; shares nothing with `data`."""
    spec = {key: copy.deepcopy(data[key]) for key in ORDER if key in data}
    spec["capabilities"].pop("doctor", None)
    _config_schema(spec["configSchema"], config)
    _secrets(spec, {field.name: field for field in connection})
    spec["x-connection-fields"] = _connection_fields(spec.get("x-connection-fields"), connection)
    for example in facts.items(spec.get("examples")):
        name = example.pop("name", "")
        example["title"] = example.get("title", name)
    _metrics(spec)
    _runtime(spec, names)
    _compatibility(spec, python_requires)
    return {key: spec[key] for key in ORDER if key in spec}


def _config_schema(schema: dict[str, Json], config: Iterable[ConfigField]) -> None:
    more = schema.get("additionalProperties")
    if more is not None and not isinstance(more, bool):
        schema["additionalProperties"] = True
    for field in config:
        if field.added:
            schema["properties"][field.name] = copy.deepcopy(field.schema)
            if field.required:
                schema.setdefault("required", []).append(field.name)


def _secrets(spec: dict[str, Json], connection: dict[str, ConnectionField]) -> None:
    """Point at what is there: config fields by name, the connection's as `/resolved_connection/x`.

    Never `/connection/x` in `secrets`: Osiris then takes `connection` itself for a secret.
    """
    pointers = [
        *(_pointer(spec, text, connection) for text in facts.secret_pointers(spec)),
        *(f"/resolved_connection/{field.name}" for field in connection.values() if field.secret),
    ]
    stated = set(facts.texts(spec.get("secrets")))
    _keep(spec, "secrets", [p for p in pointers if p in stated and _in_config(spec, p)])
    kept = facts.texts(spec.get("secrets"))
    also = set(facts.texts(spec.get("x-secret")))
    _keep(spec, "x-secret", [p for p in pointers if p and (p not in kept or p in also)])
    for holder, key in (("redaction", "extras"), ("loggingPolicy", "sensitivePaths")):
        block = spec.get(holder)
        if isinstance(block, dict) and key in block:
            _keep(block, key, [_pointer(spec, text, connection) for text in block[key]])


def _keep(block: dict[str, Json], key: str, pointers: list[str | None]) -> None:
    kept = list(dict.fromkeys(pointer for pointer in pointers if pointer))
    if kept:
        block[key] = kept
    else:
        block.pop(key, None)


def _pointer(
    spec: dict[str, Json], text: str, connection: dict[str, ConnectionField]
) -> str | None:
    """Return where Osiris finds what `text` means; None if nowhere."""
    if _in_config(spec, text):
        return text
    name = facts.connection_pointer(text)
    return f"/resolved_connection/{name}" if name in connection else None


def _in_config(spec: dict[str, Json], text: str | None) -> bool:
    """Tell whether a pointer leads to a field of `configSchema`, through nested objects too."""
    schema: Json = spec["configSchema"]
    parts = facts.pointer_parts(text or "")
    if not parts or parts[0] in facts.CONNECTION_ROOTS:
        return False
    for part in parts:
        schema = facts.get(schema, "properties", part)
    return isinstance(schema, dict)


def _connection_fields(stated: Json, connection: tuple[ConnectionField, ...]) -> list[Json]:
    """Return the stated list with what is missing, in its own form; never an empty list."""
    fields = facts.items(stated)
    with_rules = any(isinstance(item, dict) for item in fields)
    if with_rules:
        fields = [{"name": item} if isinstance(item, str) else item for item in fields]
    known = {item["name"] if isinstance(item, dict) else item for item in fields}
    missing = dict.fromkeys([*(field.name for field in connection), "base_url"])
    for name in missing:
        if name not in known:
            fields.append({"name": name, "override": "forbidden"} if with_rules else name)
    return fields


def _metrics(spec: dict[str, Json]) -> None:
    policy = facts.mapping(spec.get("loggingPolicy"))
    asked = facts.texts(policy.get("metricsToCapture"))
    if kept := [name for name in dict.fromkeys(asked) if name in METRICS]:
        policy["metricsToCapture"] = kept
    else:
        policy.pop("metricsToCapture", None)


def _runtime(spec: dict[str, Json], names: Names) -> None:
    stated = facts.mapping(facts.get(spec, "x-runtime", "requirements"))
    requirements: dict[str, Json] = {}
    for key in ("imports", "packages"):
        found = facts.texts(stated.get(key))
        present = {facts.requirement_name(text) for text in found}
        requirements[key] = [*(name for name in NEEDED if name not in present), *found]
    spec["x-runtime"] = {"driver": driver_path(names), "requirements": requirements}


def _compatibility(spec: dict[str, Json], python_requires: str) -> None:
    block = facts.mapping(spec.get("compatibility"))
    if "requires" in block:
        others = [r for r in block["requires"] if facts.requirement_name(r) != "python"]
        block["requires"] = [f"python{python_requires}", *others]
