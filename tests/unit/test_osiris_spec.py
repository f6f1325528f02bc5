"""The emitted spec is the built one, names the driver, and reads well."""

from pathlib import Path

import pytest
import yaml

from scaffold.naming import names
from scaffold.plan.osiris_spec import as_yaml, osiris_spec
from scaffold.spec.build import build
from scaffold.spec.load import load

SPECS = sorted((Path(__file__).parents[2] / "component_specs").glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_emitted_spec_is_what_was_built(path: Path) -> None:
    spec = build(load(path))
    called = names(spec.name, spec.role, spec.family, spec.driver_class)

    for layout, package in (("package", called.package), ("in-tree", "osiris.drivers")):
        emitted = yaml.safe_load(osiris_spec(spec, called, layout))  # type: ignore[arg-type]
        driver = emitted["x-runtime"].pop("driver")
        assert driver == f"{package}.{called.module}.{called.class_name}"
        rest = {**spec.emitted, "x-runtime": {**spec.emitted["x-runtime"]}}
        del rest["x-runtime"]["driver"]
        assert emitted == rest
        assert list(emitted) == list(rest)
        assert "x-driver" not in emitted


def test_yaml_reads_well() -> None:
    data = {"short": ["a", 1], "text": "one\ntwo\n", "deep": [{"a": "b"}], "long": ["x" * 60] * 2}

    assert as_yaml(data) == (
        "short: [a, 1]\n"
        "text: |\n  one\n  two\n"
        "deep:\n  - a: b\n"
        f"long:\n  - {'x' * 60}\n  - {'x' * 60}\n"
    )
