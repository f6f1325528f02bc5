"""The built-in templates as a git bundle in the home directory."""

import os
import subprocess
from pathlib import Path

import pytest

from scaffold import template_store
from scaffold.errors import ScaffoldError


def bundle(home: Path) -> Path:
    return home / ".osiris-new" / "templates.bundle"


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


def install() -> str:
    with template_store.installed() as note:
        return note


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "templates"
    (directory / "project").mkdir(parents=True)
    (directory / "copier.yml").write_text("plan: {type: yaml}\n")
    (directory / "project" / "{{ plan.x }} y.jinja").write_bytes(b"a\r\nb")
    monkeypatch.setattr(template_store, "templates", lambda: directory)
    return directory


def test_the_bundle_is_a_repository_with_a_tag(home: Path, templates: Path, tmp_path: Path) -> None:
    assert install() == ""

    clone = tmp_path / "clone"
    git("clone", "--quiet", "--branch", template_store.TAG, str(bundle(home)), str(clone))
    assert (clone / "project" / "{{ plan.x }} y.jinja").read_bytes() == b"a\r\nb"
    assert (clone / ".gitattributes").read_text() == "* -text\n"


@pytest.mark.usefixtures("templates")
def test_the_same_templates_have_the_same_sha_whoever_makes_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    first = template_store.refs(bundle(home))
    bundle(home).unlink()
    for name, value in {"GIT_AUTHOR_NAME": "x", "GIT_DIR": "/nowhere", "TZ": "Asia/Tokyo"}.items():
        monkeypatch.setenv(name, value)

    install()

    assert template_store.refs(bundle(home)) == first != []


@pytest.mark.usefixtures("templates")
def test_an_unchanged_bundle_is_left_alone(home: Path) -> None:
    install()
    before = bundle(home).stat()

    install()

    assert bundle(home).stat() == before


def test_changed_templates_replace_the_bundle(home: Path, templates: Path) -> None:
    install()
    before = template_store.refs(bundle(home))
    (templates / "copier.yml").write_text("plan: {type: yaml, ask: false}\n")

    install()

    assert template_store.refs(bundle(home)) != before
    assert list(bundle(home).parent.iterdir()) == [bundle(home)]


def test_a_bundle_that_has_more_versions_stays(home: Path, templates: Path, tmp_path: Path) -> None:
    install()
    newer = tmp_path / "newer"
    git("clone", "--quiet", str(bundle(home)), str(newer))
    identity = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    git("-C", str(newer), *identity, "commit", "--quiet", "--allow-empty", "--message", "newer")
    git("-C", str(newer), "tag", "v99.0.0")
    git("-C", str(newer), "bundle", "create", "--quiet", str(bundle(home)), "--all")
    before = bundle(home).read_bytes()

    install()

    assert bundle(home).read_bytes() == before


@pytest.mark.usefixtures("templates")
def test_a_bundle_that_was_cut_off_is_replaced(home: Path) -> None:
    install()
    whole = bundle(home).read_bytes()
    bundle(home).write_bytes(whole[:-30])

    install()

    assert bundle(home).read_bytes() == whole


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("broken", [b"", b"not a bundle", b"# v2 git bundle\n", b"\xff\xfe\n\n"])
def test_a_broken_bundle_is_replaced(home: Path, broken: bytes) -> None:
    bundle(home).parent.mkdir()
    bundle(home).write_bytes(broken)

    install()

    assert template_store.refs(bundle(home))


@pytest.mark.usefixtures("templates")
def test_a_home_that_cannot_be_written_is_told_and_survived(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".osiris-new").write_text("a file is in the way")
    monkeypatch.delenv("USERPROFILE")

    with template_store.installed() as note:
        inside = Path(template_store.BUNDLE).expanduser()
        assert template_store.refs(inside)

    assert "HOME" in note
    assert os.environ["HOME"] == str(home)
    assert "USERPROFILE" not in os.environ
    assert not inside.exists()


@pytest.mark.usefixtures("templates", "home")
def test_without_git_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ScaffoldError, match="git is not installed"):
        install()
