"""Checks of placeholders in `x-driver`: form, place, and whether what they name exists."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.errors import Finding, pointer
from scaffold.spec import facts, placeholders, schema
from scaffold.spec.document import Document, Json

CANDIDATE = re.compile(r"\{\s*([\w.\-]+)\s*\}")  # what was perhaps meant to be a placeholder
CONNECTION = ("connection",)
REQUEST = ("connection", "config")
CHILD = ("connection", "config", "parent")


@dataclass(frozen=True)
class Site:
    """A text of `x-driver`, the roots that have a value there, and how strict braces are taken."""

    pointer: str
    text: str
    roots: tuple[str, ...]
    braces: str  # "none": only in placeholders; "some": literal ones too; "code": GraphQL and such


def sites(data: dict[str, Json]) -> Iterator[Site]:
    """Yield every text that may hold placeholders."""
    client = facts.mapping(facts.get(data, "x-driver", "client"))
    base = "/x-driver/client"
    yield from _texts(client.get("base_url"), f"{base}/base_url", CONNECTION, "none")
    yield from _texts(client.get("auth"), f"{base}/auth", CONNECTION, "some")
    for key in ("headers", "params"):
        yield from _texts(client.get(key), f"{base}/{key}", REQUEST, "some")
    pace = facts.get(client, "rate_limit", "requests_per_second")
    yield from _texts(pace, f"{base}/rate_limit/requests_per_second", CONNECTION, "none")
    doctor = facts.get(data, "x-driver", "doctor", "path")
    yield from _texts(doctor, "/x-driver/doctor/path", CONNECTION, "none")
    for name, resource in facts.resources(data).items():
        at = pointer("x-driver", "resources", name)
        roots = CHILD if "parent" in resource else REQUEST
        yield from _texts(resource.get("path"), f"{at}/path", roots, "none")
        yield from _texts(resource.get("params"), f"{at}/params", roots, "some")
        yield from _texts(resource.get("body"), f"{at}/body", roots, "code")


def _texts(value: Json, at: str, roots: tuple[str, ...], braces: str) -> Iterator[Site]:
    if isinstance(value, str):
        yield Site(at, value, roots, braces)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, at + pointer(key), roots, braces)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{at}/{index}", roots, braces)


def form(document: Document) -> Iterator[Finding]:
    """Every placeholder is one, and has a value where it stands."""
    for site in sites(document.data):
        for part in placeholders.parse(site.text):
            if isinstance(part, str):
                yield from _literal(document, site, part)
            elif part.root not in site.roots:
                written = f"{{{part.root}.{part.field}}}"
                hint = f"here: {', '.join(f'{{{root}.x}}' for root in site.roots)}"
                if part.root == "parent" and "/resources/" in site.pointer:
                    hint = "say whose records are meant: 'parent: <resource>'"
                message = f"{written} has no value here"
                yield document.finding("SPEC-030", site.pointer, message, hint)


def _literal(document: Document, site: Site, text: str) -> Iterator[Finding]:
    for match in CANDIDATE.finditer(text):
        root = match[1].partition(".")[0]
        meant = difflib.get_close_matches(root, placeholders.ROOTS, 1, 0.6)
        if site.braces != "code" or ("." in match[1] and meant):
            message = f"'{match[0]}' is no placeholder"
            hint = _meant(document.data, match[1], meant)
            yield document.finding("SPEC-030", site.pointer, message, hint)
            return
    if site.braces == "none" and ("{" in text or "}" in text):
        hint = "placeholders are {connection.x}, {config.x} and {parent.x}"
        yield document.finding("SPEC-030", site.pointer, "a brace without a placeholder", hint)


def _meant(data: dict[str, Json], inside: str, roots: list[str]) -> str:
    _, dot, field = inside.partition(".")
    if dot and roots:
        return f"did you mean {{{roots[0]}.{field}}}?"
    if inside in facts.connection_names(data):
        return f"write {{connection.{inside}}}"
    if inside in facts.properties(data):
        return f"write {{config.{inside}}}"
    return "placeholders are {connection.x}, {config.x} and {parent.x}"


def config_fields(document: Document) -> Iterator[Finding]:
    """`{config.x}` is in configSchema, or added because a resource is incremental."""
    data = document.data
    known = [name for name in facts.properties(data) if name != "connection"]
    added = {name for _, name in added_fields(data)}
    for site in sites(data):
        for name in placeholders.fields(site.text, "config"):
            if name not in known and name not in added:
                message = f"configSchema has no field '{name}'"
                hint = schema.nearest(name, known)
                yield document.finding("SPEC-031", site.pointer, message, hint)
    for at, name in added_fields(data):
        near = difflib.get_close_matches(name, known, 1, 0.8)
        if name not in known and near:
            message, hint = f"configSchema has no field '{name}'", f"did you mean '{near[0]}'?"
            yield document.finding("SPEC-031", at, message, hint)


def added_fields(data: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield pointer and name of config fields that keys of `x-driver` name; they may be added."""
    for name, resource in facts.resources(data).items():
        step = facts.mapping(resource.get("incremental"))
        field = step.get("config", step.get("param"))
        if isinstance(field, str):
            key = "config" if "config" in step else "param"
            yield pointer("x-driver", "resources", name, "incremental", key), field
    for keys, paginator in facts.paginators(data).items():
        field = facts.get(paginator, "page_size", "config")
        if isinstance(field, str):
            yield pointer(*keys, "page_size", "config"), field
    if isinstance(field := facts.get(data, "x-driver", "resource_field"), str):
        yield "/x-driver/resource_field", field


def connection_fields(document: Document) -> Iterator[Finding]:
    """A connection field that is only named by a placeholder is not a misspelled other one."""
    data = document.data
    declared = [*facts.declared_connection(data), *facts.override_rules(data)]
    declared += facts.mapping(facts.get(data, "x-driver", "connection"))
    for site in sites(data):
        for name in placeholders.fields(site.text, "connection"):
            near = difflib.get_close_matches(name, declared, 1, 0.8)
            if name not in declared and near:
                message = f"the connection declares no field '{name}'"
                hint = f"did you mean '{near[0]}'?"
                yield document.finding("SPEC-030", site.pointer, message, hint)


def pace(document: Document) -> Iterator[Finding]:
    """`requests_per_second` is a number or one placeholder."""
    asked = facts.get(document.data, "x-driver", "client", "rate_limit", "requests_per_second")
    parts = placeholders.parse(asked) if isinstance(asked, str) else []
    if isinstance(asked, str) and (len(parts) != 1 or isinstance(parts[0], str)):
        at = "/x-driver/client/rate_limit/requests_per_second"
        message = "requests_per_second is a number or one placeholder"
        yield document.finding("SPEC-030", at, message, 'write 2, or "{connection.rate_limit}"')


def credentials(document: Document) -> Iterator[Finding]:
    """Credentials are the connection's."""
    data = document.data
    auth = facts.mapping(facts.get(data, "x-driver", "client", "auth"))
    found = facts.credential_texts(data)
    bare = [text for text in found if not placeholders.fields(text, "connection")]
    if not bare or (auth.get("type") == "basic" and len(bare) < len(found)):
        return  # basic auth with the key as user and a fixed password
    key = next((key for key, value in auth.items() if value == bare[0]), "type")
    message = f"the credential '{key}' is not taken from the connection"
    hint = f'write {key}: "{{connection.{key}}}", and keep the value in the connection'
    yield document.finding("SPEC-043", f"/x-driver/client/auth/{key}", message, hint)


CHECKS = (form, config_fields, connection_fields, pace, credentials)
