"""Specs that are wrong at random places: findings, or a sound result; never a crash."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from specs import SHOP

from scaffold.errors import ScaffoldError, errors
from scaffold.rules import RULES
from scaffold.spec import schema
from scaffold.spec.build import build
from scaffold.spec.load import parse
from scaffold.spec.validate import generation_findings, validate

JUNK: list[Any] = [
    *(None, True, 1, -1, 1.5, "", "x", "{connection.x}", "{foo}", "{config.y}", "$.", "yes", "/a"),
    *([], {}, [1], ["a"], [[]], [{}], {"a": 1}, {"type": "bearer"}, {"name": 1}, {"$ref": "#"}),
    *(
        '"""',
        "\\",
        "{{ x }}",
        "{% raw %}",
        "#{",
        "'''\n\"\"\"",
        "\u202e",
        "class",
        "__import__('os')",
    ),
]
EMITTED = {"$ref": "#/$defs/osiris", "$defs": schema.schema()["$defs"]}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the keys that lead to each value."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def spoiled(seed: int) -> str:
    """Return SHOP with one to three values replaced, removed or renamed."""
    chance = random.Random(seed)
    data = copy.deepcopy(yaml.safe_load(SHOP))
    for _ in range(chance.randint(1, 3)):
        *path, last = chance.choice(list(places(data)))
        holder = data
        for key in path:
            holder = holder[key]
        action = chance.random()
        if action < 0.2:
            del holder[last]
        elif action < 0.9 or isinstance(holder, list):
            holder[last] = copy.deepcopy(chance.choice(JUNK))
        else:
            holder[chance.choice(["type", "in", "1st", "a b", "None", "from"])] = holder.pop(last)
    return yaml.safe_dump(data, sort_keys=False)


@pytest.mark.parametrize("seed", range(150))
def test_spoiled_specs(seed: int) -> None:
    try:
        document = parse(spoiled(seed))
    except ScaffoldError as error:
        assert error.findings
        return
    found = validate(document, "strict")

    assert {finding.rule for finding in found} <= set(RULES)
    if not errors(generation_findings(document)):
        assert list(Draft202012Validator(EMITTED).iter_errors(build(document).emitted)) == []
