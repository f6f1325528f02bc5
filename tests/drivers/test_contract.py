"""run, stream, discover, doctor and the checks of config and connection."""

import hashlib
import json
import os
import time
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest
import requests

SPEC = """
client: {auth: {type: bearer, token: "{connection.token}"}, params: {v: 1, t: "{connection.tenant}"}}
connection: {tenant: {default: main}}
paginator: {type: page_number, param: page}
resources:
  things:
    path: things
    primary_key: id
    fields: {id: {type: integer, nullable: false}, at: {type: datetime, format: epoch_seconds}}
  all: {path: all, fields: {z: object, a: binary, m: time}}
"""


@pytest.fixture()
def things(api):
    prepared = api(SPEC)
    prepared.connection["token"] = "canary"
    return prepared


def pages(api, count, size):
    def respond(call):
        number = int(call.query["page"])
        return [{"id": number * size + n} for n in range(size)] if number <= count else []

    api.respond = respond


def test_run_returns_one_frame_under_both_keys(things):
    pages(things, 2, 3)

    result = things.driver().run(step_id="s", config=things.config(resource="things"), inputs=None)

    assert set(result) == {"data", "df"} and result["data"] is result["df"]
    assert result["df"]["id"].tolist() == [3, 4, 5, 6, 7, 8]
    assert result["df"].index.equals(pd.RangeIndex(6))


def test_stream_reads_a_page_only_when_it_is_needed(things):
    pages(things, 50, 10)
    config = things.config(resource="things", chunk_size=25)
    chunks = things.driver().stream(step_id="s", config=config)

    assert not things.calls
    assert len(next(chunks)["data"]) == 25 and len(things.calls) == 3
    assert len(next(chunks)["data"]) == 25 and len(things.calls) == 5
    sizes = [len(chunk["data"]) for chunk in chunks]
    assert sizes == [25] * 18


def test_closing_a_stream_early_closes_the_session(things):
    pages(things, 50, 10)
    session = requests.Session()
    session.close = Mock(wraps=session.close)
    driver = things.driver(client_factory=lambda connection: session)
    seen = []

    class Context:
        def log_metric(self, name, value, **more):
            seen.append((name, value))

    config = things.config(resource="things", chunk_size=5)
    chunks = driver.stream(step_id="s", config=config, ctx=Context())
    next(chunks)
    assert not session.close.called

    chunks.close()

    assert session.close.call_count == 1 and seen == [("rows_read", 5)]


def test_stream_without_rows_yields_nothing(things):
    things.script = [[]]

    assert list(things.driver().stream(step_id="s", config=things.config(resource="things"))) == []


@pytest.mark.parametrize("name", ["things", "all"])
def test_a_dry_run_makes_up_a_row_without_connection_or_request(things, name):
    factory = Mock(side_effect=AssertionError)
    config = {"resource": name, "dry_run": True}

    df = things.driver(client_factory=factory).run(step_id="s", config=config)["df"]

    things.script = [[]]
    assert len(df) == 1 and df.notna().all(axis=None)
    assert df.dtypes.equals(things.read(resource=name).dtypes)


def test_discover_is_deterministic(things):
    first, second = things.driver(), things.driver()
    things.time.seconds += 0.123456
    found = first.discover(config={}, ctx=None)
    things.time.seconds += 60

    assert first.discover({}) == found
    assert second.discover({})["metadata"] == found["metadata"]
    assert found["discovered_at"] == "2025-01-01T00:00:00.123Z"
    assert [resource["name"] for resource in found["resources"]] == ["all", "things"]
    assert found["resources"][1]["fields"] == [
        {"name": "at", "type": "datetime", "nullable": True, "primary_key": False},
        {"name": "id", "type": "integer", "nullable": False, "primary_key": True},
    ]
    content = {name: value for name, value in found.items() if name != "fingerprint"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    assert found["fingerprint"] == f"sha256:{digest}"


def test_discovery_obeys_osiriss_schema(things):
    path = os.environ.get("OSIRIS_DISCOVERY_SCHEMA")
    if not path:
        pytest.skip("OSIRIS_DISCOVERY_SCHEMA does not name Osiris's discovery_output.schema.json")
    jsonschema = pytest.importorskip("jsonschema")

    jsonschema.validate(things.driver().discover({}), json.loads(Path(path).read_text("utf-8")))


def test_the_doctor_asks_as_every_request_does(things):
    things.script = [{}]

    ok, details = things.driver().doctor(things.connection)

    assert ok and details["category"] == "ok" and details["latency_ms"] > 0
    assert things.calls[0].path == "/v1/me" and things.calls[0].query == {"v": "1", "t": "main"}
    assert things.calls[0].headers["Authorization"] == "Bearer canary"


CATEGORIES = {200: "ok", 204: "ok", 401: "auth", 403: "permission", 404: "unknown", 422: "unknown"}
CATEGORIES |= {500: "unknown", 302: "unknown"}


@pytest.mark.parametrize(("status", "category"), CATEGORIES.items())
def test_the_doctor_has_a_category_for_each_answer(things, answer, status, category):
    things.script = [answer(b"canary", status)]

    ok, details = things.driver().doctor(things.connection)

    assert ok == (category == "ok") and details["category"] == category
    assert "canary" not in details["message"] and len(things.calls) == 1
    assert ok or details["latency_ms"] is None


def drip(handler):
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 50:
        time.sleep(0.03)
        handler.wfile.write(bytes([byte]))


def drip_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    drip(handler)


@pytest.mark.parametrize("scene", [drip, drip_body, lambda handler: time.sleep(0.5)])
def test_the_doctor_keeps_to_its_time(things, scene):
    things.respond = lambda call: scene
    started = time.perf_counter()

    ok, details = things.driver().doctor(things.connection, timeout=0.2)

    assert time.perf_counter() - started < 0.4
    assert not ok and details["category"] == "timeout" and details["latency_ms"] is None


def test_the_doctor_finds_no_server(things):
    things.connection["base_url"] = "http://127.0.0.1:9"

    ok, details = things.driver().doctor(things.connection)

    assert not ok and details["category"] == "network"


@pytest.mark.parametrize("connection", [None, {}, [], "x", {"token": ""}])
def test_the_doctor_names_what_is_missing(things, connection):
    ok, details = things.driver().doctor(connection)

    assert not ok and "resolved_connection field 'token' is required" in details["message"]


def test_a_client_factory_that_fails_is_explained_without_its_text(things):
    driver = things.driver(client_factory=Mock(side_effect=KeyError("canary")))

    with pytest.raises(RuntimeError, match=r"\(unknown\): KeyError; ") as caught:
        driver.run(step_id="s", config=things.config(resource="things"))
    assert "canary" not in str(caught.value)
    assert "KeyError" in driver.doctor(things.connection)[1]["message"]


@pytest.mark.parametrize("config", [None, [], "x", 5])
def test_a_config_that_is_no_mapping_is_refused(things, config):
    with pytest.raises(ValueError, match=r"^Step s: config must be a mapping$"):
        things.driver().run(step_id="s", config=config)


def test_all_problems_are_told_at_once(things):
    config = {"resource": ["things"], "chunk_size": 0, "dry_run": 0}

    with pytest.raises(ValueError, match=r"^Step s: ") as caught:
        things.driver().run(step_id="s", config=config)

    message = str(caught.value)
    for part in (
        "'resource' must be one of things, all",
        "'chunk_size' must be",
        "'dry_run' must be",
    ):
        assert part in message
    assert "'token' is required" in message


KEYWORDS = [  # schema, what fits, what does not
    ("{type: integer}", [0, -5, 2**70], [True, 1.5, "1", [1]]),
    ("{type: number}", [0, 1.5], [True, "1"]),
    ("{type: boolean}", [True, False], [0, 1, "true"]),
    ("{type: string}", ["", "x"], [5, True]),
    ("{type: [string, 'null']}", ["x"], [5]),
    ("{type: [integer, string, 'null']}", ["x", 5], [1.5, True]),
    ("{type: integer, minimum: 2, maximum: 4}", [2, 4], [1, 5]),
    ("{type: number, exclusiveMinimum: 0}", [0.1], [0, -1]),
    ("{type: number, exclusiveMaximum: 1, minimum: 0}", [0, 0.9], [1, -0.1]),
    ("{type: integer, minimum: 0, maximum: 9, multipleOf: 3}", [0, 9], [4, 12]),
    ("{type: number, multipleOf: 0.1}", [0.3, 1, 2.7], [0.35]),
    ("{type: string, minLength: 2, maxLength: 3}", ["ab", "abc"], ["a", "abcd"]),
    ("{type: string, pattern: '^a\\d+$'}", ["a1"], ["b1", "a"]),
    ("{type: string, format: date}", ["2025-01-31"], ["2025-02-30", "soon"]),
    ("{type: string, format: date-time}", ["2025-01-31T00:00:00Z"], ["soon"]),
    ("{enum: [a, 1, true, null]}", ["a", 1, True], ["b", 0, False, 1.0]),
    ("{enum: [a, b]}", ["a"], ["c", 1]),
    ("{enum: [null]}", [None], ["c", 0]),
    ("{const: 1}", [1], [True, 2]),
    ("{const: true}", [True], [1, False]),
    ("{type: array, items: {type: integer}, minItems: 1, maxItems: 2}", [[1], [1, 2]], [[], ["x"]]),
    ("{type: array, items: {type: array, items: {type: string}}}", [[["a"]]], [[[1]], ["a"]]),
    ("{type: array, uniqueItems: true}", [[1, 2]], [[1, 1]]),
    (
        "{type: object, required: [a], properties: {a: {type: integer}}}",
        [{"a": 1}],
        [{}, {"a": "x"}],
    ),
    ("{anyOf: [{type: integer}, {type: string, maxLength: 1}]}", [5, "x"], ["xy", 1.5]),
    ("{oneOf: [{type: boolean}, {type: 'null'}]}", [True, None], [1]),
    ("{description: anything}", [1, "x", [], {}], []),
]


FIELDS = [f"x{number}" for number in range(len(KEYWORDS))]
PARAMS = ", ".join(f"{name}: '{{config.{name}}}'" for name in FIELDS)
CHECKED = f"resources: {{things: {{path: things, params: {{{PARAMS}}}}}}}"
SCHEMAS = ", ".join(f"{name}: {kind}" for name, (kind, *_) in zip(FIELDS, KEYWORDS, strict=True))
CHECKS = f"configSchema: {{properties: {{{SCHEMAS}}}}}"


@pytest.mark.parametrize(("name", "keyword"), [*zip(FIELDS, KEYWORDS, strict=True)])
def test_the_keywords_of_the_config_schema_are_checked(api, name, keyword):
    api = api(CHECKED, CHECKS)
    api.respond = lambda call: []
    _, fits, wrong = keyword

    for value in [*fits, None]:
        api.read(**{name: value})
    for value in wrong:
        assert f"Step s: config field '{name}' must be " in api.failure(**{name: value})


def test_a_required_field_may_not_be_left_out_or_null(api):
    top = "configSchema: {properties: {x: {type: string}}, required: [connection, x]}"
    api = api("resources: {things: {path: things, params: {x: '{config.x}'}}}", top)

    assert "Step s: config field 'x' is required" in api.failure()
    assert "Step s: config field 'x' is required" in api.failure(x=None)


CONSTRAINTS = """
configSchema:
  properties:
    kind: {type: string, default: a}
    flag: {type: boolean}
    names: {type: array}
    count: {type: integer}
constraints:
  required:
    - {when: {kind: b}, must: {names: {minItems: 1}}, error: "kind b needs names"}
    - {when: {flag: true}, must: {count: {minimum: 3}}, error: "flag needs a count of 3"}
    - {when: {kind: c, flag: null}, must: {count: 5}, error: "kind c without flag needs 5"}
    - {when: {kind: a, count: 9}, must: {flag: false}, error: "9 needs no flag"}
"""
CONSTRAINED = """
resources:
  things:
    path: things
    params: {a: "{config.kind}", b: "{config.flag}", c: "{config.names}", d: "{config.count}"}
"""


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ({}, ""),
        ({"kind": "b"}, "kind b needs names"),
        ({"kind": "b", "names": []}, "kind b needs names"),
        ({"kind": "b", "names": ["x"]}, ""),
        ({"flag": True}, "flag needs a count of 3"),
        ({"flag": True, "count": 2}, "flag needs a count of 3"),
        ({"flag": True, "count": 3}, ""),
        ({"flag": False}, ""),
        ({"kind": "c"}, "kind c without flag needs 5"),
        ({"kind": "c", "flag": False}, ""),
        ({"kind": "c", "count": 5}, ""),
        ({"count": 9}, "9 needs no flag"),
        ({"count": 9, "flag": False}, ""),
    ],
)
def test_constraints_hold_with_the_specs_own_words(api, config, error):
    api = api(CONSTRAINED, CONSTRAINTS)
    api.respond = lambda call: []

    if error:
        assert api.failure(**config) == f"Step s: {error}"
    else:
        api.read(**config)


OVERRIDES = """
configSchema: {properties: {region: {type: string}, team: {type: string}, token: {type: string}}}
connections: {required_fields: [region, token], optional_fields: [team]}
x-connection-fields:
  - {name: region, override: allowed}
  - {name: team, override: warning}
  - {name: token, override: forbidden}
"""


def test_config_overrides_a_connection_as_the_rules_allow(api, caplog):
    api = api(
        """
client: {auth: {type: bearer, token: "{connection.token}"}, params: {r: "{connection.region}", t: "{connection.team}"}}
resources: {things: {path: things}}
""",
        OVERRIDES,
    )
    api.connection |= {"region": "eu", "token": "canary"}
    api.respond = lambda call: []

    api.read()
    api.read(region="us", team="x", token="canary")

    assert [call.query for call in api.calls] == [{"r": "eu"}, {"r": "us", "t": "x"}]
    assert "Step s: config field 'team' overrides the connection" in caplog.text
    message = api.failure(token="other-canary")
    assert message == "Step s: config field 'token' may not override the connection"


@pytest.mark.parametrize("given", [{}, {"resource": None}, {"resource": "things"}])
def test_a_resource_may_have_a_default(api, given):
    top = "configSchema: {properties: {resource: {type: string, default: things}}}"
    api = api("resources: {other: {path: other}, things: {path: things}}", top)
    api.script = [[]]

    api.read(**given)

    assert api.calls[0].path == "/v1/things"


def test_a_driver_that_does_not_stream_has_no_stream(api):
    api = api(
        "resources: {things: {path: things}}",
        "capabilities: {streaming: false, discover: false}",
    )
    api.script = [[{"id": 1}] * 3]

    assert len(api.read()) == 3
    assert not hasattr(api.driver(), "stream") and not hasattr(api.driver(), "discover")


def test_a_batch_size_of_the_specs_own_is_the_chunk_size(api):
    top = "configSchema: {properties: {batch_size: {type: integer}}}"
    api = api("resources: {things: {path: things}}", top)
    api.respond = lambda call: [{"id": n} for n in range(5)]

    chunks = api.driver().stream(step_id="s", config=api.config(batch_size=2))

    assert [len(chunk["data"]) for chunk in chunks] == [2, 2, 1]
    assert len(api.read()) == 5
    assert "'batch_size' must be a whole number of at least 1" in api.failure(batch_size=0)


NOTHING_SAID = """
name: t.extractor
version: 1.0.0
modes: [extract]
capabilities: {doctor: true}
configSchema: {type: object, properties: {connection: {type: string}}, required: [connection]}
x-secret: [/resolved_connection/token]
"""


def test_what_the_spec_does_not_say_is_a_stub_and_the_rest_works(server, drivers):
    module = server.module = drivers.load(NOTHING_SAID)
    server.script = [{"items": [{"id": 1}]}, {}]

    assert "(unknown): stub authenticate: say in _authenticate()" in server.failure()
    module._authenticate = lambda session, connection: None
    assert "(unknown): stub root: say in _root()" in server.failure()
    module._root = lambda connection: connection["base_url"]
    assert "(unknown): stub first: say in _Api._first()" in server.failure()
    module._Api._first = lambda self, resource: module._Request(f"{self.root}/x", {"a": 1})
    assert "(unknown): stub records: say in _records()" in server.failure()
    module._records = lambda resource, body: body["items"]
    server.script = [{"items": [{"id": 1}]}] * 2
    assert "(unknown): stub next_page: say in _next_page()" in server.failure()
    module._next_page = lambda request, response, body, records: None
    assert server.read()["id"].tolist() == [1]
    assert "stub check_health" in server.driver().doctor(server.connection)[1]["message"]
    module._check_health = lambda api, timeout: None
    assert server.driver().doctor(server.connection)[0]


def test_long_names_everywhere_leave_the_code_as_black_would_have_it(api):
    long = "n" * 95
    api = api(
        f"""
client:
  base_url: "https://{{connection.{long}}}.example/{long}/{{connection.{long}b}}"
  auth: {{type: oauth2_refresh_token, token_url: "https://{long}.example/{{connection.{long}}}",
    client_id: "{{connection.{long}}}", refresh_token: "{{connection.{long}}}", scope: {long}}}
  headers: {{X-{long}: "{long} {{connection.{long}}}", Y-{long}: "{{config.{long}}}"}}
  params: {{p{long}: "{{connection.{long}}}{long}"}}
  body_error: {{path: "{long}.{long}", auth: [{long}]}}
  rate_limit: {{header: {long}, form: remaining, reset_header: {long}, requests_per_second: "{{connection.{long}}}"}}
doctor: {{path: "{long}/{{connection.{long}}}"}}
resource_field: {long}r
resources:
  {long}1:
    path: "{long}/{{config.{long}}}"
    method: POST
    body: {{{long}: ["{{config.{long}}}"]}}
    data_selector: "{long}.{long}[*].{long}"
    params: {{{long}: "{{config.{long}}}"}}
    incremental: {{field: {long}, param: i{long}, config: {long}c, format: epoch_milliseconds}}
    fields: {{{long}: integer, {long}b: boolean}}
    primary_key: {long}
    paginator: {{type: page_number, param: {long}q, total_pages: "{long}.{long}", page_size: {{param: {long}s}}}}
  {long}2:
    parent: {long}1
    parent_fields: {{{long}x: {long}, {long}y: {long}b}}
    path: "{{parent.{long}}}/{long}"
    response: csv
    paginator: {{type: keyset, field: {long}x, param: {long}, in: header, stop: short, page_size: {{param: {long}s, in: header}}}}
  {long}3: {{path: {long}, paginator: {{type: cursor, cursor: "{long}.{long}", has_more: "{long}.{long}", param: {long}}}}}
  {long}4: {{path: {long}, paginator: {{type: next_url, path: "{long}.{long}.{long}"}}}}
""",
        f"""
configSchema: {{properties: {{{long}: {{enum: [{long}, {long}e, 5]}}, {long}c: {{type: string}}, {long}r: {{type: string}}, page_size: {{type: integer}}}}}}
constraints: {{required: [{{when: {{{long}: {long}}}, must: {{{long}c: {long}}}, error: {long}}}]}}
""",
    )

    assert f"config field '{long}r' is required" in api.failure()
    assert f"config field '{long}r' must be one of {long}1, " in api.failure(**{f"{long}r": "x"})
