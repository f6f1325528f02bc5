"""generated_examples/ is what component_specs/ generates, byte for byte.

`pytest tests/golden --update-golden` writes it anew; a commit that does so says why.
"""

import shutil
from pathlib import Path

import pytest

from scaffold.errors import ScaffoldError
from scaffold.naming import names
from scaffold.project import Layout, generate, preview
from scaffold.spec.build import build
from scaffold.spec.load import load
from scaffold.spec.model import ComponentSpec

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "generated_examples"
SPECS = sorted((ROOT / "component_specs").glob("*.yaml"))


def built(path: Path) -> ComponentSpec:
    return build(load(path))


def directory(spec: ComponentSpec) -> str:
    return names(spec.name, spec.role, spec.family, spec.driver_class).package


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_example_is_fresh(path: Path, request: pytest.FixtureRequest) -> None:
    spec = built(path)
    target = EXAMPLES / directory(spec)
    if request.config.getoption("--update-golden"):
        shutil.rmtree(target, ignore_errors=True)
        generate(spec, target)

    written = {
        file.relative_to(target).as_posix(): file.read_bytes().decode()
        for file in target.rglob("*")
        if file.is_file() and not {"__pycache__", ".pytest_cache"} & set(file.parts)
    }
    assert written == preview(spec), "if this is meant: pytest tests/golden --update-golden"


def test_every_example_has_a_spec(request: pytest.FixtureRequest) -> None:
    expected = {directory(built(path)) for path in SPECS}
    found = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    if request.config.getoption("--update-golden"):
        for name in found - expected:
            shutil.rmtree(EXAMPLES / name)
        return

    assert found == expected


@pytest.mark.parametrize("layout", ["package", "in-tree"])
def test_generating_twice_is_the_same(layout: Layout) -> None:
    path = ROOT / "component_specs" / "shopify.extractor.yaml"

    assert preview(built(path), layout=layout) == preview(built(path), layout=layout)


def test_an_osiris_checkout_gets_three_files(tmp_path: Path) -> None:
    spec = built(ROOT / "component_specs" / "shopify.extractor.yaml")

    generated = generate(spec, tmp_path, layout="in-tree")
    again = generate(spec, tmp_path, layout="in-tree")

    assert generated.files == again.files
    assert generated.files == (
        "components/shopify.extractor/spec.yaml",
        "osiris/drivers/shopify_extractor_driver.py",
        "tests/drivers/test_shopify_extractor_driver.py",
    )
    emitted = (tmp_path / generated.files[0]).read_text()
    assert "osiris.drivers.shopify_extractor_driver.ShopifyExtractorDriver" in emitted


def test_no_host_path_or_tool_version_is_written(home: Path) -> None:
    for text in preview(built(SPECS[0])).values():
        assert str(home) not in text
        assert str(ROOT) not in text


def test_a_project_is_not_written_over(tmp_path: Path) -> None:
    spec = built(SPECS[0])
    generate(spec, tmp_path)

    with pytest.raises(ScaffoldError, match="is not empty"):
        generate(spec, tmp_path)
