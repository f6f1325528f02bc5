"""Rules across fields: each refuses what it should, and a sound spec has no finding."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from specs import GONE, SHOP, document, findings, shop, told

from scaffold.errors import Severity, errors
from scaffold.rules import RULES
from scaffold.spec.load import load, parse
from scaffold.spec.validate import generation_findings, validate

R = "x_driver__resources__orders__"
C = "x_driver__client__"
P = "x_driver__paginator"
BY_SIZE = {"param": "limit", "default": 50}


def test_a_sound_spec_has_no_finding_at_any_level() -> None:
    assert validate(parse(SHOP), "strict") == []


def test_findings_use_only_rules_of_the_table_and_stand_in_order() -> None:
    found = findings("strict", **{R + "path": "/{x}?a=b", "secrets": ["/nope"], "nmae": 1})
    places = [(f.location.line, f.location.column) for f in found]

    assert len(found) > 3
    assert {f.rule for f in found} <= set(RULES)
    assert places == sorted(places)


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("SPEC-020", {"name": "1shop.extractor"}, "package"),
    ("SPEC-020", {"name": "a" * 60 + ".extractor"}, "longer"),
    ("SPEC-020", {"name": "a..extractor"}, "a part of the name"),
    ("SPEC-021", {"name": "shop.writer"}, "writer"),
    ("SPEC-021", {"role": "writer"}, "the name says extractor"),
    ("SPEC-021", {"family": "other"}, "the name says 'shop'"),
    ("SPEC-030", {R + "path": "a/{id}"}, "'{id}' is no placeholder"),
    ("SPEC-030", {R + "path": "a/{connection.id"}, "brace"),
    ("SPEC-030", {R + "path": "a/{parent.id}"}, "{parent.id} has no value"),
    ("SPEC-030", {R + "params": {"a": ["{conection.x}"]}}, "'{conection.x}'"),
    ("SPEC-030", {C + "base_url": "https://{config.limit}/"}, "{config.limit} has no value"),
    ("SPEC-030", {C + "auth__value": "{connection.acess_token}"}, "'acess_token'"),
    ("SPEC-030", {C + "rate_limit": {"requests_per_second": "2/s"}}, "one placeholder"),
    ("SPEC-030", {R + "method": "POST", R + "body": {"q": "{confg.limit}"}}, "'{confg.limit}'"),
    ("SPEC-031", {R + "params": {"a": "{config.creatd_at_min}"}}, "'creatd_at_min'"),
    ("SPEC-031", {R + "incremental__config": "created_at_mim"}, "'created_at_mim'"),
    ("SPEC-032", {C + "base_url": "ftp://x"}, "https://"),
    ("SPEC-032", {C + "base_url": "/api"}, "https://"),
    ("SPEC-032", {C + "base_url": "https://"}, "no host"),
    ("SPEC-032", {C + "base_url": "https://u:p@x"}, "user"),
    ("SPEC-032", {C + "base_url": "https://x?a=1"}, "query"),
    ("SPEC-032", {C + "base_url": "https://x#a"}, "fragment"),
    ("SPEC-032", {C + "base_url": "https://x y"}, "space"),
    ("SPEC-032", {C + "base_url": "https://x:99999"}, "no URL"),
    ("SPEC-032", {C + "base_url": "https://[x"}, "no URL"),
    ("SPEC-033", {R + "path": "https://evil.example/x"}, "origin"),
    ("SPEC-033", {R + "path": "//evil.example/x"}, "origin"),
    ("SPEC-033", {R + "path": "a/../../b"}, "segment"),
    ("SPEC-033", {R + "path": "a/%2e%2E/b"}, "segment"),
    ("SPEC-033", {R + "path": "a b"}, "space"),
    ("SPEC-033", {R + "path": "a?b=c"}, "query"),
    ("SPEC-033", {"x_driver__doctor": {"path": "//evil.example"}}, "origin"),
    ("SPEC-034", {"x_driver__resources__refunds__parent": "order"}, "no resource 'order'"),
    ("SPEC-034", {R + "parent": "refunds", R + "path": "{parent.id}"}, "ancestor"),
    ("SPEC-034", {R + "parent": "orders", R + "path": "{parent.id}"}, "ancestor"),
    ("SPEC-034", {R + "parent_fields": {"a": "b"}}, "without a parent"),
    ("SPEC-035", {R + "primary_key": "idd"}, "'idd'"),
    ("SPEC-035", {R + "primary_key": ["id", "x"]}, "'x'"),
    ("SPEC-035", {R + "incremental__field": "updated"}, "'updated'"),
    ("SPEC-035", {P: {"type": "keyset", "field": "uid", "param": "since"}}, "'uid'"),
    ("SPEC-035", {"x_driver__resources__refunds__parent_fields": {"o": "nr"}}, "'nr'"),
    ("SPEC-035", {"x_driver__resources__refunds__path": "o/{parent.nr}"}, "'nr'"),
    ("SPEC-036", {R + "data_selector": "a..b"}, "character 3"),
    ("SPEC-036", {R + "data_selector": "a[b]"}, "character 3"),
    ("SPEC-036", {R + "data_selector": "a['b"}, "quote"),
    ("SPEC-036", {P: {"type": "next_url", "path": "a[*].b"}}, "[*]"),
    ("SPEC-036", {P: {"type": "cursor", "cursor": "$", "param": "c"}}, "nowhere"),
    ("SPEC-036", {C + "body_error": {"path": "a["}}, "character"),
    ("SPEC-037", {P + "__page_size": {"param": "limit", "default": 9, "max": 5}}, "9"),
    ("SPEC-037", {P + "__page_size": {"param": "limit", "default": 9, "max": 9}}, "maximum"),
    ("SPEC-037", {"configSchema__properties__limit": {"type": "string"}}, "integer"),
    ("SPEC-038", {C + "headers": {"a b": "c"}}, "'a b'"),
    ("SPEC-038", {C + "headers": {"a": "b\nc: d"}}, "one line"),
    ("SPEC-038", {C + "headers": {"a": "é"}}, "ASCII"),
    ("SPEC-038", {C + "auth__name": "X:"}, "header name"),
    ("SPEC-038", {P: {"type": "header_cursor", "header": "(", "param": "c"}}, "'('"),
    (
        "SPEC-038",
        {P: {"type": "header_cursor", "header": "H", "param": "ü", "in": "header"}},
        "xfc",
    ),
    ("SPEC-039", {C + "retry": {"initial_delay_seconds": 9, "max_delay_seconds": 5}}, "9"),
    ("SPEC-039", {C + "retry": {"statuses": [404]}}, "404"),
    ("SPEC-039", {C + "retry": {"statuses": [200]}}, "200"),
    ("SPEC-040", {"configSchema__properties__resource__enum": ["orders", "refund"]}, "'refund'"),
    ("SPEC-043", {C + "auth": {"type": "bearer", "token": "hunter2"}}, "'token'"),
    ("SPEC-043", {C + "auth": {"type": "basic", "username": "u", "password": "hunter2"}}, "'"),
    ("SPEC-043", {C + "headers": {"Authorization": "Bearer hunter2"}}, "Authorization"),
    ("SPEC-044", {R + "body": {"a": 1}}, "GET has no body"),
    ("SPEC-044", {P + "__page_size": {**BY_SIZE, "in": "body"}}, "'orders' is a GET"),
    ("SPEC-044", {R + "response": "csv"}, "each line is a record"),
    (
        "SPEC-044",
        {
            R + "response": "ndjson",
            R + "data_selector": "$",
            P: {"type": "cursor", "cursor": "next", "param": "c"},
        },
        "'cursor'",
    ),
    ("SPEC-048", {"configSchema__properties__resource": {"type": "integer"}}, "string"),
    ("SPEC-048", {"configSchema__properties__dry_run": {"type": "string"}}, "boolean"),
    ("SPEC-060", {"configSchema__properties__limit": {"type": "int"}}, "JSON Schema"),
    ("SPEC-060", {"configSchema__properties__limit": {"minimum": "1"}}, "JSON Schema"),
    ("SPEC-060", {"configSchema__properties__limit": {"$ref": "http://x/y"}}, "$ref"),
    ("SPEC-060", {"configSchema__properties__resource": {"$ref": "#/nope"}}, "$ref"),
    ("SPEC-060", {"configSchema__allOf": [{"$ref": "#/allOf/0"}]}, "$ref"),
    ("SPEC-061", {"configSchema__properties__limit": {"pattern": "("}}, "expression"),
    ("SPEC-062", {"configSchema__properties__limit__default": 0}, "'limit'"),
    ("SPEC-063", {"examples": [{"title": "a", "config": {}}]}, "'connection'"),
    ("SPEC-063", {"examples": [{"title": "a", "config": {"limt": 1}}]}, "'limt'"),
    ("SPEC-064", {"configSchema__required": ["resouce"]}, "'resouce'"),
    (
        "SPEC-064",
        {"constraints": {"required": [{"when": {"limt": 1}, "must": {}, "error": "e"}]}},
        "'limt'",
    ),
]
STRICT: list[tuple[str, dict[str, Any], str]] = [
    ("SPEC-070", {"secrets": ["/access_token", "/acces_token"]}, "/acces_token"),
    ("SPEC-070", {"redaction": {"extras": ["/resolved_connection/x"]}}, "/resolved"),
    ("SPEC-071", {"llmHints": {"inputAliases": {"limits": ["n"]}}}, "'limits'"),
    ("SPEC-072", {"capabilities": {"streaming": True}}, "'discover'"),
    ("SPEC-073", {"x-connection-fields": ["shop_domain", "access_token", "api_key"]}, "'api_key'"),
]


def _ids(case: Any) -> str:
    return str(case) if isinstance(case, str) and case.startswith("SPEC") else ""


@pytest.mark.parametrize(("rule", "changes", "says"), [*CASES, *STRICT], ids=_ids)
def test_each_rule_refuses_what_it_should(rule: str, changes: dict[str, Any], says: str) -> None:
    found = told(findings("strict", **changes), rule)

    assert any(says in finding.message for finding in found), found
    assert all(finding.location.line >= 1 for finding in found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(("rule", "changes", "says"), CASES, ids=_ids)
def test_a_driver_is_refused_too(rule: str, changes: dict[str, Any], says: str) -> None:
    del says
    if rule == "SPEC-021" and "family" not in changes and "role" not in changes:
        assert RULES[rule].level == "basic"

    assert rule in {
        finding.rule for finding in errors(generation_findings(document(shop(**changes))))
    }


@pytest.mark.parametrize(
    ("rule", "severity", "changes"),
    [
        ("SPEC-021", Severity.WARNING, {"name": "shop"}),
        ("SPEC-032", Severity.WARNING, {C + "base_url": "http://api.example.com"}),
        ("SPEC-034", Severity.WARNING, {"x_driver__resources__refunds__path": "refunds"}),
        ("SPEC-040", Severity.WARNING, {"x_driver__resources__extra": {"path": "extra"}}),
        ("SPEC-041", Severity.INFO, {R + "path": "{config.created_at_min}"}),
        ("SPEC-042", Severity.WARNING, {"configSchema__properties__colour": {"type": "string"}}),
        ("SPEC-044", Severity.WARNING, {R + "params": {"limit": 5}}),
        ("SPEC-045", Severity.WARNING, {"configSchema__properties__page_token": {}}),
        ("SPEC-045", Severity.WARNING, {"configSchema__properties__mode": {}}),
        ("SPEC-046", Severity.WARNING, {"connections": {"required_fields": ["shop_domain"]}}),
        ("SPEC-046", Severity.WARNING, {"capabilities__doctor": True}),
        ("SPEC-046", Severity.WARNING, {"examples": [{"name": "a", "config": {}}]}),
        ("SPEC-047", Severity.WARNING, {"loggingPolicy": {"metricsToCapture": ["cache_hits"]}}),
    ],
)
def test_what_a_driver_can_live_with_is_told(
    rule: str, severity: Severity, changes: dict[str, Any]
) -> None:
    assert severity in {f.severity for f in told(findings(**changes), rule)}


@pytest.mark.parametrize(
    "changes",
    [
        {C + "base_url": "{connection.shop_domain}/x"},
        {C + "base_url": "{connection.scheme}://{connection.shop_domain}:{connection.port}"},
        {C + "base_url": "http://localhost:8080"},
        {C + "auth": {"type": "basic", "username": "{connection.access_token}", "password": "X"}},
        {C + "params": {"filter": '{"a": 1}'}},
        {R + "path": "/absolute/{config.resource}:batch"},
        {R + "data_selector": "$['odd.key'][0].items[*]"},
        {R + "method": "POST", R + "body": {"query": "query { orders {id} }"}},
        {P: {"type": "next_url", "path": "$['@odata.nextLink']"}},
        {P: {"type": "custom"}},
        {"x_driver__resources__refunds__path": "o/{parent.id}/{config.limit}"},
    ],
)
def test_what_is_sound_is_not_refused(changes: dict[str, Any]) -> None:
    assert errors(findings("strict", **changes)) == []


def test_levels_add_up() -> None:
    changes = {"configSchema__properties__limit__default": 0, "secrets": ["/access_token", "/x"]}
    rules = {
        level: {f.rule for f in findings(level, **changes)}  # type: ignore[arg-type]
        for level in ("basic", "enhanced", "strict")
    }

    assert rules["basic"] == set()
    assert rules["enhanced"] == {"SPEC-062"}
    assert rules["strict"] == {"SPEC-062", "SPEC-070"}


@pytest.mark.parametrize(
    "changes",
    [
        {"x_driver__transport": "graphql"},
        {"modes": ["write"], "name": "shop.writer"},
        {"x_driver": GONE, "x-runtime": {"requirements": {"packages": ["duckdb"]}}},
    ],
)
def test_what_is_not_generated_yet_is_told_and_refused(changes: dict[str, Any]) -> None:
    told_ = told(findings(**changes), "SPEC-022")
    (refused,) = told(generation_findings(document(shop(**changes))), "SPEC-022")

    assert [f.severity for f in told_] == [Severity.INFO]
    assert refused.severity is Severity.ERROR
    assert "REST extractors" in refused.hint


def test_what_a_complete_driver_lacks_is_told() -> None:
    assert told(findings(), "SPEC-023") == []

    lacking = told(
        findings(**{"x_driver": GONE, "x-runtime": {"requirements": {"packages": ["requests"]}}}),
        "SPEC-023",
    )
    said = " ".join(f.message for f in lacking)
    assert {f.severity for f in lacking} == {Severity.INFO}
    for part in ("where the API is", "how credentials are sent", "which paths", "how pages follow"):
        assert part in said
    custom = {C + "auth": {"type": "custom"}, P: {"type": "custom"}}
    assert len(told(findings(**custom), "SPEC-023")) == 2
    assert told(generation_findings(document(shop(**custom))), "SPEC-023") == []


def test_hints_name_the_nearest_word() -> None:
    found = findings(**{R + "primary_key": "idd", R + "path": "{shop_domain}"})

    assert told(found, "SPEC-035")[0].hint == "did you mean 'id'?"
    assert told(found, "SPEC-030")[0].hint == "write {connection.shop_domain}"


def test_many_fields_and_resources() -> None:
    fields = {f"f{n}": "string" for n in range(1000)}
    resources = {f"r{n}": {"path": f"r{n}", "fields": {"id": "integer"}} for n in range(500)}
    resources["r0"]["fields"] = fields
    spec = shop(x_driver__resources=resources)
    spec["configSchema"]["properties"]["resource"]["enum"] = list(resources)
    spec["examples"] = []

    assert errors(validate(document(spec))) == []


@pytest.mark.skipif("OSIRIS_SPECS" not in os.environ, reason="OSIRIS_SPECS names no directory")
def test_specs_of_osiris_have_no_error_even_at_level_strict() -> None:
    paths = sorted(Path(os.environ["OSIRIS_SPECS"]).glob("*.yaml"))

    assert paths
    for path in paths:
        assert load(path).data == yaml.safe_load(path.read_text(encoding="utf-8"))
        assert errors(validate(load(path), "strict")) == []


def test_a_misspelled_role_is_not_kept_in_the_hint() -> None:
    (found,) = told(findings(name="shop.extracter"), "SPEC-021")

    assert "write 'shop.extractor';" in found.hint
