"""YAML text -> nodes with positions, by YAML 1.2's JSON-like types and within limits.

PyYAML only scans and parses here. Its own composer and constructor know YAML 1.1's surprises (`no`
is false, `1:30` is 90, `2024-01-01` is a date), follow aliases without limit and recurse.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from scaffold.errors import Finding, Location, Severity
from scaffold.spec.document import Position

MAX_DEPTH = 60  # mappings and lists inside each other
MAX_VALUES = 50_000  # in all, aliases expanded
MAX_INTEGER = 2**64
CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in "str int float bool null map seq".split()}
TEXT_TAGS = {"!", "tag:yaml.org,2002:str"}
NULLS = {"", "~", "null", "Null", "NULL"}
BOOLEANS = {"true": True, "True": True, "TRUE": True}
BOOLEANS |= {"false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+", re.ASCII)
NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # one character, as JSON escapes it
# None belongs in a text that ends up in source code: controls, surrogates, non-characters.
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Scalar:
    """A value without parts; `text` as written, `merge` if it is a plain `<<`."""

    position: Position
    value: Any
    text: str
    merge: bool = False


@dataclass
class Sequence:
    """A list."""

    position: Position
    items: list["Node"] = field(default_factory=list)


@dataclass
class Mapping:
    """A mapping; its pairs in order, keys not yet checked."""

    position: Position
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)


Node = Scalar | Sequence | Mapping


class Refused(Exception):
    """The text cannot be read any further."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


class Composer:
    """Builds the nodes of one text; what can be collected goes to `findings`, the rest raises."""

    def __init__(self, file: str, text: str) -> None:
        self.findings: list[Finding] = []
        self.file = file
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._count = 0
        self._anchors: dict[str, Node | None] = {}  # None: begun, not complete

    def document(self) -> Node | None:
        """Return the root of the only document; None if there is none. YAMLError on bad syntax."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    message = "a second YAML document begins here; a spec is one document"
                    raise self.refusal("SPEC-002", event, message, "keep one spec per file")
                root = self._node(next(self._events), 0)
        return root

    def refusal(self, rule: str, event: Any, message: str, hint: str = "") -> Refused:
        """Return the error to raise for something at `event`."""
        return Refused(self._finding(rule, position_of(event), message, hint))

    def report(self, rule: str, position: Position, message: str, hint: str = "") -> None:
        """Keep a finding and read on."""
        self.findings.append(self._finding(rule, position, message, hint))

    def _finding(self, rule: str, at: Position, message: str, hint: str) -> Finding:
        location = Location(self.file, "", at.line, at.column)
        return Finding(rule, Severity.ERROR, location, message, hint)

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._count += 1
        if self._count > MAX_VALUES:
            message = f"more than {MAX_VALUES} values"
            raise self.refusal("SPEC-005", event, message, "split the spec")
        if depth > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise self.refusal("SPEC-005", event, message, "no spec needs this; flatten it")
        if event.anchor:
            self._anchors[event.anchor] = None
        node = (
            self._scalar(event)
            if isinstance(event, yaml.ScalarEvent)
            else self._parts(event, depth)
        )
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            message = f"alias '*{event.anchor}' has no anchor '&{event.anchor}' before it"
            raise self.refusal("SPEC-005", event, message, "quote a text that begins with '*'")
        node = self._anchors[event.anchor]
        if node is None:
            message = f"alias '*{event.anchor}' is inside its own anchor"
            raise self.refusal("SPEC-005", event, message, "write the value out")
        return node

    def _parts(self, event: Any, depth: int) -> Node:
        if event.tag and event.tag not in CORE_TAGS | {"!"}:
            self._unknown_tag(event)
        position = position_of(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(position, list(self._until(yaml.SequenceEndEvent, depth)))
        nodes = list(self._until(yaml.MappingEndEvent, depth))
        return Mapping(position, list(pairwise(nodes))[::2])

    def _until(self, end: type, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event, depth + 1)

    def _scalar(self, event: Any) -> Scalar:
        position, text = position_of(event), PAIR.sub(_joined, event.value)
        if match := UNSAFE.search(text):
            message = f"the text holds the character U+{ord(match[0]):04X}"
            self.report("SPEC-006", position, message, "take it out; no text of a spec needs it")
        if event.tag and event.tag not in CORE_TAGS | TEXT_TAGS:
            self._unknown_tag(event)
        is_text = event.tag in TEXT_TAGS or (not event.tag and not event.implicit[0])
        if is_text:
            return Scalar(position, text, text)
        if text == "<<":
            return Scalar(position, text, text, merge=True)
        return Scalar(position, self._plain(position, text), text)

    def _plain(self, position: Position, text: str) -> Any:
        """Return what an unquoted scalar means in YAML 1.2; what YAML 1.1 adds stays a text."""
        if text in NULLS:
            return None
        if text in BOOLEANS:
            return BOOLEANS[text]
        if INTEGER.fullmatch(text):
            if len(text) > 21 or abs(int(text)) > MAX_INTEGER:
                return self._too_big(position)
            return int(text)
        if FLOAT.fullmatch(text) and not LEADING_ZERO.fullmatch(text):
            number = float(text)
            return self._too_big(position) if math.isinf(number) else number
        if NO_NUMBER.fullmatch(text):
            message = f"'{text}' is not a number that JSON knows"
            self.report("SPEC-004", position, message, "quote it to make it a text")
        return text

    def _too_big(self, position: Position) -> int:
        self.report("SPEC-004", position, "the number is too big", "quote it to make it a text")
        return 0

    def _unknown_tag(self, event: Any) -> None:
        message = "a tag ('!...') says a type that a spec cannot hold"
        hint = "remove the tag; to make a value a text, quote it"
        self.report("SPEC-004", position_of(event), message, hint)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def position_of(event: Any) -> Position:
    """Return where `event` begins."""
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)
