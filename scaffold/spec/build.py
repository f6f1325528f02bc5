"""Data of a valid spec -> ComponentSpec, with what was inferred and why."""

import sys
from pathlib import Path

from scaffold import naming
from scaffold.spec import emit, facts, placeholders
from scaffold.spec.build_client import auth, body_error, rate_limit, retry
from scaffold.spec.build_config import Config
from scaffold.spec.build_connection import connection
from scaffold.spec.build_resources import Resources
from scaffold.spec.document import Document, Json
from scaffold.spec.model import (
    ComponentSpec,
    Constraint,
    CustomAuth,
    Doctor,
    Example,
    Inference,
    Limits,
    NoAuth,
    Resource,
    RestClient,
    Role,
)

CAPABILITIES = (
    "discover",
    "adHocAnalytics",
    "inMemoryMove",
    "streaming",
    "bulkOperations",
    "transactions",
    "partitioning",
    "customTransforms",
    "doctor",
)
POINTS = {
    "start": "start",
    "started": "start",
    "progress": "progress",
    "complete": "complete",
    "completed": "complete",
    "error": "error",
    "failed": "error",
}
OWN_PACKAGES = {"python", "pandas", "requests"}  # a generated driver needs them anyway
MIN_PYTHON = (3, 11)


def build(document: Document) -> ComponentSpec:
    """Return the typed spec. `document` has no findings of severity error at level enhanced."""
    data, inferences = document.data, list[Inference]()
    role, transport = _kind(data, inferences)
    driver_class = facts.driver_class(data)
    names = naming.names(data["name"], role, data.get("family"), driver_class)
    fields = connection(data, inferences)
    config = Config(data, inferences)
    resources = Resources(data, config, inferences)
    built = resources.build()
    config.add_standard()
    client = _client(data, inferences)
    python_requires = _python_requires(data)
    return ComponentSpec(
        name=data["name"],
        family=names.family,
        role=role,
        version=data["version"],
        title=data.get("title") or naming.title(data["name"]),
        description=data.get("description", ""),
        transport=transport,
        capabilities={n: bool(data["capabilities"].get(n, False)) for n in CAPABILITIES},
        driver_class=driver_class,
        config=config.fields(),
        constraints=_constraints(data),
        connection=fields,
        client=client,
        doctor=_doctor(data, client, built, inferences),
        resource_field=resources.resource_field,
        resources=built,
        metrics=_metrics(data),
        events=_events(data),
        limits=_limits(data),
        examples=_examples(data),
        python_requires=python_requires,
        packages=_packages(data),
        llm_hints=facts.mapping(data.get("llmHints")),
        emitted=emit.emit(data, names, config.fields(), fields, python_requires),
        source_name=Path(document.file).name if document.file != "<stdin>" else "spec.yaml",
        source_text=document.text,
        inferences=tuple(inferences),
    )


def _kind(data: dict[str, Json], inferences: list[Inference]) -> tuple[Role, str]:
    """Return role and transport; tell which of them the spec does not state."""
    role, role_why = facts.role(data)
    transport, transport_why = facts.transport(data)
    if naming.split(data["name"])[1] != role:
        inferences.append(Inference(f"role {role}", role_why))
    if facts.get(data, "x-driver", "transport") is None:
        inferences.append(Inference(f"transport {transport}", transport_why))
    return role, transport


def _client(data: dict[str, Json], inferences: list[Inference]) -> RestClient:
    client = facts.mapping(facts.get(data, "x-driver", "client"))
    secrets = [n for n in map(facts.connection_pointer, facts.secret_pointers(data)) if n]
    if "auth" in client:
        credentials = auth(client["auth"])
    elif secrets:
        credentials = CustomAuth()
        why = f"nothing says how {', '.join(dict.fromkeys(secrets))} is sent"
        inferences.append(Inference("authentication is a stub", why))
    else:
        credentials = NoAuth()
        inferences.append(Inference("no authentication", "the connection has no secret field"))
    if "base_url" not in client:
        inferences.append(Inference("base_url is a stub", "x-driver has no client.base_url"))
    return RestClient(
        base_url=client.get("base_url"),
        auth=credentials,
        headers=dict(client.get("headers", {})),
        params=dict(client.get("params", {})),
        timeout=float(client.get("timeout_seconds", 30)),
        retry=retry(client.get("retry", {})),
        rate_limit=rate_limit(data, inferences),
        body_error=body_error(client.get("body_error")),
    )


def _doctor(
    data: dict[str, Json],
    client: RestClient,
    resources: tuple[Resource, ...],
    inferences: list[Inference],
) -> Doctor | None:
    stated = facts.get(data, "x-driver", "doctor")
    if stated is None and not data["capabilities"].get("doctor"):
        return None
    stated = facts.mapping(stated)
    if "path" in stated:
        return Doctor(stated["path"], stated.get("method", "GET"))
    for resource in resources:
        plain = resource.path and not placeholders.fields(resource.path, "config")
        if client.base_url and plain and resource.parent is None and resource.method == "GET":
            why = "x-driver.doctor has no path; this is the first resource"
            inferences.append(Inference(f"doctor() asks for {resource.path}", why))
            return Doctor(resource.path)
    why = "nothing says which path is cheap to ask for"
    inferences.append(Inference("doctor() is a stub", why))
    return Doctor(None)


def _constraints(data: dict[str, Json]) -> tuple[Constraint, ...]:
    stated = facts.items(facts.get(data, "constraints", "required"))
    return tuple(Constraint(item["when"], item["must"], item["error"]) for item in stated)


def _metrics(data: dict[str, Json]) -> tuple[str, ...]:
    asked = facts.texts(facts.get(data, "loggingPolicy", "metricsToCapture"))
    return tuple(
        dict.fromkeys(
            ["rows_read", *(name for name in asked if name in facts.MEASURED["extractor"])]
        )
    )


def _events(data: dict[str, Json]) -> dict[str, str]:
    events: dict[str, str] = {}
    for name in facts.texts(facts.get(data, "loggingPolicy", "eventDefaults")):
        if name.split(".")[0] == "discovery":
            events.setdefault("discovery", name)
        elif point := POINTS.get(name.rpartition(".")[2]):
            events.setdefault(point, name)
    return events


def _limits(data: dict[str, Json]) -> Limits:
    stated = facts.mapping(data.get("limits"))
    keys = ("maxRows", "maxSizeMB", "maxDurationSeconds", "maxConcurrency")
    return Limits(*(int(stated[key]) if key in stated else None for key in keys))


def _examples(data: dict[str, Json]) -> tuple[Example, ...]:
    return tuple(
        Example(item.get("title") or item.get("name", ""), item["config"], item.get("notes", ""))
        for item in facts.items(data.get("examples"))
    )


def _python_requires(data: dict[str, Json]) -> str:
    least = MIN_PYTHON
    for text in facts.texts(facts.get(data, "compatibility", "requires")):
        name = facts.requirement_name(text)
        if name == "python" and text[len(name) :].startswith((">=", "==")):
            version = [int(n) for n in text[len(name) :].lstrip("<>=").split(".") if n] + [0]
            least = max(least, (version[0], version[1]))
    return f">={least[0]}.{least[1]}"


def _packages(data: dict[str, Json]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in facts.requirements(data):
        name = facts.requirement_name(text)
        if name not in OWN_PACKAGES and name not in sys.stdlib_module_names:
            found.setdefault(name.replace("_", "-"), text)
    return tuple(found.values())
