"""The two little languages of `x-driver`: paths and placeholders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.spec import paths, placeholders
from scaffold.spec.placeholders import Placeholder


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$", ()),
        ("a", (("name", "a"),)),
        ("$.a", (("name", "a"),)),
        ("a.b-c_1", (("name", "a"), ("name", "b-c_1"))),
        ("$['@odata.x']", (("name", "@odata.x"),)),
        ('a["it\'s"]', (("name", "a"), ("name", "it's"))),
        (r"a['it\'s \\']", (("name", "a"), ("name", "it's \\"))),
        ("$[0].a[*]", (("index", 0), ("name", "a"), ("each", None))),
        ("naïve", (("name", "naïve"),)),
    ],
)
def test_paths(text: str, steps: tuple[object, ...]) -> None:
    assert paths.parse(text) == steps


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        (".a", 0),
        ("a.", 2),
        ("a..b", 2),
        ("a[", 2),
        ("a[]", 2),
        ("a[-1]", 2),
        ("a[x]", 2),
        ("a['x]", 2),
        ("a['']", 2),
        ("a['x'", 5),
        ("a[0]b", 4),
        ("$a", 1),
        ("a b", 1),
        ("a[9999999999]", 2),
        ("a[²]", 2),
    ],
)
def test_bad_paths_say_where(text: str, offset: int) -> None:
    with pytest.raises(paths.PathError) as caught:
        paths.parse(text)

    assert caught.value.offset == offset


@given(st.text(alphabet="a.$[]'\"*0\\ ", max_size=12))
def test_no_path_crashes(text: str) -> None:
    try:
        paths.parse(text)
    except paths.PathError as error:
        assert 0 <= error.offset <= len(text)


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4))
def test_any_name_can_be_quoted(names: list[str]) -> None:
    quoted = [name.replace("\\", "\\\\").replace("'", "\\'") for name in names]
    text = "$" + "".join(f"['{name}']" for name in quoted)

    assert paths.parse(text) == tuple(("name", name) for name in names)


def test_placeholders() -> None:
    assert placeholders.parse("a/{parent.id}{config.x-y}") == [
        "a/",
        Placeholder("parent", "id"),
        Placeholder("config", "x-y"),
    ]
    assert placeholders.parse("{other.x} {connection.}") == ["{other.x} {connection.}"]
    nested = {"a": ["{config.x}", {"b": "{config.y} {config.x}"}], "{config.key}": 1}
    assert placeholders.fields(nested, "config") == ("x", "y")
    assert placeholders.fields(nested, "parent") == ()


@given(st.text(alphabet="{}.config parent"))
def test_parts_make_up_the_text(text: str) -> None:
    parts = placeholders.parse(text)

    assert text == "".join(p if isinstance(p, str) else f"{{{p.root}.{p.field}}}" for p in parts)
