"""Imports point down only: cli -> ... -> project -> render -> plan -> spec -> naming, errors."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "scaffold"
ROOMS = {  # room -> rooms that it may import, besides itself
    "errors": set(),
    "naming": {"errors"},
    "rules": {"errors"},
    "report": {"errors", "rules"},
    "spec": {"errors", "naming", "rules"},
    "plan": {"errors", "naming", "spec"},
    "template_store": {"errors"},
    "render": {"errors", "template_store"},
    "project": {"errors", "naming", "plan", "render", "spec"},
    "importers": {"errors", "naming", "spec"},
    "conformance": {"errors", "naming", "rules", "spec"},
    "agents": {"conformance", "errors", "naming", "plan", "project", "report", "rules", "spec"},
}
ROOMS["process"] = {"errors", "report"}
ROOMS["cli"] = set(ROOMS)
ROOMS["__main__"] = {"cli", "process"}
MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def imported(path: Path) -> set[str]:
    """Return the rooms that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "scaffold":
            names |= {f"scaffold.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add(node.module or "")
    return {name.split(".")[1] for name in names if name.startswith("scaffold.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")

    assert imported(path) <= ROOMS[room] | {room}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_are_short(path: Path) -> None:
    if path.name == "rules.py":  # a table
        return

    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
