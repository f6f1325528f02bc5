"""A plain `copier update`, by somebody who has Copier and has run osiris-new once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scaffold import template_store
from scaffold.project import generate
from scaffold.spec.build import build
from scaffold.spec.load import parse

SPEC = Path(__file__).parents[2] / "component_specs" / "shopify.extractor.yaml"
HOSTILE = "\n# {{ plan }} {% x %} {# #} #{y} \\ \\n ''' \"\"\" é \u2028# \U0001f600 1e3: on\n"


def git(directory: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    command = ["git", "-C", str(directory), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def update(project: Path) -> None:
    command = [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"]
    done = subprocess.run(
        command, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    target = tmp_path / "project"
    text = SPEC.read_text(encoding="utf-8") + HOSTILE
    generate(build(parse(text, "shopify.extractor.yaml")), target)
    assert (target / "shopify.extractor.yaml").read_text(encoding="utf-8") == text
    git(target, "init", "--quiet")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", "generated")
    return target


def test_an_update_with_nothing_new_changes_nothing(project: Path) -> None:
    update(project)

    assert git(project, "status", "--porcelain", "--ignored") == ""


def test_an_update_keeps_edits_and_brings_what_is_new(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = project / "shopify_extractor" / "shopify_extractor_driver.py"
    driver.write_text(driver.read_text() + "\n\ndef mine() -> None: ...\n")
    git(project, "commit", "--quiet", "--all", "--message", "edited")
    _release(tmp_path, "v0.2.0", monkeypatch)

    update(project)

    assert "def mine()" in driver.read_text()
    assert "What is new" in (project / "README.md").read_text()
    assert "_commit: v0.2.0" in (project / ".copier-answers.yml").read_text()
    assert set(git(project, "status", "--porcelain").split()) == {
        "M",
        "README.md",
        ".copier-answers.yml",
    }


def test_another_home_directory_will_do(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("HOME", str(elsewhere))
    monkeypatch.setenv("USERPROFILE", str(elsewhere))
    with template_store.installed():
        update(project)

    assert git(project, "status", "--porcelain") == ""


def _release(tmp_path: Path, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a template version to the installed bundle, as a later osiris-new would."""
    bundle = Path(os.environ["HOME"]) / ".osiris-new" / "templates.bundle"
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(bundle), str(clone))
    readme = clone / "project" / "README.md.jinja"
    readme.write_text(readme.read_text() + "\n## What is new\n")
    git(clone, "commit", "--quiet", "--all", "--message", tag)
    git(clone, "tag", tag)
    git(clone, "bundle", "create", "--quiet", str(tmp_path / "new.bundle"), "--all")
    shutil.move(tmp_path / "new.bundle", bundle)
