"""Reading: what is refused says where and what to do; what is read is what is written."""

import os
import threading
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specs import SHOP

from scaffold.errors import Finding, ScaffoldError
from scaffold.spec.document import Position
from scaffold.spec.load import MAX_BYTES, load, parse


def refused(text: str) -> list[Finding]:
    """Return the findings with which `text` is refused."""
    with pytest.raises(ScaffoldError) as caught:
        parse(text, "bad.yaml")
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-0", 0),
        ("012", "012"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("0x1F", "0x1F"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("01.5e3x", "01.5e3x"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("=", "="),
        ('"a\\u2028b"', "a\u2028b"),
        ('"\\uD83D\\uDE00"', "\U0001f600"),  # as json.dumps writes it
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    found = parse(f"a: {text}\n").data["a"]

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "key", ["on", "no", "null", "1st", "a b", "a-b", "__import__", "2024-01-01"]
)
def test_odd_keys_stay_texts(key: str) -> None:
    assert parse(f"{key}: 1\n").data == {key: 1}


def test_positions_of_keys_and_values() -> None:
    document = parse("a:\n  - b: 1\n    c/d: [2, 3]\n")

    assert document.keys["/a/0/c~1d"] == Position(3, 5)
    assert document.values["/a/0/c~1d/1"] == Position(3, 14)
    assert document.values[""] == Position(1, 1)


def test_what_is_missing_is_located_at_the_nearest_thing_around_it() -> None:
    location = parse("a:\n  b:\n    c: 1\n").locate("/a/b/x/y")

    assert (location.pointer, location.line, location.column) == ("/a/b/x/y", 3, 5)


def test_the_text_is_kept_verbatim() -> None:
    text = "\ufeffa: 1\r\nb: 2 # c\r\n"
    document = parse(text)

    assert document.text == text
    assert document.data == {"a": 1, "b": 2}


def test_merge_keys_give_way_to_own_keys() -> None:
    data = parse("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 3}\nc:\n  <<: [*a, *b]\n  x: 9\n").data

    assert data["c"] == {"x": 9, "y": 2, "z": 3}


def test_aliases_are_copies() -> None:
    data = parse("a: &a {x: [1]}\nb: *a\n").data
    data["a"]["x"].append(2)

    assert data["b"] == {"x": [1]}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 10)
)
LONG_CHAIN = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 3000))
MERGE_CHAIN = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: *a{i - 1}}}\n" for i in range(1, 3000)
)


@pytest.mark.parametrize(
    ("text", "rule", "line", "column", "says"),
    [
        ("", "SPEC-002", 1, 1, "empty"),
        ("# only a comment\n", "SPEC-002", 1, 1, "empty"),
        ("---\n...\n", "SPEC-002", 1, 1, "empty"),
        ("just text\n", "SPEC-002", 1, 1, "mapping"),
        ("- a\n- b\n", "SPEC-002", 1, 1, "mapping"),
        ("a: 1\n---\nb: 2\n", "SPEC-002", 2, 1, "second"),
        ("a: [1\n", "SPEC-002", 2, 1, "not valid YAML"),
        ("a: 1\n  b: 2\n", "SPEC-002", 2, 4, "not valid YAML"),
        ("a:\n\tb: 1\n", "SPEC-002", 2, 1, "tab"),
        ("a: @b\n", "SPEC-002", 1, 4, "not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "SPEC-003", 3, 1, "first at line 1, column 1"),
        ("a: {b: 1, 'b': 2}\n", "SPEC-003", 1, 11, "duplicate key 'b'"),
        ("1: a\n", "SPEC-003", 1, 1, "text"),
        ("true: a\n", "SPEC-003", 1, 1, "text"),
        ("? \n: a\n", "SPEC-003", 1, 2, "text"),
        ("[a]: b\n", "SPEC-003", 1, 1, "text"),
        ("{a: b}: c\n", "SPEC-003", 1, 1, "text"),
        ("a: !!binary aGk=\n", "SPEC-004", 1, 4, "tag"),
        ("a: !!python/object/apply:os.system [ls]\n", "SPEC-004", 1, 4, "tag"),
        ("a: !custom {b: 1}\n", "SPEC-004", 1, 4, "tag"),
        ("a: !!timestamp 2024-01-01\n", "SPEC-004", 1, 4, "tag"),
        ("a: .nan\n", "SPEC-004", 1, 4, "not a number"),
        ("a: -.inf\n", "SPEC-004", 1, 4, "not a number"),
        ("a: 1e999\n", "SPEC-004", 1, 4, "too big"),
        (f"a: {'9' * 5000}\n", "SPEC-004", 1, 4, "too big"),
        ("a: 99999999999999999999\n", "SPEC-004", 1, 4, "too big"),
        ("a: *b\n", "SPEC-005", 1, 4, "no anchor"),
        ("a: &b [*b]\n", "SPEC-005", 1, 8, "inside its own"),
        ("a: &b\n  <<: *b\n", "SPEC-005", 2, 7, "inside its own"),
        ("a:\n  <<: 1\n", "SPEC-005", 2, 7, "merges"),
        ("a:\n  <<: [1]\n", "SPEC-005", 2, 8, "merges"),
        ("a: " + "[" * 100 + "]" * 100 + "\n", "SPEC-005", 1, 64, "deep"),
        ('a: "\\0"\n', "SPEC-006", 1, 4, "U+0000"),
        ('a: "x\\ud800"\n', "SPEC-006", 1, 4, "U+D800"),
        ('"\\e[31m": 1\n', "SPEC-006", 1, 1, "U+001B"),
        ("a: 1\nb: \x07\n", "SPEC-006", 2, 4, "U+0007"),
        ("a: \ud800\n", "SPEC-006", 1, 4, "U+D800"),
        ("a: x\x85b: y\n", "SPEC-006", 1, 5, "U+0085"),
    ],
)
def test_refused_with_position(text: str, rule: str, line: int, column: int, says: str) -> None:
    finding = refused(text)[0]

    assert (finding.rule, finding.location.line, finding.location.column) == (rule, line, column)
    assert says in finding.message
    assert finding.hint
    assert finding.location.file == "bad.yaml"


@pytest.mark.parametrize(
    "text",
    [BOMB, MERGE_BOMB, LONG_CHAIN, MERGE_CHAIN, "a: [" + "1," * 500_000 + "]\n"],
    ids=["bomb", "merges", "chain", "merge chain", "many values"],
)
def test_bombs_are_refused(text: str) -> None:
    assert refused(text)[-1].rule == "SPEC-005"


def test_all_that_can_be_told_is_told_at_once() -> None:
    found = refused("a: 1\na: 2\n3: x\nb: !!binary x\n")

    assert [f.rule for f in found] == ["SPEC-004", "SPEC-003", "SPEC-003"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin, big = tmp_path / "latin.yaml", tmp_path / "big.yaml"
    latin.write_bytes(b"a: 1\nb: caf\xe9\n")
    big.write_bytes(b"#" * (50 * 1024 * 1024))
    places = {}
    for path in (tmp_path, tmp_path / "none.yaml", latin, big, "a\0b"):
        with pytest.raises(ScaffoldError) as caught:
            load(path)
        (finding,) = caught.value.findings
        assert finding.rule == "SPEC-001"
        assert finding.hint
        places[path] = (finding.location.line, finding.location.column)

    assert places[latin] == (2, 7)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_read_and_one_without_a_writer_does_not_wait(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ScaffoldError, match="is empty"):
        load(pipe)

    held = os.open(pipe, os.O_RDWR)  # so that the reader finds a writer, and waits for it

    def write() -> None:
        with pipe.open("w") as stream:
            os.close(held)
            stream.write(SHOP)

    writer = threading.Timer(0.1, write)
    writer.start()
    assert load(pipe).text == SHOP
    writer.join()


def test_a_file_of_the_greatest_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\n" + b"#" * (MAX_BYTES - 5))

    assert load(path).data == {"a": 1}


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(SHOP.encode())))
    document = load("-")

    assert document.file == "<stdin>"
    assert document.data["name"] == "shop.extractor"


@given(
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("[]{}:-&*!|>'\"%@`#,\n\t <"), max_size=80
    )
)
@settings(max_examples=300, deadline=None)
def test_no_text_crashes_the_reader(text: str) -> None:
    try:
        parse(text)
    except ScaffoldError as error:
        assert error.findings


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=40),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
            lambda inner: st.lists(inner)
            | st.dictionaries(st.text(min_size=1, max_size=40), inner),
        ),
    )
)
@settings(max_examples=40, deadline=None)
def test_json_is_read_back(data: dict[str, object]) -> None:
    import json

    text = json.dumps(data)
    try:
        found = parse(text).data
    except ScaffoldError as error:
        assert {f.rule for f in error.findings} <= {"SPEC-006"}
    else:
        assert found == data
