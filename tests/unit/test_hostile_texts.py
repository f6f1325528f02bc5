"""Whatever texts a spec holds, the generated code has the same syntax tree, but for its literals."""

import ast
import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import black
import jinja2
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scaffold.errors import ScaffoldError, errors
from scaffold.plan import make_plan
from scaffold.spec.build import build
from scaffold.spec.load import parse
from scaffold.spec.validate import generation_findings

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parents[2] / "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
MODE = black.Mode(line_length=100, target_versions={black.TargetVersion.PY311})
FRAGMENTS = [
    *('"""', "'''", '"', "'", "\\", "\\\\", "\\n", "\n", "\r\n", "\t", "\\N{DIGIT ONE}", "\\x41"),
    *("{{ plan }}", "{% raw %}", "{% endraw %}", "{#", "#}", "#{", "${x}", "%s", "{0}", "{", "}"),
    *("`", "```", "|", "<script>", "-->", "# x", "\n# x", "[a](b)", "import os", "\nimport os\n"),
    *("\u202e", "\u2028", "\ufeff", "\u200b", "é", "𝒙", "ﬁ", "ℝ", "__import__('os')", "x" * 150),
    *("class", "from", "None", "1st", "a-b", "a b", "noqa", "type: ignore", "fmt: off", "  ", "a"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5).map("".join)
keys = texts.filter(
    lambda text: not re.search(r"[\n\r\t]", text) and text.strip() and len(text) <= 100
)
PARAM = ("x-driver", "resources", "things", "params", "fixed")  # braces have a meaning here
BASE: dict[str, Any] = yaml.safe_load("""
name: hostile.extractor
version: 1.0.0
title: a
description: a
modes: [extract, discover]
capabilities: {discover: true, doctor: true, streaming: true}
configSchema:
  type: object
  properties:
    connection: {type: string}
    resource: {type: string, description: a, enum: [things]}
    kind: {type: string, description: a, default: a, enum: [a, b]}
    note: {type: string, description: a}
  required: [connection, resource]
connections: {required_fields: [token]}
x-secret: [/resolved_connection/token]
constraints: {required: [{when: {kind: b}, must: {note: {minLength: 1}}, error: a}]}
examples: [{title: a, config: {connection: "@a.b", resource: things, note: a}, notes: a}]
llmHints:
  promptGuidance: a
  yamlSnippets: [a]
  commonPatterns: [{pattern: a, description: a}]
x-driver:
  transport: rest
  connection: {token: {description: a, example: a}}
  client:
    base_url: https://api.example
    auth: {type: bearer, token: "{connection.token}"}
    body_error: {path: error, auth: [a]}
  doctor: {path: me}
  paginator: {type: cursor, cursor: next, param: after}
  resources:
    things:
      description: a
      path: things
      data_selector: items
      params: {kind: "{config.kind}", note: "{config.note}", fixed: a}
      fields: {id: {type: integer, description: a}, a: string}
""")
PLACES = (  # of texts: where any may stand
    ("title",),
    ("description",),
    ("configSchema", "properties", "note", "description"),
    ("configSchema", "properties", "kind", "default"),
    ("constraints", "required", 0, "error"),
    ("examples", 0, "title"),
    ("examples", 0, "notes"),
    ("llmHints", "promptGuidance"),
    ("llmHints", "yamlSnippets", 0),
    ("llmHints", "commonPatterns", 0, "description"),
    ("x-driver", "connection", "token", "description"),
    ("x-driver", "connection", "token", "example"),
    ("x-driver", "client", "body_error", "auth", 0),
    ("x-driver", "resources", "things", "description"),
    PARAM,
    ("x-driver", "resources", "things", "fields", "id", "description"),
)


def spec_with(values: dict[tuple[Any, ...], str], field: str, resource: str, param: str) -> str:
    """Return BASE with these texts at these places, and with these names."""
    data = copy.deepcopy(BASE)
    for path, text in values.items():
        holder = data
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = text
    kind = data["configSchema"]["properties"]["kind"]
    kind["enum"] = [kind["default"], "b"] if kind["default"] != "b" else ["b", "c"]
    resources = data["x-driver"]["resources"]
    things = resources.pop("things")
    resources[resource] = things
    data["configSchema"]["properties"]["resource"]["enum"] = [resource]
    data["examples"][0]["config"]["resource"] = resource
    things["fields"][field] = things["fields"].pop("a")
    things["params"][param] = things["params"].pop("fixed")
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10**6)


def rendered(text: str) -> dict[str, str]:
    """Return the files generated for a spec."""
    try:
        document = parse(text)
        assert not errors(generation_findings(document))
        plan = make_plan(build(document), "package")
    except ScaffoldError as error:
        raise AssertionError(error.findings) from None
    names = {
        "driver": plan["driver"]["template"],
        "tests": plan["tests"]["template"],
        "pyproject": "project/pyproject.toml.jinja",
        "readme": "project/README.md.jinja",
    }
    return {key: TEMPLATES.get_template(name).render(plan=plan) for key, name in names.items()}


class Skeleton(ast.NodeTransformer):
    """Forgets what literals hold; how many parts a table or an f-string has stays."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(type(node.value).__name__)


def skeleton(code: str) -> str:
    return ast.dump(Skeleton().visit(ast.parse(code)))


HARMLESS = rendered(spec_with({}, "a", "things", "fixed"))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(PLACES), texts, min_size=1), keys, keys, keys)
@example(dict.fromkeys(PLACES, '"""\\'), "class", "a b", "{% raw %}")
@example(dict.fromkeys(PLACES, "{{ plan }}#{'''\n\"\"\""), "__import__('os')", "'\"\\", '"""')
@example(dict.fromkeys(PLACES, "\\N{x}\u202e\nimport os\n"), "1st", "None", "#{")
def test_texts_change_literals_only(
    values: dict[tuple[Any, ...], str], field: str, resource: str, param: str
) -> None:
    values = {p: re.sub("[{}]", "", text) if p == PARAM else text for p, text in values.items()}

    files = rendered(spec_with(values, field, resource, param))

    assert skeleton(files["driver"]) == skeleton(HARMLESS["driver"])
    ast.parse(files["tests"])
    for name in ("driver", "tests"):
        assert black.format_str(files[name], mode=MODE) == files[name]
        assert not re.search(r"[^\S\n ]|[\u200b\u202e\u2028\ufeff]", files[name])
    assert tomllib.loads(files["pyproject"])["project"]["name"] == "hostile-extractor"
    assert files["readme"].count("\n# ") == HARMLESS["readme"].count("\n# ")


@pytest.mark.parametrize("text", ["{{ plan }}", '"""', "it's", "{% if %}", "\\", "a\nb", "#{"])
def test_texts_arrive_as_they_are(text: str) -> None:
    files = rendered(
        spec_with({("x-driver", "client", "body_error", "auth", 0): text}, "f", "r", "p")
    )

    values = [n.value for n in ast.walk(ast.parse(files["driver"])) if isinstance(n, ast.Constant)]
    assert text in values


def test_the_skeleton_tells_code_from_literals() -> None:
    assert skeleton('a = "x"') == skeleton("a = 'y'") != skeleton('a = "x"; import os')
