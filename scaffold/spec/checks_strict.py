"""Checks of level strict: pointers, aliases, modes, and names that sound secret."""

import re
from collections.abc import Iterator

from scaffold.errors import Finding, Severity, pointer
from scaffold.spec import facts, placeholders, schema
from scaffold.spec.document import Document, Json

POINTERS = (
    ("secrets",),
    ("x-secret",),
    ("redaction", "extras"),
    ("loggingPolicy", "sensitivePaths"),
)
SOUNDS_SECRET = re.compile(
    r"(.*_)?(password|passwd|passphrase|secret|token|api_?key|private_key|secret_key|access_key|"
    r"credentials?)"
)
MODE_OF_CAPABILITY = {"discover": "discover", "streaming": "stream"}


def _connection(data: dict[str, Json]) -> list[str]:
    """Return the fields of the connection that more than a pointer names."""
    names = [*facts.declared_connection(data), *facts.override_rules(data)]
    names += facts.mapping(facts.get(data, "x-driver", "connection"))
    return [*names, *placeholders.fields(data.get("x-driver"), "connection")]


def pointers(document: Document) -> Iterator[Finding]:
    """Pointers lead somewhere."""
    data = document.data
    known = [*facts.properties(data), *_connection(data)]
    for keys in POINTERS:
        for index, text in enumerate(facts.items(facts.get(data, *keys))):
            if isinstance(text, str) and not _exists(data, text):
                last = facts.pointer_parts(text)[-1]
                message = f"{text} leads to no field of config or connection"
                hint = schema.nearest(last, known, "did you mean '/{}'?")
                yield document.finding("SPEC-070", pointer(*keys, index), message, hint)


def _exists(data: dict[str, Json], text: str) -> bool:
    if facts.connection_pointer(text) in _connection(data):
        return True
    stated: Json = data.get("configSchema")
    for part in facts.pointer_parts(text):
        stated = facts.get(stated, "properties", part)
    return isinstance(stated, dict)


def aliases(document: Document) -> Iterator[Finding]:
    """Aliases are of fields that exist, and each means one of them."""
    data = document.data
    known = [*facts.properties(data), *facts.connection_names(data)]
    meaning: dict[str, str] = {}
    for name, words in facts.mapping(facts.get(data, "llmHints", "inputAliases")).items():
        at = pointer("llmHints", "inputAliases", name)
        if name not in known:
            message = f"there is no field '{name}'"
            yield document.finding("SPEC-071", at, message, schema.nearest(name, known), key=True)
        for index, word in enumerate(facts.texts(words)):
            other = meaning.setdefault(word, name)
            if other != name or (word in known and word != name):
                owner = other if other != name else word
                message = f"the alias '{word}' of '{name}' also means '{owner}'"
                where = f"{at}/{index}"
                yield document.finding(
                    "SPEC-071", where, message, "keep one", severity=Severity.WARNING
                )


def modes(document: Document) -> Iterator[Finding]:
    """Modes and capabilities promise the same."""
    stated = facts.texts(document.data.get("modes"))
    for capability, mode in MODE_OF_CAPABILITY.items():
        has = facts.get(document.data, "capabilities", capability) is True
        if mode in stated and not has:
            at = f"/modes/{stated.index(mode)}"
            message = f"modes has '{mode}', capabilities.{capability} is not true"
            yield document.finding("SPEC-072", at, message, f"set {capability}: true")
        elif has and mode == "discover" and mode not in stated:
            message = "capabilities.discover is true, modes has no 'discover'"
            at = f"/capabilities/{capability}"
            yield document.finding(
                "SPEC-072", at, message, "add 'discover' to modes", severity=Severity.WARNING
            )


def secret_names(document: Document) -> Iterator[Finding]:
    """What is called like a secret is declared as one."""
    data = document.data
    declared = {facts.connection_pointer(text) for text in facts.secret_pointers(data)}
    for name in dict.fromkeys([*facts.connection_names(data), *facts.properties(data)]):
        if SOUNDS_SECRET.fullmatch(name.lower()) and name not in declared:
            message = f"'{name}' sounds like a secret and is not declared as one"
            yield document.finding(
                "SPEC-073", _where(data, name), message, f"add '/{name}' to secrets"
            )


def _where(data: dict[str, Json], name: str) -> str:
    if name in facts.properties(data):
        return pointer("configSchema", "properties", name)
    for group in ("required_fields", "optional_fields"):
        for index, item in enumerate(facts.items(facts.get(data, "connections", group))):
            if name in (item, facts.get(item, "name")):
                return pointer("connections", group, index)
    return pointer("x-driver", "connection", name)


CHECKS = (pointers, aliases, modes, secret_names)
