"""A spec as it was read: its text, its data, and where in the text each value stands."""

from dataclasses import dataclass
from typing import Any

from scaffold.errors import Finding, Location, Severity

Json = Any  # a JSON value: None, bool, int, float, str, list or dict of these


@dataclass(frozen=True)
class Position:
    """A place in a text; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """`values` and `keys` say, per JSON Pointer, where the value and its key begin."""

    file: str
    text: str
    data: dict[str, Json]
    values: dict[str, Position]
    keys: dict[str, Position]

    def locate(self, pointer: str, *, key: bool = False) -> Location:
        """Return where `pointer` stands, or where the nearest thing around it does."""
        known = pointer
        while known and known not in self.values:
            known = known.rpartition("/")[0]
        is_key = key and pointer in self.keys
        position = self.keys[pointer] if is_key else self.values.get(known, Position(1, 1))
        return Location(self.file, pointer, position.line, position.column)

    def finding(
        self,
        rule: str,
        pointer: str,
        message: str,
        hint: str = "",
        *,
        severity: Severity = Severity.ERROR,
        key: bool = False,
    ) -> Finding:
        """Return a finding about the value at `pointer`, or about its key."""
        return Finding(rule, severity, self.locate(pointer, key=key), message, hint)
