"""Questions to raw spec data, for checks and for `build`. Tolerant: data may be incomplete."""

import re
from typing import cast

from scaffold import naming
from scaffold.spec import placeholders
from scaffold.spec.document import Json
from scaffold.spec.model import Role

ROLE_OF_MODE: dict[str, Role] = {
    "extract": "extractor",
    "write": "writer",
    "load": "writer",
    "transform": "processor",
}
TRANSPORT_OF_PACKAGE = {
    "duckdb": "duckdb",
    **dict.fromkeys(
        "sqlalchemy pymysql psycopg psycopg2 psycopg2-binary pyodbc oracledb".split(), "sql"
    ),
    "gql": "graphql",
    **dict.fromkeys("requests httpx aiohttp".split(), "rest"),
    **dict.fromkeys("fsspec s3fs gcsfs adlfs openpyxl".split(), "file"),
}
TRANSPORT_OF_FIELD = {
    **dict.fromkeys("resource endpoint base_url url api_key".split(), "rest"),
    **dict.fromkeys("query table".split(), "sql"),
    **dict.fromkeys("path glob".split(), "file"),
}
MEASURED = {  # by the driver of a role; an alias keeps the spec's spelling
    "extractor": (
        "rows_read bytes_processed duration_ms memory_mb errors api_calls api_calls_made "
        "rate_limit_hits"
    ).split(),
    "writer": "rows_written bytes_processed duration_ms memory_mb errors".split(),
    "processor": "rows_processed bytes_processed duration_ms memory_mb errors".split(),
}
CONNECTION_ROOTS = ("connection", "resolved_connection")


def mapping(value: Json) -> dict[str, Json]:
    """Return `value` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """Return `value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def texts(value: Json) -> list[str]:
    """Return the texts of a list."""
    return [item for item in items(value) if isinstance(item, str)]


def get(data: Json, *keys: str) -> Json:
    """Return what is below `keys`; None if something on the way is no mapping."""
    for key in keys:
        data = mapping(data).get(key)
    return data


def properties(data: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """Return the fields of `configSchema`, `connection` included."""
    found = mapping(get(data, "configSchema", "properties"))
    return {name: mapping(schema) for name, schema in found.items()}


def required(data: dict[str, Json]) -> list[str]:
    """Return the fields that `configSchema` requires."""
    return texts(get(data, "configSchema", "required"))


def resources(data: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """Return the resources of `x-driver`."""
    found = mapping(get(data, "x-driver", "resources"))
    return {name: mapping(resource) for name, resource in found.items()}


def paginators(data: dict[str, Json]) -> dict[tuple[str, ...], dict[str, Json]]:
    """Return each paginator by the keys that lead to it."""
    found: dict[tuple[str, ...], Json] = {}
    found["x-driver", "paginator"] = get(data, "x-driver", "paginator")
    for name, resource in resources(data).items():
        found["x-driver", "resources", name, "paginator"] = resource.get("paginator")
    return {keys: paginator for keys, paginator in found.items() if isinstance(paginator, dict)}


def role(data: dict[str, Json]) -> tuple[Role, str]:
    """Return the role and why."""
    if (stated := data.get("role")) in naming.ROLES:
        return cast(Role, stated), "the spec says so"
    found = list(
        dict.fromkeys(ROLE_OF_MODE[m] for m in texts(data.get("modes")) if m in ROLE_OF_MODE)
    )
    ending = naming.split(str(data.get("name", "")))[1]
    if ending in naming.ROLES and (not found or ending in found):
        return cast(Role, ending), "the name ends so"
    if found:
        return found[0], f"modes has {_mode_of(data, found[0])!r}"
    return "extractor", "neither modes nor name say otherwise"


def _mode_of(data: dict[str, Json], role_: str) -> str:
    return next(m for m in texts(data.get("modes")) if ROLE_OF_MODE.get(m) == role_)


def driver_class(data: dict[str, Json]) -> str | None:
    """Return the class that `x-runtime.driver` names, if it does."""
    driver = get(data, "x-runtime", "driver")
    return driver.rpartition(".")[2] if isinstance(driver, str) else None


def requirement_name(requirement: str) -> str:
    """Return the package of a requirement, lower case."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower()


def requirements(data: dict[str, Json]) -> list[str]:
    """Return all package requirements, those of `compatibility` first."""
    runtime = get(data, "x-runtime", "requirements")
    return texts(get(data, "compatibility", "requires")) + texts(get(runtime, "packages"))


def transport(data: dict[str, Json]) -> tuple[str, str]:
    """Return the transport and why."""
    driver = data.get("x-driver")
    if isinstance(stated := get(driver, "transport"), str):
        return stated, "x-driver says so"
    if get(driver, "client") or get(driver, "resources"):
        return "rest", "x-driver has a client or resources"
    imports = texts(get(data, "x-runtime", "requirements", "imports"))
    needed = {requirement_name(text) for text in requirements(data) + imports}
    for package, kind in TRANSPORT_OF_PACKAGE.items():
        if package in needed:
            return kind, f"it requires {package}"
    names = (*properties(data), *connection_names(data))
    for name, kind in TRANSPORT_OF_FIELD.items():
        if name in names:
            return kind, f"it has a field {name!r}"
    return "custom", "nothing says how data is moved"


def override_rules(data: dict[str, Json]) -> dict[str, str]:
    """Return `x-connection-fields` as field -> override rule."""
    rules = {}
    for item in items(data.get("x-connection-fields")):
        if isinstance(item, str):
            rules[item] = "allowed"
        elif isinstance(name := get(item, "name"), str):
            rules[name] = str(mapping(item).get("override", "allowed"))
    return rules


def declared_connection(data: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """Return `connections` as field -> {required, default, description}."""
    declared: dict[str, dict[str, Json]] = {}
    for group, is_required in (("required_fields", True), ("optional_fields", False)):
        for item in items(get(data, "connections", group)):
            name = item if isinstance(item, str) else get(item, "name")
            if isinstance(name, str):
                declared.setdefault(name, {**mapping(item), "required": is_required})
    return declared


def credential_texts(data: dict[str, Json]) -> list[str]:
    """Return the texts of `auth` whose values are credentials."""
    auth = mapping(get(data, "x-driver", "client", "auth"))
    names = {
        "api_key": ["value"],
        "bearer": ["token"],
        "basic": ["password"],
        "oauth2_client_credentials": ["client_secret"],
        "oauth2_refresh_token": ["client_secret", "refresh_token"],
    }.get(str(auth.get("type")), [])
    found = [auth[name] for name in names if isinstance(auth.get(name), str)]
    lone = auth.get("type") == "basic" and not placeholders.fields(
        auth.get("password"), "connection"
    )
    if lone and isinstance(auth.get("username"), str):
        found.append(auth["username"])  # e.g. Stripe: the key is the user, the password empty
    return found


def credential_fields(data: dict[str, Json]) -> tuple[str, ...]:
    """Return the connection fields that carry credentials."""
    return placeholders.fields(credential_texts(data), "connection")


def needed_fields(data: dict[str, Json]) -> tuple[str, ...]:
    """Return the connection fields that `base_url` and `auth` refer to."""
    client = mapping(get(data, "x-driver", "client"))
    return placeholders.fields([client.get("base_url"), client.get("auth")], "connection")


def pointer_parts(text: str) -> list[str]:
    """Return the unescaped parts of a JSON Pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def connection_pointer(text: str) -> str | None:
    """Return the connection field that a pointer of `secrets` or the like means, if one.

    `/x` means it too: Osiris takes credentials from the connection only.
    """
    parts = pointer_parts(text)
    if len(parts) == 2 and parts[0] in CONNECTION_ROOTS:
        return parts[1]
    return parts[0] if len(parts) == 1 and parts[0] not in CONNECTION_ROOTS else None


def secret_pointers(data: dict[str, Json]) -> list[str]:
    """Return the pointers of `secrets` and `x-secret`."""
    return texts(data.get("secrets")) + texts(data.get("x-secret"))


def sensitive_pointers(data: dict[str, Json]) -> list[str]:
    """Return the pointers to what is redacted though no secret."""
    extras = texts(get(data, "redaction", "extras"))
    return extras + texts(get(data, "loggingPolicy", "sensitivePaths"))


def connection_names(data: dict[str, Json]) -> tuple[str, ...]:
    """Return every field of the connection, in the order in which the spec names them."""
    names = [*declared_connection(data), *override_rules(data)]
    names += mapping(get(data, "x-driver", "connection"))
    names += placeholders.fields(data.get("x-driver"), "connection")
    pointed = (connection_pointer(text) for text in secret_pointers(data))
    names += [name for name in pointed if name is not None]
    return tuple(dict.fromkeys(names))
