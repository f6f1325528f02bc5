"""Plan -> files in memory, through Copier in a temporary directory. Nothing else is written."""

import os
import stat
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold import template_store
from scaffold.errors import Finding, Location, ScaffoldError, Severity


@dataclass(frozen=True)
class File:
    """What a template printed."""

    content: bytes
    executable: bool = False


@dataclass(frozen=True)
class Rendered:
    """Files by POSIX path, sorted; `note` tells people what they should know, "" for nothing."""

    files: dict[str, File]
    note: str = ""


def render(plan: dict[str, Any], template: str | None = None) -> Rendered:
    """Print `plan` with the built-in templates, or with those of a git URL or path."""
    with template_store.scratch() as directory, _temporary(str(directory)):
        target = directory / "project"
        if template:
            with _environment({}):
                _copy(_absolute(template), target, plan)
            return Rendered(_files(target))
        with template_store.installed() as note, _environment(template_store.GIT_SETTINGS):
            _copy(template_store.BUNDLE, target, plan, template_store.TAG)
        return Rendered(_files(target), note)


def _copy(source: str, target: Path, plan: dict[str, Any], ref: str | None = None) -> None:
    from copier import Settings, run_copy  # slow to import
    from copier.errors import CopierError, UnsafeTemplateError
    from jinja2 import TemplateError
    from plumbum import ProcessExecutionError

    try:
        with warnings.catch_warnings(action="ignore"):
            run_copy(
                source,
                target,
                {"plan": plan},
                vcs_ref=ref,
                settings=Settings(),  # not the user's: they could trust, and so run, anything
                defaults=True,
                overwrite=True,
                quiet=True,
            )
    except UnsafeTemplateError as error:
        hint = "use a template without _tasks, _migrations and _jinja_extensions"
        raise _error(source, f"the template wants to run code of its own: {error}", hint) from None
    except ProcessExecutionError as error:
        reason = (error.stderr or "").strip().splitlines()[-1:] or ["git failed"]
        hint = "give a git URL, a git repository or a directory that holds a Copier template"
        raise _error(source, f"cannot be fetched: {reason[0]}", hint) from None
    except (CopierError, TemplateError, ValueError, TypeError) as error:
        if ref:  # a built-in template that does not render is our mistake
            raise
        message = f"the template does not render: {type(error).__name__}: {error}"
        hint = "templates get one question, 'plan'; compare with the built-in ones"
        raise _error(source, message, hint) from None


@contextmanager
def _temporary(directory: str) -> Iterator[None]:
    """Let Copier's temporary directories be in ours: it forgets some when it is interrupted."""
    before, tempfile.tempdir = tempfile.tempdir, directory
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Keep a git hook's GIT_DIR and the like from Copier's git calls; add `settings`."""
    from plumbum import local  # what Copier calls git with; it copied os.environ on import

    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("GIT_")}
    os.environ.update(settings)
    try:
        with local.env():
            for name in [name for name in local.env.getdict() if name.startswith("GIT_")]:
                del local.env[name]
            local.env.update(settings)
            yield
    finally:
        for name in settings:
            os.environ.pop(name, None)
        os.environ.update(hidden)


def _absolute(template: str) -> str:
    """Return a path that an update finds from anywhere; `~` and URLs stay as they are."""
    path = Path(template)
    return str(path.absolute()) if path.exists() else template


def _files(root: Path) -> dict[str, File]:
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            raise _error(name, "the template makes a symbolic link", "use templates without links")
        if path.is_file():
            executable = bool(path.stat().st_mode & stat.S_IXUSR)
            found[name] = File(path.read_bytes(), executable)
    return found


def _error(place: str, message: str, hint: str) -> ScaffoldError:
    return ScaffoldError([Finding("SPEC-091", Severity.ERROR, Location(place), message, hint)])
