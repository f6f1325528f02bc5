"""The JSON Schema of a spec, and its violations in words of our own."""

import copy
import difflib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from scaffold.errors import Finding, pointer
from scaffold.spec.document import Document, Json

KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
WORDY_BOOLEANS = {
    "yes": "true",
    "on": "true",
    "y": "true",
    "no": "false",
    "off": "false",
    "n": "false",
}


@dataclass(frozen=True)
class Violation:
    """`keyword`, whose value in `schema` is `value`, does not hold for `instance` at `path`."""

    path: tuple[str | int, ...]
    keyword: str
    value: Json
    schema: dict[str, Json]
    instance: Json
    is_key: bool = False  # `instance` is a key of what is at `path`


def violations(stated: dict[str, Json], instance: Json) -> Iterator[Violation]:
    """Yield what `instance` violates. Raises Unresolvable, RecursionError for bad references."""
    for error in Draft202012Validator(stated).iter_errors(instance):
        holder = error.schema if isinstance(error.schema, dict) else {}
        path = tuple(error.absolute_path)
        of_key = isinstance(error.instance, str) and isinstance(_follow(instance, path), dict)
        value = error.validator_value
        yield Violation(path, str(error.validator), value, holder, error.instance, of_key)


def text() -> str:
    """Return the JSON Schema of a spec, for editors."""
    return files("scaffold.spec").joinpath("schema.json").read_text(encoding="utf-8")


@cache
def schema() -> dict[str, Json]:
    """Return the JSON Schema of a spec; not to be changed."""
    loaded: dict[str, Json] = json.loads(text())
    return loaded


def check(document: Document) -> tuple[list[Finding], dict[str, Json]]:
    """Return all violations, and a copy of the data without what violates."""
    sound = copy.deepcopy(document.data)
    found: dict[Finding, None] = {}
    for error in violations(schema(), document.data):
        for finding in explain(document, error, ()):
            found.setdefault(finding)
        _prune(sound, error)
    return list(found), sound


def explain(
    document: Document, error: Violation, base: tuple[str | int, ...], *, shown: bool = True
) -> Iterator[Finding]:
    """Say in plain words what `error` is; `base` leads to its root, `shown` lets values be told."""
    path = (*base, *error.path)
    at, instance, value = pointer(*path), error.instance, error.value
    match error.keyword:
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            for key in [k for k in instance if k not in known]:
                below = at + pointer(key)
                hint = _nearest(key, known) or _list("known keys: ", known)
                yield document.finding("SPEC-011", below, f"unknown key '{key}'", hint, key=True)
        case "required":
            for key in [k for k in value if k not in instance]:
                message = f"{_label(path)} needs the key '{key}'"
                near = difflib.get_close_matches(key, list(instance), 1, 0.7)
                hint = f"is '{near[0]}' meant to be '{key}'?" if near else _describe(error, key)
                yield document.finding("SPEC-010", at, message, hint)
        case "dependentRequired":
            for key, others in value.items():
                for other in [o for o in others if key in instance and o not in instance]:
                    message = f"'{key}' needs '{other}' beside it"
                    yield document.finding("SPEC-010", at, message, f"add '{other}'")
        case "anyOf" if [s for s in value if "required" in s]:
            message = f"{_label(path)} needs the key 'title'"
            yield document.finding("SPEC-010", at, message, "add 'title: ...'")
        case "type":
            message = f"{_label(path)} must be {_kinds(value)}, is {kind(instance)}"
            yield document.finding("SPEC-012", at, message, _type_hint(instance, value))
        case _ if error.is_key:
            message, hint = _value(error, shown)
            told = f"a key of {_label(path)} {message}"
            yield document.finding("SPEC-013", at + pointer(instance), told, hint, key=True)
        case _:
            message, hint = _value(error, shown)
            yield document.finding("SPEC-013", at, f"{_label(path)} {message}", hint)


def kind(value: Json) -> str:
    """Return what a value is, not which."""
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return KINDS[kinds[type(value)]] if value is not None else "empty"


def nearest(word: str, known: list[str], form: str = "did you mean '{}'?") -> str:
    """Return a hint with the nearest of the known words, else all of them."""
    return _nearest(word, known, form) or _list("known: ", known)


def _nearest(word: str, known: list[str], form: str = "did you mean '{}'?") -> str:
    near = difflib.get_close_matches(word.lower(), known, 1, 0.6)
    return form.format(near[0]) if near else ""


def _list(begin: str, words: list[str]) -> str:
    shown = ", ".join(words[:15])
    return f"{begin}{shown}{', ...' if len(words) > 15 else ''}" if words else ""


def _label(path: tuple[str | int, ...]) -> str:
    name = ""
    for part in path:
        name = f"{name}[{part}]" if isinstance(part, int) else part
    return f"'{name}'" if name else "the spec"


def _kinds(types: Any) -> str:
    names = [KINDS[t] for t in ([types] if isinstance(types, str) else types)]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]


def _type_hint(instance: Json, types: Any) -> str:
    wanted = {types} if isinstance(types, str) else set(types)
    if "boolean" in wanted and isinstance(instance, str):
        return f"write {WORDY_BOOLEANS.get(instance.lower(), 'true or false')}, without quotes"
    if {"integer", "number"} & wanted and isinstance(instance, str):
        return "write a plain decimal number without quotes"
    if "string" in wanted and isinstance(instance, bool | int | float):
        return "put it in quotes"
    if "array" in wanted and isinstance(instance, str):
        return "begin each item with '- ', or write [a, b]"
    if "object" in wanted:
        return "write 'key: value' lines below it, indented"
    return ""


def _describe(error: Violation, key: str) -> str:
    described = error.schema.get("properties", {}).get(key, {})
    if "$ref" in described and "description" not in described:
        described = schema()["$defs"].get(described["$ref"].rpartition("/")[2], {})
    return described.get("description", f"add '{key}: ...'")  # type: ignore[no-any-return]


def _value(error: Violation, shown: bool) -> tuple[str, str]:
    """Return message and hint for a value of the right type that is not allowed."""
    instance, value = error.instance, error.value
    match error.keyword:
        case "enum" | "const":
            allowed = [str(v) for v in (value if error.keyword == "enum" else [value])]
            is_word = shown and isinstance(instance, str) and len(instance) < 60
            word = f", not '{instance}'" if is_word else ""
            hint = _nearest(instance, allowed) if isinstance(instance, str) else ""
            return f"must be one of {', '.join(allowed)}{word}", hint
        case "minimum":
            return f"must be {value} or more", ""
        case "exclusiveMinimum":
            return f"must be more than {value}", ""
        case "maximum":
            return f"must be {value} or less", ""
        case "exclusiveMaximum":
            return f"must be less than {value}", ""
        case "minLength" | "minItems" | "minProperties" if value == 1:
            return "must not be empty", ""
        case "minLength" | "maxLength":
            return f"must have {_at(error.keyword)} {value} characters", ""
        case "minItems" | "maxItems" | "minProperties" | "maxProperties":
            return f"must have {_at(error.keyword)} {value} entries", ""
        case "uniqueItems":
            return "has the same entry twice", "keep one of the two"
        case "pattern":
            return f"has the wrong form{_odd(instance) if shown else ''}", _pattern_hint(error)
        case other:
            return f"breaks the rule '{other}' of its schema", ""


def _at(validator: str) -> str:
    return "at least" if validator.startswith("min") else "at most"


def _odd(text: str) -> str:
    """Say which character beyond ASCII a text has, as it may look like another one."""
    odd = next((char for char in text if not char.isascii()), None)
    if odd is None:
        return ""
    return f": '{odd}' is U+{ord(odd):04X}, {unicodedata.name(odd, 'without a name')}"


def _pattern_hint(error: Violation) -> str:
    described = error.schema.get("description", "")
    examples = [e for e in error.schema.get("examples", []) if isinstance(e, str)]
    if examples and examples[0] not in described:
        described = f"{described} E.g. {examples[0]}.".strip()
    return described or f"it has to match {error.value}"


def _prune(data: Json, error: Violation) -> None:
    """Take out what `error` is about, up to the nearest key, so that no check meets it."""
    path = list(error.path)
    if error.keyword in ("required", "dependentRequired"):
        return
    if error.keyword == "additionalProperties":
        holder = _follow(data, path)
        if isinstance(holder, dict):
            for key in [k for k in holder if k not in error.schema.get("properties", {})]:
                del holder[key]
            return
    if any(isinstance(part, int) for part in path):  # an item less would shift the others
        path = path[: next(i for i, part in enumerate(path) if isinstance(part, int))]
    if path:
        holder = _follow(data, path[:-1])
        if isinstance(holder, dict):
            holder.pop(path[-1], None)


def _follow(data: Json, path: Sequence[str | int]) -> Json:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
