"""Spec file -> data and the position of everything in it. Nothing is trusted, nothing crashes."""

import os
import re
import sys
from pathlib import Path

import yaml

from scaffold.errors import Finding, Location, ScaffoldError, Severity, pointer
from scaffold.spec.document import Document, Json, Position
from scaffold.spec.nodes import (
    MAX_DEPTH,
    MAX_VALUES,
    UNSAFE,
    Composer,
    Mapping,
    Node,
    Refused,
    Scalar,
    Sequence,
)

MAX_BYTES = 1024 * 1024
START = Position(1, 1)
NEW_LINE = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML 1.1 scanners count lines


def load(path: str | Path) -> Document:
    """Read a spec; `-` is standard input. Raises ScaffoldError with all that can be told."""
    file = "<stdin>" if str(path) == "-" else str(path)
    return parse(_decode(_read(path, file), file), file)


def parse(text: str, file: str = "<text>") -> Document:
    """Read the text of a spec. Raises ScaffoldError with all that can be told."""
    _refuse_unsafe(text, file)
    composer = Composer(file, text.removeprefix("\ufeff"))
    try:
        root = composer.document()
        if root is None or (isinstance(root, Scalar) and root.value is None):
            raise Refused(_finding("SPEC-002", file, "the spec is empty", "begin with 'name:'"))
        if not isinstance(root, Mapping):
            message = "a spec is a mapping of keys to values"
            hint = "begin with 'name: <family>.extractor'"
            raise Refused(_finding("SPEC-002", file, message, hint, root.position))
        expansion = Expansion(composer)
        data = expansion.mapping(root, "")
    except Refused as refused:
        raise ScaffoldError([*composer.findings, refused.finding]) from None
    except yaml.YAMLError as error:
        raise ScaffoldError([*composer.findings, _syntax(error, text, file)]) from None
    if composer.findings:
        raise ScaffoldError(composer.findings)
    return Document(file, text, data, expansion.values, expansion.keys)


class Expansion:
    """Turns nodes into data, aliases into copies, and notes where each pointer stands."""

    def __init__(self, composer: Composer) -> None:
        self.values: dict[str, Position] = {}
        self.keys: dict[str, Position] = {}
        self._composer = composer
        self._count = 0

    def mapping(self, node: Mapping, at: str, depth: int = 0) -> dict[str, Json]:
        """Return the data of a mapping whose pointer is `at`."""
        self._note(node, at)
        data: dict[str, Json] = {}
        for key_node, value_node in self._pairs(node, depth):
            key = self._key(key_node)
            if key is None:
                continue
            below = at + pointer(key)
            self.keys[below] = key_node.position
            data[key] = self._value(value_node, below, depth + 1)
        return data

    def _value(self, node: Node, at: str, depth: int) -> Json:
        self._check_depth(node, depth)
        if isinstance(node, Mapping):
            return self.mapping(node, at, depth)
        self._note(node, at)
        if isinstance(node, Scalar):
            return node.value
        items = enumerate(node.items)
        return [self._value(item, f"{at}/{index}", depth + 1) for index, item in items]

    def _check_depth(self, node: Node, depth: int) -> None:
        if depth > MAX_DEPTH:
            message = f"aliases nest more than {MAX_DEPTH} levels deep"
            location = Location(self._composer.file, "", node.position.line, node.position.column)
            raise Refused(Finding("SPEC-005", Severity.ERROR, location, message, "flatten it"))

    def _note(self, node: Node, at: str) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            message = f"more than {MAX_VALUES} values once aliases are expanded"
            hint = "use fewer aliases, or split the spec"
            location = Location(self._composer.file, at, node.position.line, node.position.column)
            raise Refused(Finding("SPEC-005", Severity.ERROR, location, message, hint))
        self.values[at] = node.position

    def _key(self, node: Node) -> str | None:
        """Return the key; None, and a finding, if it is no text."""
        if isinstance(node, Scalar):
            if isinstance(node.value, str):
                return node.value
            if node.text in ("null", "Null", "NULL"):
                return node.text  # a field may be called so; nobody means a missing key
            hint = f'quote it: "{node.text}"' if node.text else "write a key before the colon"
            self._composer.report("SPEC-003", node.position, "a key must be a text", hint)
            return None
        hint = "quote a text that begins with '[' or '{'"
        self._composer.report("SPEC-003", node.position, "a key must be a text", hint)
        return None

    def _pairs(self, node: Mapping, depth: int) -> list[tuple[Node, Node]]:
        """Return the pairs with `<<` merged in; a mapping's own keys win. Reports duplicates."""
        own: dict[object, Position] = {}
        pairs, merged = [], []
        for key, value in node.pairs:
            if isinstance(key, Scalar) and key.merge:
                merged += self._merged(value, depth + 1)
                continue
            name = key.text if isinstance(key, Scalar) else id(key)
            if name in own:
                first = own[name]
                message = (
                    f"duplicate key '{name}', first at line {first.line}, column {first.column}"
                )
                self._composer.report("SPEC-003", key.position, message, "keep one of the two")
                continue
            own[name] = key.position
            pairs.append((key, value))
        for key, value in merged:
            name = key.text if isinstance(key, Scalar) else id(key)
            if name not in own:
                own[name] = key.position
                pairs.append((key, value))
        return pairs

    def _merged(self, node: Node, depth: int) -> list[tuple[Node, Node]]:
        self._check_depth(node, depth)
        sources = node.items if isinstance(node, Sequence) else [node]
        pairs = []
        for source in sources:
            if not isinstance(source, Mapping):
                message = "'<<' merges a mapping or a list of mappings"
                hint = "refer to a mapping by '*name', or quote '<<' if it is a key"
                self._composer.report("SPEC-005", source.position, message, hint)
                continue
            self._count += len(source.pairs)
            if self._count > MAX_VALUES:
                self._note(source, "")
            pairs += self._pairs(source, depth)
        return pairs


def _read(path: str | Path, file: str) -> bytes:
    try:
        if str(path) == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(path, "rb", opener=_open) as stream:
                content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or "not a valid file name"
        hint = "give the path of a component spec, a YAML file"
        raise ScaffoldError(
            [_finding("SPEC-001", file, f"cannot be read: {reason}", hint)]
        ) from None
    if len(content) > MAX_BYTES:
        hint = "is this the right file? a spec is a few hundred lines"
        message = f"bigger than {MAX_BYTES // 1024} KiB"
        raise ScaffoldError([_finding("SPEC-001", file, message, hint)])
    return content


def _open(path: str, flags: int) -> int:
    """Open a file; a named pipe that nobody writes to is empty then, and does not wait."""
    without_waiting = getattr(os, "O_NONBLOCK", 0)  # Windows has none
    descriptor = os.open(path, flags | without_waiting)
    if without_waiting:
        os.set_blocking(descriptor, True)
    return descriptor


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        position = _position(content[: error.start].decode("utf-8"), error.start)
        finding = _finding("SPEC-001", file, "not UTF-8", "save the file as UTF-8", position)
        raise ScaffoldError([finding]) from None


def _refuse_unsafe(text: str, file: str) -> None:
    match = UNSAFE.search(text)
    if not match:
        return
    message = f"the character U+{ord(match[0]):04X} is not allowed"
    hint = "save the file as UTF-8" if match[0] == "\0" else "take it out"
    position = _position(text, match.start())
    finding = _finding("SPEC-006", file, message, hint, position)
    raise ScaffoldError([finding])


def _position(text: str, offset: int) -> Position:
    """Return line and column of the character at `offset`."""
    breaks = [match.end() for match in NEW_LINE.finditer(text, 0, offset)]
    return Position(len(breaks) + 1, offset - (breaks[-1] if breaks else 0) + 1)


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Finding:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "not YAML"
    position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
    if "'\\t'" in problem or _tab_indented(text, position):
        hint = "use spaces"
        return _finding("SPEC-002", file, "a tab stands where spaces must", hint, position)
    context = getattr(error, "context", None)
    message = f"not valid YAML: {f'{context}, ' if context else ''}{problem}"
    hint = "check indentation, colons and quotes at and above this line"
    return _finding("SPEC-002", file, message, hint, position)


def _tab_indented(text: str, position: Position) -> bool:
    lines = NEW_LINE.split(text)[position.line - 1 : position.line]
    return any("\t" in line[: len(line) - len(line.lstrip())] for line in lines)


def _finding(rule: str, file: str, message: str, hint: str, position: Position = START) -> Finding:
    location = Location(file, "", position.line, position.column)
    return Finding(rule, Severity.ERROR, location, message, hint)
