"""Data -> ComponentSpec, what is inferred, and the spec that is emitted."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from specs import GONE, SHOP, document, shop

from scaffold import naming
from scaffold.errors import errors
from scaffold.spec import facts, model, schema
from scaffold.spec.build import build
from scaffold.spec.emit import driver_path
from scaffold.spec.load import load, parse
from scaffold.spec.validate import generation_findings

R = "x_driver__resources__orders__"
C = "x_driver__client__"
P = "x_driver__paginator"
SIZE = {"param": "n", "default": 5, "max": 9}
OWN = Path(__file__).parents[3] / "component_specs"


def built(**changes: Any) -> model.ComponentSpec:
    """Return SHOP built after `changes`; it has no errors."""
    read = document(shop(**changes))
    assert errors(generation_findings(read)) == []
    return build(read)


def inferred(spec: model.ComponentSpec) -> str:
    """Return all that was inferred as one text."""
    return "\n".join(f"{i.what} | {i.why}" for i in spec.inferences)


def connection(spec: model.ComponentSpec, name: str) -> model.ConnectionField:
    """Return one field of the connection."""
    (field,) = [field for field in spec.connection if field.name == name]
    return field


def emission_problems(emitted: dict[str, Any]) -> list[str]:
    """Return what Osiris would refuse, by our own copy of its rules and by its own if there."""
    own = {"$ref": "#/$defs/osiris", "$defs": schema.schema()["$defs"]}
    schemas = [own]
    if path := os.environ.get("OSIRIS_SPEC_SCHEMA"):
        schemas.append(json.loads(Path(path).read_text(encoding="utf-8")))
    return [e.message for s in schemas for e in Draft202012Validator(s).iter_errors(emitted)]


def test_what_is_stated_is_taken() -> None:
    spec = built()

    assert (spec.name, spec.family, spec.role) == ("shop.extractor", "shop", "extractor")
    assert spec.transport == "rest"
    assert spec.client.base_url == "https://{connection.shop_domain}/api/{connection.api_version}"
    assert spec.client.auth == model.ApiKeyAuth("header", "X-Token", "{connection.access_token}")
    assert spec.client.retry == model.Retry(3, 1.0, 30.0, (429, 503), True)
    assert spec.client.rate_limit.header == model.RateHeader(
        "X-Limit", "used/limit", 0.8, 1.0, None, "epoch_seconds"
    )
    assert spec.resource_field == "resource"
    orders, refunds = spec.resources
    assert orders.primary_key == ("id",)
    assert orders.fields[2] == model.Field("total", "decimal", False)
    assert orders.paginator == model.HeaderLink(model.PageSize("limit", 50, 250, "query", "limit"))
    assert orders.incremental == model.Incremental(
        "updated_at", "updated_at_min", "updated_at_min", "iso8601"
    )
    assert (refunds.parent, refunds.parent_fields) == ("orders", {"order_id": "id"})
    assert spec.source_text == yaml.safe_dump(shop(), sort_keys=False)
    assert all(name in spec.capabilities for name in ("discover", "doctor", "partitioning"))


def test_fields_that_the_driver_needs_are_added_and_told() -> None:
    spec = built()
    added = {field.name: field.schema for field in spec.config if field.added}

    assert list(added) == ["updated_at_min", "dry_run", "chunk_size"]
    assert added["updated_at_min"]["format"] == "date-time"
    assert added["chunk_size"]["maximum"] == 1_000_000
    assert all(f"config field {name} is added" in inferred(spec) for name in added)
    assert "connection" not in {field.name for field in spec.config}
    assert "chunk_size" not in {f.name for f in built(capabilities={}).config}
    has_batch = {"configSchema__properties__batch_size": {"type": "integer"}}
    assert "chunk_size" not in {f.name for f in built(**has_batch).config}


def test_connection_fields_come_from_everywhere_in_order() -> None:
    spec = built(
        connections={
            "required_fields": ["shop_domain"],
            "optional_fields": [{"name": "region", "default": "eu", "description": "where"}],
        },
        **{C + "params": {"v": "{connection.variant}"}, "x-secret": ["/resolved_connection/pin"]},
    )

    assert [field.name for field in spec.connection] == [
        "shop_domain",
        "region",
        "access_token",
        "api_version",
        "variant",
        "pin",
    ]
    assert connection(spec, "region").default == "eu"
    assert connection(spec, "shop_domain").required
    assert connection(spec, "access_token").required  # auth needs it
    assert not connection(spec, "api_version").required  # it has a default
    assert not connection(spec, "variant").required
    assert {f.name for f in spec.connection if f.secret} == {"access_token", "pin"}


def test_override_rules_and_sensitive_fields() -> None:
    spec = built(
        **{"x-connection-fields": [{"name": "shop_domain", "override": "warning"}, {"name": "a"}]},
        redaction={"extras": ["/shop_domain"]},
    )

    assert connection(spec, "shop_domain").override == "warning"
    assert connection(spec, "a").override == "allowed"
    assert connection(spec, "access_token").override is None
    assert connection(spec, "shop_domain").sensitive
    assert not connection(spec, "shop_domain").secret


@pytest.mark.parametrize(
    ("auth", "secret", "expected"),
    [
        ({"type": "none"}, "", model.NoAuth()),
        ({"type": "custom"}, "", model.CustomAuth()),
        (
            {"type": "bearer", "token": "{connection.t}"},
            "t",
            model.BearerAuth("{connection.t}"),
        ),
        (
            {"type": "basic", "username": "{connection.k}", "password": ""},
            "k",
            model.BasicAuth("{connection.k}", ""),
        ),
        (
            {"type": "basic", "username": "{connection.u}", "password": "{connection.p}"},
            "p",
            model.BasicAuth("{connection.u}", "{connection.p}"),
        ),
        (
            {
                "type": "oauth2_refresh_token",
                "token_url": "https://x/token",
                "client_id": "{connection.i}",
                "refresh_token": "{connection.r}",
            },
            "r",
            model.OAuth2Auth(
                "https://x/token", "{connection.i}", None, "{connection.r}", None, "body", {}
            ),
        ),
    ],
)
def test_credentials_are_secret_even_if_the_spec_forgot(
    auth: dict[str, Any], secret: str, expected: model.Auth
) -> None:
    spec = built(secrets=GONE, **{C + "auth": auth})

    assert spec.client.auth == expected
    assert {f.name for f in spec.connection if f.secret} == ({secret} if secret else set())
    assert not secret or f"connection.{secret} is secret" in inferred(spec)
    assert not secret or f"/resolved_connection/{secret}" in spec.emitted["x-secret"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"type": "single_page"}, model.SinglePage(None)),
        (
            {"type": "page_number", "param": "p", "total_pages": "m.pages", "stop": "short"},
            model.PageNumber("p", "query", 1, "m.pages", None, None, "short", None),
        ),
        (
            {"type": "offset", "param": "o", "total": "count", "page_size": SIZE},
            model.Offset(
                *("o", "query", 0, "count", None, "empty"),
                model.PageSize("n", 5, 9, "query", "page_size"),
            ),
        ),
        (
            {"type": "cursor", "cursor": "next", "param": "c", "in": "header"},
            model.Cursor("next", "c", "header", None, None),
        ),
        (
            {"type": "header_cursor", "header": "H", "param": "c"},
            model.HeaderCursor("H", "c", "query", None),
        ),
        ({"type": "next_url", "path": "next"}, model.NextUrl("next", None)),
        (
            {"type": "keyset", "field": "id", "param": "since", "has_more": "more"},
            model.Keyset("id", "since", "query", "more", "empty", None),
        ),
        ({"type": "custom", "page_size": {"param": "n"}}, None),
    ],
)
def test_paginators(stated: dict[str, Any], expected: model.Paginator | None) -> None:
    paginator = built(**{P: stated}).resources[0].paginator

    size = model.PageSize("n", 100, None, "query", "page_size")
    assert paginator == (expected or model.CustomPaginator(size))


def test_a_post_sends_in_the_body_unless_told() -> None:
    cursor = {
        "type": "cursor",
        "cursor": "next",
        "param": "c",
        "page_size": {**SIZE, "in": "query"},
    }
    spec = built(**{P: cursor, R + "method": "POST", R + "body": {"a": "{config.limit}"}})
    post, get = (resource.paginator for resource in spec.resources)

    assert isinstance(post, model.Cursor)
    assert isinstance(get, model.Cursor)
    assert (post.place, get.place) == ("body", "query")
    assert post.page_size == model.PageSize("n", 5, 9, "query", "page_size")


def test_a_page_size_field_is_added_that_admits_what_any_paginator_allows() -> None:
    other = {"type": "single_page", "page_size": {"param": "n", "default": 7, "max": 99}}
    spec = built(**{P: {"type": "single_page", "page_size": SIZE}, R + "paginator": other})
    (field,) = [field for field in spec.config if field.name == "page_size"]

    assert field.schema == {
        "type": "integer",
        "description": "Records per page",
        "minimum": 1,
        "maximum": 99,
    }


def test_the_page_size_field_is_the_one_called_page_size_then_the_one_called_like_param() -> None:
    own = {"configSchema__properties__page_size": {"type": "integer", "default": 20, "maximum": 90}}
    size = built(**own, **{P + "__page_size": {"param": "limit"}}).resources[0].paginator.page_size

    assert size == model.PageSize("limit", 20, None, "query", "page_size")


def test_doctor() -> None:
    assert built().doctor is None
    assert built(x_driver__doctor={"path": "me", "method": "POST"}).doctor == model.Doctor(
        "me", "POST"
    )
    assert built(capabilities__doctor=True).doctor == model.Doctor("orders.json")
    assert built(capabilities__doctor=True, x_driver=GONE).doctor == model.Doctor(None)
    field = {R + "path": "{config.created_at_min}/x"}
    assert built(capabilities__doctor=True, **field).doctor == model.Doctor(None)


def test_without_x_driver_everything_unknown_is_a_stub() -> None:
    spec = built(x_driver=GONE, **{"x-runtime": {"requirements": {"packages": ["requests"]}}})

    assert spec.client.base_url is None
    assert spec.client.auth == model.CustomAuth()
    assert [resource.name for resource in spec.resources] == ["orders", "refunds"]
    assert {resource.path for resource in spec.resources} == {None}
    assert {resource.data_selector for resource in spec.resources} == {None}
    assert spec.resources[0].paginator == model.CustomPaginator(None)
    assert inferred(spec).count("stub") == 4


def test_one_resource_needs_no_field_and_several_get_one() -> None:
    one = {"orders": {"path": "orders"}}
    gone = {"configSchema__properties__resource": GONE, "configSchema__required": ["connection"]}
    gone["examples"] = []
    assert built(x_driver__resources=one, **gone).resource_field is None
    spec = built(**gone)
    (field,) = [field for field in spec.config if field.name == "resource"]

    assert spec.resource_field == "resource"
    assert (field.schema["enum"], field.required) == (["orders", "refunds"], True)
    assert "resource" in spec.emitted["configSchema"]["required"]


def test_metrics_events_limits_and_packages() -> None:
    spec = built(
        loggingPolicy={
            "metricsToCapture": ["duration_ms", "cache_hits", "api_calls_made", "rows_read"],
            "eventDefaults": ["discovery.tables", "extraction.start", "extraction.failed", "a.b"],
        },
        limits={
            "maxRows": 5,
            "maxConcurrency": 2,
            "rateLimit": {"requests": 120, "period": "minute"},
        },
        compatibility={"requires": ["python>=3.12", "requests>=2.0", "tenacity>=8.0"]},
        **{"x-runtime": {"requirements": {"packages": ["pandas", "tenacity", "time", "httpx"]}}},
    )

    assert spec.metrics == ("rows_read", "duration_ms", "api_calls_made")
    assert spec.events == {
        "discovery": "discovery.tables",
        "start": "extraction.start",
        "error": "extraction.failed",
    }
    assert spec.limits == model.Limits(5, None, None, 2)
    assert spec.client.rate_limit.per_second == 2.0
    assert spec.packages == ("tenacity>=8.0", "httpx")
    assert spec.python_requires == ">=3.12"
    assert built(compatibility={"requires": ["python>=3.8"]}).python_requires == ">=3.11"


def test_the_pace_may_be_a_connection_field() -> None:
    asked = {C + "rate_limit": {"requests_per_second": "{connection.speed}"}}
    limit = {"limits": {"rateLimit": {"requests": 2, "period": "second"}}}

    assert built(**asked, **limit).client.rate_limit == model.RateLimit(2.0, "speed", None)
    named = {"x-connection-fields": ["rate_limit"]}
    assert built(**named).client.rate_limit.connection_field == "rate_limit"


@pytest.mark.parametrize(
    ("changes", "transport"),
    [
        ({"x-runtime": {"requirements": {"packages": ["sqlalchemy", "requests"]}}}, "sql"),
        ({"x-runtime": {"requirements": {"imports": ["duckdb"]}}}, "duckdb"),
        ({"compatibility": {"requires": ["httpx>=0.2"]}}, "rest"),
        ({}, "rest"),  # it has a field resource
        ({"configSchema": {"type": "object", "properties": {"query": {}}}}, "sql"),
        ({"configSchema": {"type": "object", "properties": {}}}, "custom"),
    ],
)
def test_the_transport_is_inferred(changes: dict[str, Any], transport: str) -> None:
    data = shop(x_driver=GONE, **changes)

    assert facts.transport(data)[0] == transport


@pytest.mark.parametrize(
    ("name", "modes", "role"),
    [
        ("a.extractor", ["extract"], "extractor"),
        ("a.table", ["load"], "writer"),
        ("a.writer", ["extract", "write"], "writer"),
        ("a.table", ["extract", "write"], "extractor"),
        ("a.processor", ["discover"], "processor"),
        ("a", ["transform"], "processor"),
    ],
)
def test_the_role_is_inferred(name: str, modes: list[str], role: str) -> None:
    assert facts.role({"name": name, "modes": modes})[0] == role


def test_the_emitted_spec_is_pure() -> None:
    spec = built(
        capabilities={"doctor": True, "streaming": True},
        family="shop",
        role="extractor",
        connections={"required_fields": ["shop_domain"], "optional_fields": ["colour"]},
        examples=[{"name": "One", "config": {"connection": "@a.b", "resource": "orders"}}],
        secrets=["/connection/access_token", "/shop_domain"],
        redaction={"extras": ["/colour", "/limit", "/nowhere"]},
        loggingPolicy={"metricsToCapture": ["api_calls"], "sensitivePaths": ["/connection/colour"]},
        configSchema__additionalProperties={"type": "string"},
    )
    emitted = spec.emitted

    assert emission_problems(emitted) == []
    assert "doctor" not in emitted["capabilities"]
    assert emitted["examples"][0]["title"] == "One"
    assert "secrets" not in emitted
    assert emitted["x-secret"] == [
        "/resolved_connection/access_token",
        "/resolved_connection/shop_domain",
    ]
    assert emitted["redaction"]["extras"] == ["/resolved_connection/colour", "/limit"]
    assert emitted["loggingPolicy"] == {"sensitivePaths": ["/resolved_connection/colour"]}
    assert emitted["x-connection-fields"] == [
        "shop_domain",
        "access_token",
        "colour",
        "api_version",
        "base_url",
    ]
    assert emitted["configSchema"]["additionalProperties"] is True
    assert emitted["configSchema"]["properties"]["dry_run"]["default"] is False
    assert emitted["x-runtime"] == {
        "driver": "shop_extractor.shop_extractor_driver.ShopExtractorDriver",
        "requirements": {"imports": ["pandas", "requests"], "packages": ["pandas", "requests"]},
    }


def test_override_rules_are_kept_and_new_fields_are_forbidden_to_override() -> None:
    rules = [{"name": "shop_domain", "override": "warning"}]

    assert built(**{"x-connection-fields": rules}).emitted["x-connection-fields"] == [
        *rules,
        {"name": "api_version", "override": "forbidden"},
        {"name": "access_token", "override": "forbidden"},
        {"name": "base_url", "override": "forbidden"},
    ]


def test_a_secret_of_the_config_keeps_its_pointer() -> None:
    spec = built(
        secrets=["/access_token", "/pin"],
        configSchema__properties__pin={"type": "string"},
        **{"x-connection-fields": [{"name": "pin", "override": "forbidden"}]},
    )

    assert spec.emitted["secrets"] == ["/pin"]
    assert "/resolved_connection/pin" in spec.emitted["x-secret"]
    assert connection(spec, "pin").secret


def test_building_changes_nothing_and_gives_the_same_again() -> None:
    read = parse(SHOP)
    before = json.dumps(read.data)
    first, second = build(read), build(read)

    assert json.dumps(read.data) == before
    assert first == second
    first.emitted["configSchema"]["properties"].clear()
    assert json.dumps(read.data) == before


def test_driver_path_per_layout() -> None:
    names = naming.names("my-api.v2.extractor", "extractor")

    assert (
        driver_path(names)
        == "my_api_v2_extractor.my_api_v2_extractor_driver.MyAPIV2ExtractorDriver"
    )
    assert driver_path(names, "in-tree").startswith("osiris.drivers.my_api_v2_extractor_driver.")


@pytest.mark.parametrize("path", sorted(OWN.glob("*.yaml")), ids=lambda path: path.stem)
def test_our_own_specs_build_and_emit(path: Path) -> None:
    read = load(path)

    assert errors(generation_findings(read)) == []
    assert emission_problems(build(read).emitted) == []


@pytest.mark.skipif("OSIRIS_SPECS" not in os.environ, reason="OSIRIS_SPECS names no directory")
def test_specs_of_osiris_emit() -> None:
    for path in Path(os.environ["OSIRIS_SPECS"]).glob("*.yaml"):
        emitted = build(load(path)).emitted
        assert emission_problems(emitted) == []
        assert not [text for text in emitted.get("secrets", []) if text.startswith("/connection/")]


@pytest.mark.skipif("OSIRIS_SPECS" not in os.environ, reason="OSIRIS_SPECS names no directory")
def test_the_schema_of_osiris_accepts_what_is_emitted() -> None:
    osiris = Path(os.environ["OSIRIS_SPECS"])
    schema = json.loads((osiris / "component-spec.schema.json").read_text(encoding="utf-8"))
    for path in [*OWN.glob("*.yaml"), *osiris.glob("*.yaml")]:
        assert not list(Draft202012Validator(schema).iter_errors(build(load(path)).emitted)), path
