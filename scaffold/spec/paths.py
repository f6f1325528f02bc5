"""The path language of `x-driver`: `$`, names by `.`, `['quoted']`, `[0]`, `[*]`."""

from typing import Final, Literal

STAR: Final = "*"
Step = tuple[Literal["name"], str] | tuple[Literal["index"], int] | tuple[Literal["each"], None]
SPECIAL = ".[]'\"$*{} \t\n"


class PathError(ValueError):
    """A path cannot be read; `offset` counts from 0."""

    def __init__(self, message: str, offset: int) -> None:
        self.offset = offset
        super().__init__(message)


def parse(text: str) -> tuple[Step, ...]:
    """Return the steps of a path; `$` has none. Raises PathError."""
    at = 1 if text.startswith("$") else 0
    if not text:
        raise PathError("the path is empty; '$' is the root", 0)
    steps: list[Step] = []
    while at < len(text):
        if text[at] == "[":
            step, at = _bracket(text, at + 1)
        elif text[at] == "." and at > 0:
            step, at = _name(text, at + 1)
        elif at == 0:
            step, at = _name(text, at)
        else:
            raise PathError(f"unexpected {text[at]!r}", at)
        steps.append(step)
    return tuple(steps)


def _name(text: str, at: int) -> tuple[Step, int]:
    end = at
    while end < len(text) and text[end] not in SPECIAL:
        end += 1
    if end == at:
        found = repr(text[at]) if at < len(text) else "the end"
        raise PathError(f"a name is missing before {found}", at)
    return ("name", text[at:end]), end


def _bracket(text: str, at: int) -> tuple[Step, int]:
    if text[at : at + 1] in ("'", '"'):
        name, end = _quoted(text, at)
        step: Step = ("name", name)
    else:
        end = max(text.find("]", at), at)
        inside = text[at:end]
        if inside == STAR:
            step = ("each", None)
        elif inside.isascii() and inside.isdigit() and len(inside) < 10:
            step = ("index", int(inside))
        else:
            raise PathError("brackets hold a number, '*' or a quoted name", at)
    if text[end : end + 1] != "]":
        raise PathError("']' is missing", end)
    return step, end + 1


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return the name in quotes at `at`, where a backslash escapes, and what follows it."""
    quote, name, end = text[at], "", at + 1
    while end < len(text) and text[end] != quote:
        end += text[end] == "\\" and end + 1 < len(text)
        name += text[end]
        end += 1
    if end == len(text):
        raise PathError("a quote is not closed", at)
    if not name:
        raise PathError("a name is empty", at)
    return name, end + 1
