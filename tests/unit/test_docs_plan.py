"""What generated README and pyproject say: true, complete, safe whatever a spec's texts hold."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from scaffold.naming import names
from scaffold.plan.docs import docs_plan, source_name
from scaffold.spec.build import build
from scaffold.spec.load import load
from scaffold.spec.model import ComponentSpec, Example

SPECS = Path(__file__).parents[2] / "component_specs"
HOSTILE = '`" | \\ \' <b> [x](y) ${z} {{ a }} # *_ ``` """ \u202e'
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x85"))


@pytest.fixture(scope="module")
def spec() -> ComponentSpec:
    return build(load(SPECS / "shopify.extractor.yaml"))


def docs(spec: ComponentSpec) -> dict:  # type: ignore[type-arg]
    return docs_plan(spec, names(spec.name, spec.role, spec.family, spec.driver_class), [])


@pytest.mark.parametrize(
    ("version", "python"),
    [
        ("1.2.3", "1.2.3"),
        ("1.0.0-beta.2", "1.0.0b2"),
        ("1.0.0-rc1", "1.0.0rc1"),
        ("1.0.0-alpha", "1.0.0a0"),
        ("1.0.0+build.5", "1.0.0+build.5"),
        ("1.0.0-feature-x.1+b-2", "1.0.0.dev0+feature.x.1.b.2"),
    ],
)
def test_a_semantic_version_becomes_one_of_python(
    spec: ComponentSpec, version: str, python: str
) -> None:
    written = tomllib.loads(f"v = {docs(replace(spec, version=version))['project']['version']}")[
        "v"
    ]

    assert str(Version(written)) == python


def test_packages_are_named_once_and_the_specs_own_wins(spec: ComponentSpec) -> None:
    more = replace(spec, packages=("Requests>=2.32", "python_dateutil"))

    written = [tomllib.loads(f"v = {text}")["v"] for text in docs(more)["project"]["dependencies"]]

    assert written == ["pandas>=2.2", "Requests>=2.32", "python_dateutil"]
    assert all(Requirement(text) for text in written)


@pytest.mark.parametrize(
    ("given_name", "written"),
    [
        ("my.spec.yaml", "my.spec.yaml"),
        ("x.yml", "x.yml"),
        ("<stdin>", "shopify.extractor.yaml"),
        ("README.md", "shopify.extractor.yaml"),
        (".copier-answers.yml", "shopify.extractor.yaml"),
        ("a b.yaml", "shopify.extractor.yaml"),
        ("../x.yaml", "shopify.extractor.yaml"),
        ("x.yaml\n", "shopify.extractor.yaml"),
    ],
)
def test_the_copy_of_the_spec_has_a_plain_name(
    spec: ComponentSpec, given_name: str, written: str
) -> None:
    assert source_name(replace(spec, source_name=given_name)) == written


def test_a_secret_that_osiris_does_not_mask_is_told(spec: ComponentSpec) -> None:
    (note,) = docs(spec)["connection_notes"]

    assert "not `access_token`" in note

    masked = tuple(replace(field, name="token") for field in spec.connection if field.secret)
    assert docs(replace(spec, connection=masked))["connection_notes"] == []


def test_secrets_stand_in_no_example(spec: ComponentSpec) -> None:
    assert "access_token: ${SHOPIFY_ACCESS_TOKEN}" in docs(spec)["connections"]
    assert "shpat_example" not in str(docs(spec))


def test_everything_is_told(spec: ComponentSpec) -> None:
    text = str(docs(spec))

    for field in (*spec.config, *spec.connection):
        assert f"`{field.name}`" in text
    for resource in spec.resources:
        for field in resource.fields:
            assert f"`{field.name}`" in text
    for metric in spec.metrics:
        assert f"`{metric}`" in text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS | st.just(HOSTILE))
def test_no_text_breaks_out_of_its_place(spec: ComponentSpec, text: str) -> None:
    field = replace(spec.config[0], schema={"type": "string", "description": text, "default": text})
    example = Example(text, {"connection": "@a.b", "resource": text}, text)
    hostile = replace(
        spec, title=text, description=text, config=(field,), examples=(example,), constraints=()
    )

    plan = docs(hostile)

    row = plan["config"][0]
    for cell in (*row.values(), plan["title"], plan["description"]):
        assert "\n" not in cell
        assert not re.search(r"(?<!\\)(\\\\)*\|", cell.replace("`\\|`", ""))
    assert tomllib.loads(f"v = {plan['project']['description']}")
    pipeline = plan["examples"][0]["pipeline"]
    fence = re.match(r"`+", pipeline)[0]  # type: ignore[index]
    inside = pipeline.removeprefix(f"{fence}yaml\n").removesuffix(fence)
    assert fence not in inside
