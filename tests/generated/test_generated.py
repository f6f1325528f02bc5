"""The examples as their users meet them: their own tests run, and the usual tools accept them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "generated_examples"
PROJECTS = sorted(path for path in EXAMPLES.iterdir() if path.is_dir())


def run(*arguments: str, cwd: Path) -> None:
    """Run a module of this Python; fail with what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_the_suite_of_an_example_passes(project: Path) -> None:
    run("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", cwd=project)


def test_black_finds_nothing() -> None:
    run(
        "black",
        "--check",
        "--quiet",
        "--line-length=100",
        *(project.name for project in PROJECTS),
        cwd=EXAMPLES,
    )


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "--no-cache", *(project.name for project in PROJECTS), cwd=EXAMPLES)


def test_mypy_finds_nothing(tmp_path: Path) -> None:
    drivers = [str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob("*/*/*_driver.py")]
    drivers = [path for path in drivers if "/tests/" not in path]
    options = ["--config-file=", f"--cache-dir={tmp_path}", "--check-untyped-defs"]

    run("mypy", *options, *drivers, cwd=EXAMPLES)
