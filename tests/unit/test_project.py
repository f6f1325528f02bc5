"""Writing: a project is there whole or not at all, and nobody's files are touched."""

import errno
import os
from pathlib import Path

import pytest

from scaffold import project
from scaffold.errors import Conflict, ScaffoldError
from scaffold.project import diff, generate
from scaffold.render import File, Rendered
from scaffold.spec.build import build
from scaffold.spec.load import load
from scaffold.spec.model import ComponentSpec

SPECS = Path(__file__).parents[2] / "component_specs"
FILES = {"README.md": File(b"# x\n"), "a/b.py": File(b"y\n"), "a/run": File(b"z\n", True)}


@pytest.fixture(scope="module")
def spec() -> ComponentSpec:
    return build(load(SPECS / "usgs.extractor.yaml"))


@pytest.fixture(autouse=True)
def rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "render", lambda plan, template: Rendered(FILES))


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


WRITTEN = {name: file.content for name, file in FILES.items()}


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_and_an_empty_directory_are_filled(
    spec: ComponentSpec, tmp_path: Path, exists: bool
) -> None:
    target = tmp_path / "new"
    if exists:
        target.mkdir(mode=0o750)

    generated = generate(spec, target)

    assert tree(tmp_path) == {f"new/{name}": content for name, content in WRITTEN.items()}
    assert generated.files == tuple(FILES)
    assert os.access(target / "a/run", os.X_OK)
    assert not os.access(target / "a/b.py", os.X_OK)
    assert (target.stat().st_mode & 0o777) == (0o750 if exists else 0o777 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_current_directory_can_be_filled(
    spec: ComponentSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    generate(spec, Path("."))

    assert tree(tmp_path) == WRITTEN
    assert sorted(os.listdir(".")) == ["README.md", "a"]


def test_a_target_that_is_taken_is_refused_and_left_alone(
    spec: ComponentSpec, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path)

    for name, message in {
        "full": "is not empty",
        "file": "is a file",
        "link": "is a symbolic link",
        "missing/new": "its parent directory does not exist",
        "file/new": "its parent is a file",
        "file/a/new": "its parent directory does not exist",
    }.items():
        with pytest.raises(ScaffoldError, match=message) as caught:
            generate(spec, tmp_path / name)
        assert caught.value.findings[0].hint
        assert caught.value.findings[0].rule == "SPEC-090"

    assert tree(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full", "link"]


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")]
)
@pytest.mark.parametrize("where", ["_write", "os.rename"])
def test_a_failure_half_way_leaves_nothing(
    spec: ComponentSpec,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    exists: bool,
    failure: BaseException,
    where: str,
) -> None:
    target = tmp_path / "new"
    if exists:
        target.mkdir()
    calls = []

    def fail_on_the_last(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == (2 if where == "_write" or exists else 1):
            raise failure
        original(*arguments)  # type: ignore[arg-type]

    original = project._write if where == "_write" else os.rename
    monkeypatch.setattr(f"scaffold.project.{where}", fail_on_the_last)

    with pytest.raises((ScaffoldError, KeyboardInterrupt)) as caught:
        generate(spec, target)

    assert isinstance(failure, OSError) == isinstance(caught.value, ScaffoldError)
    assert list(tmp_path.rglob("*")) == ([target] if exists else [])


def test_a_read_only_parent_is_told(
    spec: ComponentSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)  # root may write anywhere

    with pytest.raises(ScaffoldError, match="cannot be written: Permission denied"):
        generate(spec, tmp_path / "new")


def test_a_checkout_gets_what_is_missing(spec: ComponentSpec, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_bytes(b"y\n")
    (tmp_path / "a" / "other").write_text("mine")

    generated = generate(spec, tmp_path, layout="in-tree")

    assert tree(tmp_path) == WRITTEN | {"a/other": b"mine"}
    assert "is this an Osiris checkout?" in generated.note
    (tmp_path / "osiris").mkdir()
    assert generate(spec, tmp_path, layout="in-tree").note == ""


@pytest.mark.parametrize("what", ["other text", "directory", "link", "link above"])
def test_a_checkout_keeps_what_is_different(spec: ComponentSpec, tmp_path: Path, what: str) -> None:
    checkout, outside = tmp_path / "osiris", tmp_path / "outside"
    checkout.mkdir()
    outside.mkdir()
    if what == "link above":
        (checkout / "a").symlink_to(outside)
    else:
        (checkout / "a").mkdir()
    if what == "other text":
        (checkout / "a" / "b.py").write_text("mine")
    elif what == "directory":
        (checkout / "a" / "b.py").mkdir()
    elif what == "link":
        (checkout / "a" / "b.py").symlink_to(outside / "b.py")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(Conflict, match=r"is there already|leads out"):
        generate(spec, checkout, layout="in-tree")

    assert sorted(tmp_path.rglob("*")) == before


def test_a_checkout_that_fails_half_way_is_as_it_was(spec: ComponentSpec, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file where a directory should be")

    with pytest.raises(ScaffoldError, match="nothing was left behind"):
        generate(spec, tmp_path, layout="in-tree")

    assert list(tmp_path.rglob("*")) == [tmp_path / "a"]


def test_a_checkout_has_to_be_there(spec: ComponentSpec, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="is not a directory"):
        generate(spec, tmp_path / "missing", layout="in-tree")


def test_diff_shows_and_writes_nothing(spec: ComponentSpec, tmp_path: Path) -> None:
    target = tmp_path / "new"
    assert "+++ b/a/b.py" in diff(spec, target)
    assert not target.exists()

    generate(spec, target)
    assert diff(spec, target) == ""

    (target / "a" / "b.py").write_text("mine")
    assert diff(spec, target).splitlines() == [
        "--- a/a/b.py",
        "+++ b/a/b.py",
        "@@ -1 +1 @@",
        "-mine",
        "\\ No newline at end of file",
        "+y",
    ]


def test_a_template_cannot_write_elsewhere(
    spec: ComponentSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = Rendered({"../evil": File(b"")})
    monkeypatch.setattr(project, "render", lambda plan, template: evil)

    with pytest.raises(ScaffoldError, match="outside the target"):
        generate(spec, tmp_path / "new")

    assert list(tmp_path.iterdir()) == []
