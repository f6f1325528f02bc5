"""Data selectors and body paths, compiled to Python expressions."""

from scaffold.spec import paths


def selector_expression(selector: str, root: str = "body") -> str:
    """Return the expression for the list of records: `$`, `a.b`, `a['odd.key'][0].b[*].c`."""
    expression, loops = root, list[str]()
    for kind, key in paths.parse(selector):
        if kind == "each":
            name = f"item{len(loops) + 1}" if loops else "item"
            loops.append(f"for {name} in {expression}")
            expression = name
        else:
            expression += f"[{key!r}]"
    return f"[{expression} {' '.join(loops)}]" if loops else expression


def dig(path: str, body: str = "body") -> str:
    """Return the expression for the value at `path` (no `[*]`), None where nothing is."""
    return f"_dig({', '.join([body, *(repr(key) for _, key in paths.parse(path))])})"
