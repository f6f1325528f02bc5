"""The wheels, ours and a generated one: built, installed and used outside the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = os.environ.get("HOME", "")  # the real one: pip may be configured there


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        command, cwd=cwd, env={**clean, **more}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel(source: Path, target: Path) -> Path:
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    run(sys.executable, *build, cwd=target.parent)
    return next(target.glob("*.whl"))


@pytest.mark.slow
def test_our_wheel_generates_a_driver_anywhere(tmp_path: Path) -> None:
    ours = wheel(ROOT, tmp_path / "ours")
    shipped = zipfile.ZipFile(ours).namelist()
    for path in ("templates/copier.yml", "component_specs/shopify.extractor.yaml"):
        assert f"scaffold/_{path}" in shipped
    assert "scaffold/spec/schema.json" in shipped

    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = [scripts / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run(*pip, ours, cwd=tmp_path, HOME=HOME)
    spec = tmp_path / "shopify.extractor.yaml"
    spec.write_bytes((ROOT / "component_specs" / spec.name).read_bytes())
    run(scripts / "osiris-new", "driver", spec.name, cwd=tmp_path)

    example = ROOT / "generated_examples" / "shopify_extractor"
    assert _tree(tmp_path / "shopify_extractor") == _tree(example)


@pytest.mark.slow
def test_a_generated_wheel_holds_what_osiris_looks_for(tmp_path: Path) -> None:
    names = zipfile.ZipFile(
        wheel(ROOT / "generated_examples" / "shopify_extractor", tmp_path / "wheel")
    ).namelist()

    assert [name for name in names if ".dist-info/" not in name] == [
        "shopify_extractor/__init__.py",
        "shopify_extractor/shopify_extractor_driver.py",
        "components/shopify.extractor/spec.yaml",
    ]


def _tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
