"""The one place where text of a spec becomes text of a file: a security boundary."""

import json
import re
import textwrap
from typing import Any

from scaffold.spec.placeholders import Placeholder, parse

WIDTH = 100  # of generated lines


def literal(value: Any) -> str:
    """Return `value` (JSON, tuples, sets) as one line of Python in black's spelling."""
    return formatted(repr(value))


def assignment(name: str, value: Any, comment: str = "", annotation: str = "") -> str:
    """Return `name = <value>  # comment` as black lays it out."""
    return statement(f"{name}: {annotation}" if annotation else name, repr(value), comment)


def statement(name: str, code: str, comment: str = "") -> str:
    """Return `name = code  # comment`; `code` is Python whose every literal went through `repr`.

    A comment moves to a line of its own where it would make the first line too long.
    """
    note = f"  # {one_line(comment)}" if comment else ""
    opened = re.match(r"[({\[]", code)
    text = formatted(f"{name} = {code}")
    first, _, rest = text.partition("\n")
    if not note:
        return text
    if len(first + note) <= WIDTH and (not rest or opened):
        return f"{first}{note}\n{rest}".rstrip("\n")
    return f"#{note[3:]}\n{text}"


def formatted(code: str) -> str:
    """Return Python source as black formats it, without a final newline."""
    from black import Mode, format_str
    from black.mode import TargetVersion

    mode = Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return format_str(code, mode=mode).rstrip("\n")


def printable(text: str) -> str:
    """Return `text` with what a reader could not see (controls, bidi marks, ...) as escapes."""
    return "".join(
        char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text
    )


def one_line(text: str, width: int = 0) -> str:
    """Return `text` for a comment or a title: one printable line, cut at `width` if given."""
    line = printable(" ".join(text.split()))
    return textwrap.shorten(line, width, placeholder=" ...") if width else line


def docstring(text: str, indent: int = 0) -> str:
    """Return `text` for the inside of a docstring: escaped, wrapped, continued at `indent`."""
    safe = printable(text).replace("\\", "\\\\").replace('"""', "'''")
    paragraphs = [
        "\n".join(
            textwrap.wrap(" ".join(p.split()), WIDTH - indent - 3, break_on_hyphens=False) or [""]
        )
        for p in re.split(r"\n\s*\n", safe.strip())
    ]
    joined = textwrap.indent("\n\n".join(paragraphs), " " * indent).strip()
    return re.sub(r'"$', "'", joined)  # a closing quote would end the docstring early


def markdown(text: str) -> str:
    """Return `text` as one line of Markdown that shows it as it is, in a table cell too."""
    line = one_line(text).replace("\\", "\\\\")
    return re.sub(r"([`*_\[\]<>|#~{}!])", r"\\\1", line)


def code_span(text: str) -> str:
    """Return `text` as Markdown code, in a table cell too."""
    line = one_line(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def toml(value: Any) -> str:
    """Return `value` (str, or list of str) as TOML."""
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(
        r"[^\x20-\x7e\u00a1-\ud7ff\ue000-\U0010ffff]", lambda m: f"\\u{ord(m[0]):04x}", text
    )


def block(code: str, indent: int) -> str:
    """Return Python statements as black lays them out `indent` spaces deep; the first is flush."""
    depth = indent // 4
    opened = "".join("    " * level + "if 1:\n" for level in range(depth))
    lines = formatted(opened + textwrap.indent(code, " " * indent)).splitlines()[depth:]
    return "\n".join(lines).strip()


def expression(template: str, variables: dict[str, str]) -> str:
    """Return the Python text expression of a template such as "Bearer {connection.token}".

    `variables` maps the names before the dot to Python variables.
    """
    parts = parse(template)
    values = [
        f"{variables[p.root]}[{p.field!r}]" if isinstance(p, Placeholder) else p for p in parts
    ]
    if not any(isinstance(part, Placeholder) for part in parts):
        return repr(template)
    if len(parts) == 1:
        return f"str({values[0]})"
    if any(isinstance(p, Placeholder) and re.search(r"[\"'\\]", p.field) for p in parts):
        texts = (f"str({v})" if p != v else repr(v) for p, v in zip(parts, values, strict=True))
        return " + ".join(texts)  # Python 3.11's f-strings take no quotes in a replacement
    inside = (
        "{" + value + "}" if isinstance(part, Placeholder) else _inside(value)
        for part, value in zip(parts, values, strict=True)
    )
    return 'f"' + "".join(inside) + '"'


def _inside(text: str) -> str:
    """Return `text` for the inside of an f-string in double quotes."""
    escapes = {'"': '\\"', "\\": "\\\\", "{": "{{", "}": "}}"}
    return "".join(escapes.get(c) or (c if c.isprintable() else repr(c)[1:-1]) for c in text)
