"""Templates print, `plan` decides: what a template may use is checked node by node."""

from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.jinja"))
ANSWERS = "project/{{ _copier_conf.answers_file }}.jinja"  # Copier's own; it needs a filter
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.For,
    nodes.If,
    nodes.Include,
    nodes.Getattr,
    nodes.Name,
)


def forbidden(text: str) -> list[str]:
    """Return what is in a template that `plan` should have decided, as `line: node`."""
    tree = Environment(autoescape=False).parse(text)
    found = []
    for include in tree.find_all(nodes.Include):  # a fixed part, or one that the plan names
        if isinstance(include.template, nodes.Const):
            include.template = nodes.Name("plan", "load", lineno=include.lineno)
    for loop in tree.find_all(nodes.For):
        if loop.test or loop.else_ or loop.recursive or not isinstance(loop.target, nodes.Name):
            found.append(f"{loop.lineno}: for with more than a name and a list")
        else:
            loop.target = nodes.Name(loop.target.name, "load", lineno=loop.lineno)
    found += [f"{n.lineno}: {type(n).__name__}" for n in walk(tree) if not isinstance(n, ALLOWED)]
    bound = {getattr(loop.target, "name", "") for loop in tree.find_all(nodes.For)}
    names = {name.name for name in tree.find_all(nodes.Name)}
    return found + [f"unknown name {name}" for name in sorted(names - bound - {"plan"})]


def walk(node: nodes.Node) -> list[nodes.Node]:
    """Return `node` and all below it."""
    return [node, *(below for child in node.iter_child_nodes() for below in walk(child))]


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name != ANSWERS])
def test_a_template_only_prints(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.startswith("parts/"):  # may use the loop variables of what includes it
        text = text.replace("paginator.", "plan.")

    assert forbidden(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{% set x = 1 %}",
        "{{ plan.x | upper }}",
        "{{ plan.x ~ 'y' }}",
        "{{ plan.x + 1 }}",
        "{{ plan['x'] }}",
        "{{ plan.x() }}",
        "{{ 'x' }}",
        "{% if plan.x == 1 %}{% endif %}",
        "{% if not plan.x %}{% endif %}",
        "{% for k, v in plan.x %}{% endfor %}",
        "{% for x in plan.x if x.y %}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{{ other }}",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    assert forbidden(text)


def test_file_names_print_too() -> None:
    for name in TEMPLATES:
        if name != ANSWERS:
            assert forbidden(name) == []


def test_the_template_needs_no_trust() -> None:
    config = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))

    assert not {"_tasks", "_migrations", "_jinja_extensions", "_external_data"} & set(config)
