"""ComponentSpec -> project on disk: shown, compared, or written whole or not at all."""

import difflib
import os
import secrets
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from scaffold.errors import Conflict, Finding, Location, ScaffoldError, Severity
from scaffold.plan import make_plan
from scaffold.render import File, Rendered, render
from scaffold.spec.model import ComponentSpec

Layout = Literal["package", "in-tree"]


@dataclass(frozen=True)
class OpenStub:
    """A method that a person or an agent has to write, and why."""

    id: str
    method: str
    why: str


@dataclass(frozen=True)
class Generated:
    """What was written. `note` tells people what they should know, "" for nothing."""

    directory: Path
    files: tuple[str, ...]  # POSIX paths below `directory`, sorted
    open_stubs: tuple[OpenStub, ...]
    note: str = ""


def preview(
    spec: ComponentSpec, *, layout: Layout = "package", template: str | None = None
) -> dict[str, str]:
    """Return the text of each file that `generate` would write, by POSIX path."""
    rendered = render(make_plan(spec, layout), template)
    return {path: _text(file.content) for path, file in rendered.files.items()}


def diff(
    spec: ComponentSpec, target: Path, *, layout: Layout = "package", template: str | None = None
) -> str:
    """Return what `generate` would change below `target`, as a unified diff; "" for nothing."""
    changes: list[str] = []
    for path, text in preview(spec, layout=layout, template=template).items():
        place = target / path
        exists = place.is_file()
        before = _text(_read(place)) if exists else ""
        changes += difflib.unified_diff(
            before.splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{path}" if exists else "/dev/null",
            f"b/{path}",
        )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in changes
    )


def generate(
    spec: ComponentSpec, target: Path, *, layout: Layout = "package", template: str | None = None
) -> Generated:
    """Write the driver project of `spec` to `target`.

    Layout "package" fills a new or an empty directory; "in-tree" adds files to an Osiris checkout
    and leaves alone those that are already as they should be. Nothing is written on any error.
    """
    if layout == "package":
        _check_free(target)
    elif not target.is_dir():
        hint = "give the directory of an Osiris checkout with -o"
        raise _error("SPEC-090", target, "is not a directory", hint)
    plan = make_plan(spec, layout)
    rendered = render(plan, template)
    _check_names(rendered)
    notes = [rendered.note] if rendered.note else []
    if layout == "in-tree" and not (target / "osiris").is_dir():
        notes.append("there was no directory 'osiris' here; is this an Osiris checkout?")
    with _readable_errors(target):
        if layout == "package":
            _fill(target, rendered.files)
        else:
            _add(target, rendered.files)
    stubs = tuple(OpenStub(**stub) for stub in plan["driver"]["stubs"])
    return Generated(target, tuple(rendered.files), stubs, "; ".join(notes))


def _check_free(target: Path) -> None:
    """Refuse a target that cannot become a new project."""
    with _readable_errors(target):
        parent = target.absolute().parent
        if target.is_symlink():
            hint = "name the directory that it points to"
            raise _error("SPEC-090", target, "is a symbolic link", hint)
        if parent.exists() and not parent.is_dir():
            message = "cannot be created: its parent is a file"
            raise _error("SPEC-090", target, message, "name another directory with -o")
        if not parent.is_dir():
            message = "cannot be created: its parent directory does not exist"
            hint = f"create it first: mkdir -p {shlex.quote(str(parent))}"
            raise _error("SPEC-090", target, message, hint)
        if not target.exists():
            return
        if not target.is_dir():
            raise _error("SPEC-090", target, "is a file", "name a new directory with -o")
        if any(target.iterdir()):
            hint = "name a new directory with -o; --diff shows what would be different here"
            raise _error("SPEC-090", target, "is not empty", hint)


def _check_names(rendered: Rendered) -> None:
    for name in rendered.files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise _error("SPEC-090", Path(name), "is outside the target", "mend the template")


def _fill(target: Path, files: dict[str, File]) -> None:
    """Write to a directory beside the target, or in it if it is there, then move into place."""
    exists = target.exists()  # an empty one keeps its identity: it may be a mount, or where we are
    base = target if exists else target.absolute().parent
    stage = base / f".{target.absolute().name}.{secrets.token_hex(4)}.tmp"
    entries: list[Path] = []
    try:
        stage.mkdir()
        for name, file in files.items():
            _write(stage / name, file)
        if not exists:
            os.rename(stage, target)
            return
        entries = list(stage.iterdir())
        for entry in entries:
            os.rename(entry, target / entry.name)
        stage.rmdir()
    except BaseException:  # Ctrl-C too
        for entry in entries:
            if not entry.exists():  # so it was moved, and what is there is ours
                _remove(target / entry.name)
        _remove(stage)
        raise


def _add(target: Path, files: dict[str, File]) -> None:
    """Write what is missing; refuse, before anything is written, what is there but different."""
    missing = {}
    different = []
    for name, file in files.items():
        place = target / name
        if _leads_out(target, place):
            different.append(_finding("SPEC-090", place, "leads out of the checkout by a link"))
        elif not os.path.lexists(place):
            missing[place] = file
        elif not place.is_file() or place.read_bytes() != file.content:
            message, hint = "is there already and is different", "--diff shows how; move it away"
            different.append(_finding("SPEC-092", place, message, hint))
    if different:
        raise Conflict(different)
    made: list[Path] = []
    try:
        for place, file in missing.items():
            for parent in [parent for parent in place.parents if not parent.exists()][::-1]:
                parent.mkdir()
                made.append(parent)
            stage = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
            made.append(stage)
            _write(stage, file)
            os.rename(stage, place)
            made[-1] = place
    except BaseException:
        for path in reversed(made):
            _remove(path)
        raise


def _leads_out(target: Path, place: Path) -> bool:
    return not place.parent.resolve().is_relative_to(target.resolve()) or place.is_symlink()


def _write(path: Path, file: File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(file.content)
    if file.executable:
        path.chmod(path.stat().st_mode | 0o111)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _readable_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"cannot be written: {reason}; nothing was left behind"
        hint = "name another directory with -o, or mend this one"
        raise _error("SPEC-090", target, message, hint) from None


def _read(path: Path) -> bytes:
    with _readable_errors(path):
        return path.read_bytes()


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _finding(rule: str, place: Path, message: str, hint: str = "") -> Finding:
    return Finding(rule, Severity.ERROR, Location(str(place)), message, hint)


def _error(rule: str, place: Path, message: str, hint: str) -> ScaffoldError:
    return ScaffoldError([_finding(rule, place, message, hint)])
