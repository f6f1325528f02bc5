"""What README, AGENTS.md and pyproject.toml of a generated project say, quoted for their place."""

import json
import re
from typing import Any

from scaffold.naming import Names
from scaffold.plan.driver import METRICS
from scaffold.plan.osiris_spec import as_yaml
from scaffold.plan.quoting import code_span, markdown, one_line, toml
from scaffold.spec.model import (
    ApiKeyAuth,
    ComponentSpec,
    ConfigField,
    ConnectionField,
    Example,
    OAuth2Auth,
    Resource,
)

MASKED = "password key token secret service_role_key anon_key".split()  # by Osiris 0.5.7, by name
PACKAGES = ("pandas>=2.2", "requests>=2.31")  # what a REST driver imports
MEANINGS = {  # of metrics
    "rows_read": "rows of this run",
    "bytes_processed": "bytes of the answers' bodies",
    "duration_ms": "time from the start to the last row",
    "memory_mb": "memory of the largest chunk",
    "errors": "failed requests, those that a retry mended included",
    "api_calls": "requests sent, retries included",
    "api_calls_made": "requests sent, retries included",
    "rate_limit_hits": "answers with status 429",
}
ERRORS = (  # category, when, what to do
    ("auth", "HTTP 401", "check the credentials in `osiris_connections.yaml`"),
    ("permission", "HTTP 403", "let the credentials read this resource"),
    ("timeout", "no answer in time", "try again later"),
    ("network", "no connection, or one that broke", "check host and network"),
    ("validation", "HTTP 400 or 422, or an answer that is not as the spec says",
     "compare the step and the spec with what the API has"),
    ("unknown", "anything else", "look at the API's status page"),
)  # fmt: skip


def docs_plan(spec: ComponentSpec, names: Names, stubs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the plan of all files that are not code."""
    return {
        "title": markdown(spec.title),
        "description": markdown(spec.description),
        "component": spec.name,
        "version": spec.version,
        "examples": [_example(example, spec) for example in _examples(spec)],
        "connections": _block(_connections(spec)),
        "config": [_config_row(field) for field in spec.config],
        "config_text": _config_text(spec),
        "connection": [_connection_row(field, spec) for field in spec.connection],
        "connection_notes": _connection_notes(spec),
        "resources": [_resource(resource) for resource in spec.resources],
        "metrics": [_metric(name) for name in spec.metrics],
        "errors": [{"category": c, "when": w, "advice": a} for c, w, a in ERRORS],
        "limits": _limits(spec),
        "discover": spec.capabilities.get("discover", False),
        "doctor": spec.doctor is not None,
        "streaming": spec.capabilities.get("streaming", False),
        "hints": _hints(spec),
        "stubs": [_stub(stub) for stub in stubs],
        "source_name": source_name(spec),
        "project": _project(spec, names),
    }


def source_name(spec: ComponentSpec) -> str:
    """Return the file name of the verbatim copy: the spec's own, if it is a plain YAML name."""
    plain = re.fullmatch(r"\w[\w.-]*\.ya?ml", spec.source_name, re.ASCII)
    return spec.source_name if plain else f"{spec.name.strip('.-') or 'component'}.yaml"


def _project(spec: ComponentSpec, names: Names) -> dict[str, Any]:
    """Return what pyproject.toml says, as TOML values."""
    packages = {_distribution(package): package for package in (*PACKAGES, *spec.packages)}
    return {
        "name": toml(names.package.replace("_", "-")),
        "version": toml(_pep440(spec.version)),
        "description": toml(one_line(spec.description) or one_line(spec.title)),
        "python": toml(spec.python_requires),
        "dependencies": [toml(package) for package in packages.values()],
        "packages": toml([names.package]),
    }


def _distribution(requirement: str) -> str:
    name = re.match(r"[\w.-]*", requirement)
    return re.sub(r"[-_.]+", "-", name[0] if name else "").lower()


def _pep440(version: str) -> str:
    """Return a semantic version as Python's packaging accepts it."""
    core, rest = re.match(r"(\d+\.\d+\.\d+)(.*)", version, re.DOTALL).groups()  # type: ignore[union-attr]
    pre, _, build = rest.partition("+")
    known = re.fullmatch(r"-(a|b|c|rc|alpha|beta)[.-]?(\d*)", pre)
    local = re.sub(r"[^A-Za-z0-9]+", ".", f"{'' if known else pre}.{build}").strip(".").lower()
    number = f"{known[1]}{known[2] or 0}" if known else ".dev0" if pre else ""
    return f"{core}{number}{'+' if local else ''}{local}"


def _examples(spec: ComponentSpec) -> tuple[Example, ...]:
    if spec.examples:
        return spec.examples
    config: dict[str, Any] = {"connection": f"@{spec.family}.default"}
    if spec.resource_field and spec.resources:
        config[spec.resource_field] = spec.resources[0].name
    return (Example("Read everything", config),)


def _example(example: Example, spec: ComponentSpec) -> dict[str, Any]:
    step = {
        "id": f"extract_{re.sub('[^a-z0-9]+', '_', spec.family)}",
        "component": spec.name,
        "mode": "read",
        "config": example.config,
    }
    name = re.sub("[^a-z0-9]+", "-", example.title.lower()).strip("-")[:60].strip("-")
    pipeline = {"oml_version": "0.1.0", "name": name or "example", "steps": [step]}
    return {
        "title": markdown(example.title),
        "notes": markdown(example.notes),
        "pipeline": _block(pipeline),
    }


def _block(value: Any) -> str:
    """Return JSON data as a fenced block of YAML that its own text cannot close."""
    text = as_yaml(value)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}yaml\n{text}{fence}"


def _connections(spec: ComponentSpec) -> dict[str, Any]:
    """Return an `osiris_connections.yaml`; secrets come from the environment."""
    entry: dict[str, Any] = {}
    for field in spec.connection:
        if field.secret:
            entry[field.name] = "${" + re.sub("[^A-Z0-9]+", "_", _variable(spec, field)) + "}"
        elif field.required:
            entry[field.name] = field.example or field.default or f"<{field.name}>"
    return {"version": 1, "connections": {spec.family: {"default": entry}}}


def _variable(spec: ComponentSpec, field: ConnectionField) -> str:
    return f"{spec.family}_{field.name}".upper()


def _config_row(field: ConfigField) -> dict[str, str]:
    default = field.schema.get("default")
    return {
        "name": code_span(field.name),
        "type": _shape(field.schema),
        "required": "yes" if field.required else "",
        "default": "" if default is None else code_span(_json(default)),
        "description": markdown(str(field.schema.get("description", ""))),
    }


def _shape(schema: dict[str, Any]) -> str:
    """Return what a JSON Schema asks of a value, in words."""
    if isinstance(values := schema.get("enum"), list):
        return ", ".join(code_span(_json(value)) for value in values)
    kind = schema.get("type", "any")
    words = [markdown(" or ".join(kind) if isinstance(kind, list) else str(kind))]
    words += _bounds(schema.get("minimum"), schema.get("maximum"), "")
    words += _bounds(schema.get("minLength"), schema.get("maxLength"), " characters")
    words += [markdown(str(schema["format"]))] if "format" in schema else []
    words += [f"like {code_span(str(schema['pattern']))}"] if "pattern" in schema else []
    return ", ".join(words)


def _bounds(least: Any, most: Any, unit: str) -> list[str]:
    if least is None and most is None:
        return []
    if most is None:
        return [f"at least {_json(least)}{unit}"]
    return [f"{'at most' if least is None else f'{_json(least)} to'} {_json(most)}{unit}"]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _config_text(spec: ComponentSpec) -> list[str]:
    return [markdown(constraint.error) for constraint in spec.constraints]


def _connection_row(field: ConnectionField, spec: ComponentSpec) -> dict[str, str]:
    named = {config.name for config in spec.config}
    override = field.override or "allowed"
    return {
        "name": code_span(field.name),
        "required": "yes" if field.required else "",
        "secret": "yes" if field.secret else "",
        "override": override if field.name in named else "no",
        "default": "" if field.default is None else code_span(_json(field.default)),
        "description": markdown(field.description),
    }


def _connection_notes(spec: ComponentSpec) -> list[str]:
    """Return what someone who keeps credentials should know."""
    notes = []
    leaking = [field.name for field in spec.connection if field.secret and field.name not in MASKED]
    if leaking:
        notes.append(
            "In its artifacts, Osiris 0.5.7 masks by name only "
            f"{', '.join(map(code_span, MASKED))}; not {', '.join(map(code_span, leaking))}. "
            "This driver never shows a secret, but keep Osiris's run artifacts private."
        )
    if isinstance(spec.client.auth, ApiKeyAuth) and spec.client.auth.place == "query":
        notes.append("The key travels in the URL, as this API wants: proxies may log it.")
    if isinstance(spec.client.auth, OAuth2Auth):
        notes.append("The access token is kept in memory for one run and never written.")
    return notes


def _resource(resource: Resource) -> dict[str, Any]:
    rows = [
        {
            "name": code_span(field.name),
            "type": field.type,
            "null": "yes" if field.nullable else "",
            "description": markdown(field.description),
        }
        for field in resource.fields
    ]
    facts = []
    if resource.primary_key:
        facts.append(f"Primary key: {', '.join(map(code_span, resource.primary_key))}.")
    if resource.incremental:
        facts.append(
            f"Incremental: {code_span(resource.incremental.config)} in the step reads what has "
            f"{code_span(resource.incremental.field)} from there on."
        )
    if resource.parent:
        facts.append(f"Read once per record of {code_span(resource.parent)}.")
    return {
        "name": code_span(resource.name),
        "description": markdown(resource.description),
        "facts": " ".join(facts),
        "fields": rows,
    }


def _metric(name: str) -> dict[str, str]:
    return {"name": code_span(name), "unit": METRICS[name][1], "meaning": MEANINGS[name]}


def _limits(spec: ComponentSpec) -> list[str]:
    """Return what a run keeps to, one sentence each."""
    client, limits = spec.client, spec.limits
    said = [
        (limits.rows, f"At most {limits.rows} rows in a run; more is an error."),
        (limits.size_mb, f"At most {limits.size_mb} MB of answers in a run; more is an error."),
        (limits.duration_seconds, f"A run ends with an error after {limits.duration_seconds} s."),
        (limits.concurrency, f"Requests go one at a time, of {limits.concurrency} allowed."),
    ]
    sentences = [text for given, text in said if given is not None]
    if client.rate_limit.per_second:
        sentences.append(f"At most {client.rate_limit.per_second:g} requests per second.")
    if client.rate_limit.connection_field:
        field = code_span(client.rate_limit.connection_field)
        sentences.append(f"The connection's {field} sets the requests per second.")
    if client.rate_limit.header:
        header = code_span(client.rate_limit.header.header)
        sentences.append(f"Requests slow down when {header} says that the limit is near.")
    retry = client.retry
    sentences.append(
        f"A request is tried {retry.max_attempts} times, {retry.initial_delay:g} to "
        f"{retry.max_delay:g} s apart, or as long as `Retry-After` asks; each try may wait "
        f"{client.timeout:g} s for the server."
    )
    return sentences


def _hints(spec: ComponentSpec) -> list[str]:
    """Return the spec's `llmHints`, a line each."""
    hints = spec.llm_hints
    lines = [markdown(line) for line in str(hints.get("promptGuidance") or "").splitlines() if line]
    for name, words in (hints.get("inputAliases") or {}).items():
        aliases = ", ".join(code_span(str(word)) for word in words)
        lines.append(f"{code_span(name)} is also called {aliases}.")
    for pattern in hints.get("commonPatterns") or []:
        name, text = (str(pattern.get(key, "")) for key in ("pattern", "description"))
        lines.append(f"{code_span(name)}: {markdown(text)}")
    snippets = [code_span(str(text)) for text in hints.get("yamlSnippets") or []]
    return [*lines, *([f"In a step: {', '.join(snippets)}"] if snippets else [])]


def _stub(stub: dict[str, Any]) -> dict[str, str]:
    return {
        "id": code_span(str(stub["id"])),
        "method": code_span(str(stub["method"])),
        "why": markdown(str(stub["why"])),
    }
