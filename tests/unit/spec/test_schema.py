"""The JSON Schema, and how its violations are told."""

import json
import os
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from specs import GONE, findings, shop, told

from scaffold.errors import Severity
from scaffold.spec import schema

README = Path(__file__).parents[3] / "component_specs" / "README.md"


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(schema.schema())
    bare = []

    def walk(node: object, at: str) -> None:
        if isinstance(node, list):
            for index, item in enumerate(node):
                walk(item, f"{at}/{index}")
        if not isinstance(node, dict):
            return
        for name, stated in node.get("properties", {}).items():
            named = stated if "$ref" not in stated else {**_target(stated), **stated}
            if not at.endswith("/if") and "description" not in named:
                bare.append(f"{at}/{name}")
        for key, item in node.items():
            if key in ("properties", "$defs"):
                for name, stated in item.items():
                    walk(stated, f"{at}/{key}/{name}")
            elif key not in ("enum", "const", "default", "examples"):
                walk(item, f"{at}/{key}")

    walk(schema.schema(), "")
    assert bare == []


def _target(stated: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = schema.schema()["$defs"][stated["$ref"].rpartition("/")[2]]
    return found


def test_the_readme_example_is_valid() -> None:
    text = README.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    spec = shop(x_driver=yaml.safe_load(text)["x-driver"])

    assert list(Draft202012Validator(schema.schema()).iter_errors(spec)) == []


@pytest.mark.skipif("OSIRIS_SPECS" not in os.environ, reason="OSIRIS_SPECS names no directory")
def test_specs_of_osiris_are_valid() -> None:
    for path in Path(os.environ["OSIRIS_SPECS"]).glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert list(Draft202012Validator(schema.schema()).iter_errors(data)) == [], path


@pytest.mark.parametrize(
    ("changes", "rule", "pointer", "says", "hint"),
    [
        ({"title": 1}, "SPEC-012", "/title", "must be a text, is a whole number", "quotes"),
        ({"modes": "extract"}, "SPEC-012", "/modes", "must be a list", "- "),
        ({"modes": []}, "SPEC-013", "/modes", "must not be empty", ""),
        ({"modes": ["extrakt"]}, "SPEC-013", "/modes/0", "not 'extrakt'", "'extract'"),
        ({"version": "1.0"}, "SPEC-013", "/version", "wrong form", "1.0.0"),
        ({"version": GONE}, "SPEC-010", "", "needs the key 'version'", "Semantic"),
        ({"nmae": "x"}, "SPEC-011", "/nmae", "unknown key 'nmae'", "'name'"),
        ({"name": "../evil"}, "SPEC-013", "/name", "wrong form", "shopify.extractor"),
        (
            {"name": "shоp.extractor"},  # Cyrillic o
            "SPEC-013",
            "/name",
            "'о' is U+043E, CYRILLIC SMALL LETTER O",
            "of a-z",
        ),
        (
            {"x_driver__resources": {"": {"path": "x"}}},
            "SPEC-013",
            "/x-driver/resources/",
            "a key of 'resources' must not be empty",
            "",
        ),
        (
            {"capabilities__discover": "yes"},
            "SPEC-012",
            "/capabilities/discover",
            "must be true or false, is a text",
            "write true",
        ),
        (
            {"x_driver__client__timeout_seconds": "30"},
            "SPEC-012",
            "/x-driver/client/timeout_seconds",
            "must be a number",
            "without quotes",
        ),
        (
            {"x_driver__client__timeout_seconds": 0},
            "SPEC-013",
            "/x-driver/client/timeout_seconds",
            "more than 0",
            "",
        ),
        (
            {"x_driver__client__auth": {"type": "bearer", "tokn": "{connection.t}"}},
            "SPEC-011",
            "/x-driver/client/auth/tokn",
            "unknown key 'tokn'",
            "'token'",
        ),
        (
            {"x_driver__client__auth": {"type": "bearer", "tokn": "{connection.t}"}},
            "SPEC-010",
            "/x-driver/client/auth",
            "'auth' needs the key 'token'",
            "'tokn' meant",
        ),
        (
            {"x_driver__client__auth": {"type": "berer"}},
            "SPEC-013",
            "/x-driver/client/auth/type",
            "'type' must be one of",
            "'bearer'",
        ),
        (
            {"x_driver__paginator": {"type": "relay"}},
            "SPEC-013",
            "/x-driver/paginator/type",
            "not 'relay'",
            "",
        ),
        (
            {"x_driver__paginator": {"type": "cursor", "param": "after"}},
            "SPEC-010",
            "/x-driver/paginator",
            "needs the key 'cursor'",
            "Path to the next cursor",
        ),
        (
            {"x_driver__resources__orders__path": GONE},
            "SPEC-010",
            "/x-driver/resources/orders",
            "needs the key 'path'",
            "Below base_url",
        ),
        (
            {"x_driver__resources__orders__fields__id": "int"},
            "SPEC-013",
            "/x-driver/resources/orders/fields/id",
            "not 'int'",
            "'integer'",
        ),
        (
            {"x_driver__client__rate_limit": {"header": "X"}},
            "SPEC-010",
            "/x-driver/client/rate_limit",
            "'header' needs 'form'",
            "",
        ),
        ({"x_driver__transport": "soap"}, "SPEC-013", "/x-driver/transport", "not 'soap'", ""),
        ({"examples": [{"config": {}}]}, "SPEC-010", "/examples/0", "'title'", ""),
    ],
)
def test_violations_are_told_in_plain_words(
    changes: dict[str, object], rule: str, pointer: str, says: str, hint: str
) -> None:
    found = [f for f in told(findings(**changes), rule) if f.location.pointer == pointer]

    assert [says in f.message and hint in f.hint for f in found] == [True]
    assert found[0].severity is Severity.ERROR


def test_a_misspelled_key_is_told_where_it_stands() -> None:
    (finding,) = told(findings(x_driver__clinet={}), "SPEC-011")

    assert finding.location.line > 10
    assert finding.hint == "did you mean 'client'?"


def test_all_violations_are_told_at_once_and_others_beside_them() -> None:
    found = findings(title=1, versoin="x", x_driver__client__base_url="ftp://x")

    assert {f.rule for f in found if f.severity is Severity.ERROR} == {
        "SPEC-011",
        "SPEC-012",
        "SPEC-032",
    }


def test_secret_values_of_examples_are_not_shown() -> None:
    config = {"connection": 5, "resource": "hunter2", "limit": "hunter2"}
    text = json.dumps(
        [vars(f) for f in findings(examples=[{"title": "a", "config": config}])], default=str
    )

    assert "SPEC-063" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("transport", ["graphql", "sql", "file", "duckdb", "custom"])
def test_other_transports_are_accepted_with_their_own_keys(transport: str) -> None:
    found = findings(x_driver={"transport": transport, "dialect": "mysql"})

    assert [(f.rule, f.severity) for f in found] == [("SPEC-022", Severity.INFO)]
