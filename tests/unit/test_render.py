"""Copier as a renderer: data arrives verbatim, and comes back from the answers file."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.errors import ScaffoldError
from scaffold.plan.osiris_spec import as_yaml
from scaffold.render import render

TEMPLATES = Path(__file__).parents[2] / "templates"
HOSTILE = [
    "{{ plan }}", "{% raw %}", "{# #}", "#{x}", "${x}", "%(x)s", "\\", "\\n", "'\"\"\"'", "\x00",
    "on", "1e3", "0x1F", "1_000", "12:30", "2025-01-01", "null", "~", "=", "<<", "- a", "a: b",
    "# a", "&a", "*a", "!!python/object:x", "", " ", "\n", "\r\n", "a\r\n\nb\n", "  a\nb", "\t",
    "\u2028", "\ufeff", "\u202e", "é", "\U0001f600", "x" * 300, "x y " * 100, "---", "...", "\x07",
    "%YAML 1.1", "<<<<<<< before updating",
]  # fmt: skip
NUMBERS = [0, -1, 10**30, 0.0, 1.0, 1e3, 1e20, 1e-7, 0.1, 123456789.125, True, False, None]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\ufffe\uffff"))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
DATA = st.recursive(SCALARS, lambda x: st.lists(x) | st.dictionaries(TEXTS, x), max_leaves=20)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a team's own template: our settings, our answers file, one file."""
    root = tmp_path / "template"
    (root / "project").mkdir(parents=True)
    shutil.copy(TEMPLATES / "copier.yml", root)
    answers = "project/{{ _copier_conf.answers_file }}.jinja"
    shutil.copy(TEMPLATES / answers, root / answers)
    (root / "project" / "{{ plan.name }}.txt.jinja").write_text("{{ plan.text }}")
    return root


def plan(**more: Any) -> dict[str, Any]:
    return {"subdirectory": "project", "name": "x", "text": "", **more}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_arrives_verbatim(template: Path, text: str) -> None:
    files = render(plan(text=text), str(template)).files

    assert files["x.txt"].content == text.encode()


def test_answers_read_back_equal(template: Path) -> None:
    data = plan(values=[*HOSTILE, *NUMBERS], keys=dict.fromkeys(HOSTILE, 1), empty=[[], {}])

    files = render(data, str(template)).files

    assert _answers(files[".copier-answers.yml"].content) == data


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=DATA)
def test_any_answers_read_back_equal(template: Path, value: Any) -> None:
    files = render(plan(value=value), str(template)).files

    assert repr(_answers(files[".copier-answers.yml"].content)["value"]) == repr(value)


def _answers(content: bytes) -> Any:
    return yaml.safe_load(content)["plan"]


@settings(max_examples=300, deadline=None)
@given(value=DATA)
def test_yaml_for_people_reads_back_equal(value: Any) -> None:
    text = as_yaml(value)

    assert repr(yaml.safe_load(text)) == repr(value)
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_git_repository_is_a_template_and_its_latest_tag_is_used(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _git(template, "init", "--quiet")
    _git(template, "add", ".")
    _git(template, "commit", "--quiet", "--message", "one")
    _git(template, "tag", "v1.0.0")
    (template / "project" / "{{ plan.name }}.txt.jinja").write_text("later")
    _git(template, "commit", "--quiet", "--all", "--message", "two")
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # as in a git hook
    monkeypatch.chdir(template.parent)

    files = render(plan(text="tagged"), "template").files

    assert files["x.txt"].content == b"tagged"
    answers = yaml.safe_load(files[".copier-answers.yml"].content)
    assert (answers["_commit"], answers["_src_path"]) == ("v1.0.0", str(template))


def _git(directory: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    subprocess.run(["git", "-C", str(directory), *identity, *arguments], check=True)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("_tasks: [touch evil]", "wants to run code of its own"),
        ("_jinja_extensions: [jinja2.ext.do]", "wants to run code of its own"),
        ("_envops: {undefined: x}", "does not render"),
        ("_min_copier_version: '99'", "does not render"),
        ("more: {type: str}", "does not render"),
        (": [", "does not render"),
    ],
)
def test_a_template_that_is_unsafe_or_broken_is_refused(
    template: Path, tmp_path: Path, settings: str, reason: str
) -> None:
    with (template / "copier.yml").open("a") as stream:
        stream.write(f"\n{settings}\n")

    with pytest.raises(ScaffoldError, match=reason) as caught:
        render(plan(), str(template))

    assert caught.value.findings[0].hint
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("text", ["{{ plan.missing }}", "{% if %}", "{{ plan.text.__class__ }}"])
def test_a_template_that_does_not_render_is_refused(template: Path, text: str) -> None:
    (template / "project" / "broken.jinja").write_text(text)

    with pytest.raises(ScaffoldError, match="does not render"):
        render(plan(), str(template))


def test_a_template_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for source in (str(tmp_path / "missing"), str(tmp_path / "missing.git"), "--upload-pack=x.git"):
        with pytest.raises(ScaffoldError):
            render(plan(), source)


def test_nothing_is_printed(template: Path, capfd: pytest.CaptureFixture[str]) -> None:
    render(plan(), str(template))

    assert capfd.readouterr() == ("", "")
