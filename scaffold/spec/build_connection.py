"""Fields of the connection, from everything that names them."""

from typing import Literal, cast

from scaffold.spec import facts
from scaffold.spec.document import Json
from scaffold.spec.model import ConnectionField, Inference


def connection(data: dict[str, Json], inferences: list[Inference]) -> tuple[ConnectionField, ...]:
    """Return the fields in spec order."""
    stated = _pointed(facts.secret_pointers(data))
    credentials = facts.credential_fields(data)
    for name in credentials:
        if name not in stated:
            inferences.append(Inference(f"connection.{name} is secret", "auth sends it"))
    secrets = {*stated, *credentials}
    sensitive = secrets | _pointed(facts.sensitive_pointers(data))
    names = facts.connection_names(data)
    return tuple(_field(data, name, secrets, sensitive, inferences) for name in names)


def _pointed(pointers: list[str]) -> set[str]:
    return {name for text in pointers if (name := facts.connection_pointer(text)) is not None}


def _field(
    data: dict[str, Json],
    name: str,
    secrets: set[str],
    sensitive: set[str],
    inferences: list[Inference],
) -> ConnectionField:
    told = facts.mapping(facts.get(data, "x-driver", "connection", name))
    declared = facts.declared_connection(data).get(name, {})
    schema = facts.properties(data).get(name, {})
    sources = (told, declared, schema)
    default = next((s["default"] for s in sources if s.get("default") is not None), None)
    required = bool(declared.get("required")) or name in facts.required(data)
    if not required and default is None and name in facts.needed_fields(data):
        required = True
        why = "base_url or auth needs it and it has no default"
        inferences.append(Inference(f"connection.{name} is required", why))
    override = facts.override_rules(data).get(name)
    return ConnectionField(
        name=name,
        required=required and default is None,
        secret=name in secrets,
        sensitive=name in sensitive,
        override=cast(Literal["allowed", "warning", "forbidden"] | None, override),
        default=default,
        description=next((s["description"] for s in sources if s.get("description")), ""),
        example=str(told.get("example", "")),
    )
