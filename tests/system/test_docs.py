"""The README's commands work as they stand there, and it names all there are."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scaffold.cli import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ osiris-new (.+)$", README, re.MULTILINE)


def osiris_new(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from scaffold.__main__ import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_works(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "component_specs", tmp_path / "component_specs")

    done = osiris_new(shlex.split(command), tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_and_option_is_in_the_readme() -> None:
    for name, command in cli.commands.items():
        assert f"osiris-new {name}" in README
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option in README, option


def test_json_has_the_keys_that_the_readme_tells(tmp_path: Path) -> None:
    rows = re.findall(
        r"^\| (`(?:driver|validate|rules) .*--.*json`.*?) \| (.*) \|$", README, re.MULTILINE
    )
    told = [re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", keys)) for _, keys in rows]
    finding = re.findall(r"`(\w+)`", re.search(r"^A finding has (.*)$", README, re.MULTILINE)[1])
    spec = str(ROOT / "component_specs" / "shopify.extractor.yaml")
    commands = (
        ["driver", spec, "--json"],
        ["driver", "none.yaml", "--json"],
        ["driver", spec, "--diff", "--json"],
        ["rules", "--json"],
    )

    found = [json.loads(osiris_new(command, tmp_path).stdout) for command in commands]

    assert [list(one[0] if isinstance(one, list) else one) for one in found] == told
    assert list(found[0]["findings"][0]) == [
        k for k in finding if k not in ("error", "warning", "info")
    ]
    report = json.loads(osiris_new(["validate", spec, "--format", "json"], tmp_path).stdout)
    assert list(report) == told[1]


def test_every_link_of_our_pages_leads_somewhere() -> None:
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "component_specs/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("https://") or (ROOT / page).parent.joinpath(link).exists(), link


def test_contributing_names_files_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:scaffold|templates|tests)/[\w./]+)`", text):
        assert (ROOT / path).exists(), path


def test_make_knows_its_targets() -> None:
    for target in ("example", "test", "check", "examples"):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_file_of_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")
