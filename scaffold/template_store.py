"""The built-in templates as a git bundle, which is what a later `copier update` needs.

Copier updates a project by rendering it twice, with the template version that it came from and
with a newer one; so it must find every version, under a path that means something on each
machine. `~/.osiris-new/templates.bundle` is that path: `install` puts there a git bundle with one
tag per template version. Name, date and content of its commits are fixed, so that the same
templates have the same SHA everywhere.

VERSION is raised by the release that changes a template. Until then the tag follows the content
of `templates/`: a bundle in which the tag points elsewhere is replaced.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from scaffold.errors import Finding, Location, ScaffoldError, Severity

VERSION = "0.1.0"  # of the templates; PEP 440, as Copier compares versions
TAG = f"v{VERSION}"
BUNDLE = "~/.osiris-new/templates.bundle"  # stands in the answers of every generated project
COMMITTER = "osiris-new <osiris-new@localhost> 1735689600 +0000"
GIT_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
SKIPPED = ("__pycache__", ".DS_Store")


def templates() -> Path:
    """Return the directory of the built-in templates: in the wheel, or in a checkout."""
    packaged = Path(str(files("scaffold"))) / "_templates"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary directory; when interrupted, a git may go on writing there for a moment."""
    directory = tempfile.mkdtemp(prefix="osiris-new-")
    try:
        yield Path(directory)
    finally:
        for _ in range(50):
            shutil.rmtree(directory, ignore_errors=True)
            if not os.path.lexists(directory):
                break
            time.sleep(0.1)


@contextmanager
def installed() -> Iterator[str]:
    """Let BUNDLE be the current templates; yield a note for people, "" if all is well.

    Where the home directory cannot be written, BUNDLE is there only while this context is.
    """
    with scratch() as directory:
        built = _build(directory)
        try:
            install(built)
        except (OSError, RuntimeError):  # RuntimeError: there is no home at all
            with _home(directory):
                install(built)
                yield (
                    f"{BUNDLE} cannot be written: before 'copier update' of this project, "
                    "run osiris-new once with a HOME that can"
                )
            return
        yield ""


def install(built: Path) -> None:
    """Copy the bundle `built` to BUNDLE, unless what is there already has its tags."""
    target = Path(BUNDLE).expanduser()
    if set(refs(built)) <= set(refs(target)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".templates-", dir=target.parent)
    os.close(descriptor)
    try:
        shutil.copyfile(built, name)
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        with suppress(OSError):
            os.unlink(name)


def refs(bundle: Path) -> list[tuple[str, str]]:
    """Return the (SHA, tag) pairs of a bundle's header; none if it is missing or damaged."""
    try:
        header, _, pack = bundle.read_bytes().partition(b"\n\n")
    except OSError:
        return []
    if not header.startswith(b"# v") or pack[-20:] != hashlib.sha1(pack[:-20]).digest():
        return []
    lines = header.decode(errors="replace").splitlines()
    found = [(sha, name) for sha, _, name in (line.partition(" ") for line in lines)]
    return [(sha, name) for sha, name in found if name.startswith("refs/tags/")]


def _build(directory: Path) -> Path:
    """Make the bundle of the current templates in `directory`."""
    if not shutil.which("git"):
        raise _error("git is not installed", "install git 2.27 or newer; Copier needs it")
    repository, bundle = directory / "repository", directory / "templates.bundle"
    git = ["git", "-C", str(repository)]
    repository.mkdir()
    _run([*git, "init", "--quiet", "--bare", "--template="])
    _run([*git, "fast-import", "--quiet"], _history(templates()))
    _run([*git, "symbolic-ref", "HEAD", "refs/heads/main"])
    _run([*git, "bundle", "create", "--quiet", str(bundle), "HEAD", "refs/heads/main", "--tags"])
    return bundle


def _history(root: Path) -> bytes:
    """Return the templates below `root` as a stream for `git fast-import`."""
    stream = [
        b"commit refs/heads/main",
        f"author {COMMITTER}\ncommitter {COMMITTER}".encode(),
        _data(f"Templates {VERSION}".encode()),
        b"M 100644 inline .gitattributes",
        _data(b"* -text\n"),  # line ends stay as they are, whatever a user's git does
    ]
    for path in sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix()):
        if path.is_file() and not any(part in SKIPPED for part in path.parts):
            stream.append(f"M 100644 inline {path.relative_to(root).as_posix()}".encode())
            stream.append(_data(path.read_bytes()))
    stream.append(f"reset refs/tags/{TAG}\nfrom refs/heads/main\n".encode())
    return b"\n".join(stream)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content


def _run(command: list[str], stdin: bytes = b"") -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        command, input=stdin, env={**environment, **GIT_SETTINGS}, capture_output=True, check=False
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        reason = told[-1] if told else f"exit code {done.returncode}"
        hint = "check that git works, and that there is space for temporary files"
        raise _error(f"git {command[3]} failed: {reason}", hint)


@contextmanager
def _home(directory: Path) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("HOME", "USERPROFILE")}
    os.environ.update(dict.fromkeys(before, str(directory)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _error(message: str, hint: str) -> ScaffoldError:
    location = Location("templates")
    return ScaffoldError([Finding("SPEC-091", Severity.ERROR, location, message, hint)])
