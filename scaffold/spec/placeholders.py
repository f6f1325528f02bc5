"""Placeholders in texts of `x-driver`: `{connection.x}`, `{config.x}`, `{parent.x}`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.spec.document import Json

ROOTS = ("connection", "config", "parent")
PLACEHOLDER = re.compile(r"\{(connection|config|parent)\.([^{}\s]+)\}")


@dataclass(frozen=True)
class Placeholder:
    """Stands for field `field` of the connection, the config or the parent's record."""

    root: str
    field: str


def parse(text: str) -> list[str | Placeholder]:
    """Return literal texts and placeholders in order; other braces are literal."""
    parts: list[str | Placeholder] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(Placeholder(match[1], match[2]))
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return parts


def references(value: Json) -> Iterator[Placeholder]:
    """Yield every placeholder in the texts of `value`, lists and mappings (not keys) included."""
    if isinstance(value, str):
        yield from (part for part in parse(value) if isinstance(part, Placeholder))
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def fields(value: Json, root: str) -> tuple[str, ...]:
    """Return the fields of `root` that `value` refers to, each once, in order."""
    return tuple(dict.fromkeys(ref.field for ref in references(value) if ref.root == root))
