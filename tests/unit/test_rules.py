"""The table of rules is complete, and the only one."""

import re
from pathlib import Path

import pytest

from scaffold.rules import RULES, Rule

SCAFFOLD = Path(__file__).parents[2] / "scaffold"


def test_every_rule_of_the_contract_is_there() -> None:
    assert [id_ for id_ in RULES if id_.startswith("DRV")] == [f"DRV-{n:03}" for n in range(1, 30)]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_is_told_in_sentences(rule: Rule) -> None:
    levels = {"DRV": ("MUST", "SHOULD", "MAY"), "SPE": ("basic", "enhanced", "strict")}

    assert rule.level in levels[rule.id[:3]]
    for text in (rule.statement, rule.why, rule.how):
        assert text.endswith((".", ")."))
        assert "\n" not in text


def test_findings_and_table_name_the_same_rules() -> None:
    sources = [p for p in SCAFFOLD.rglob("*.py") if p.name != "rules.py"]
    used = set()
    for path in sources:
        used |= set(re.findall(r'"(SPEC-\d+)"', path.read_text(encoding="utf-8")))

    assert used == {id_ for id_ in RULES if id_.startswith("SPEC")}
