"""What is asked: URLs, parameters, bodies, the start of incremental reads, children of parents."""

import json

import pytest

TOP = """
configSchema:
  properties:
    flag: {type: boolean}
    names: {type: array, items: {type: string}}
    count: {type: integer}
    text: {type: string}
    shape: {type: object}
    anything: {}
"""
PARAMS = """
resources:
  things:
    path: /things/
    params:
      flag: "{config.flag}"
      names: "{config.names}"
      count: "{config.count}"
      text: "{config.text}"
      shape: "{config.shape}"
      anything: "{config.anything}"
      both: "a:{config.text},b:{config.flag}"
      "on": true
      list: [1, "b", false]
      fixed: "{[literal]}"
"""


def asked(api, **more):
    api.script = [[]]
    api.read(**more)
    return api.calls[-1]


def test_parameters_without_a_value_are_left_out(api):
    api = api(PARAMS, TOP)

    for config in ({}, {"flag": None, "text": None}):
        call = asked(api, **config)
        assert call.query == {"on": "true", "list": "1,b,false", "fixed": "{[literal]}"}
    assert call.path == "/v1/things/"


@pytest.mark.parametrize(
    ("config", "sent"),
    [
        ({"flag": False}, {"flag": "false"}),
        ({"names": ["a b", "c,d"]}, {"names": "a b,c,d"}),
        ({"names": []}, {"names": ""}),
        ({"count": 0}, {"count": "0"}),
        ({"text": "é&=?#/ +%"}, {"text": "é&=?#/ +%"}),
        ({"text": "x", "flag": True}, {"text": "x", "flag": "true", "both": "a:x,b:true"}),
        ({"text": "{config.count}"}, {"text": "{config.count}"}),
        ({"shape": {"a": [True, None]}}, {"shape": '{"a": [true, null]}'}),
        ({"anything": [1.5, True]}, {"anything": "1.5,true"}),
    ],
)
def test_parameters_are_sent_as_urls_have_them(api, config, sent):
    query = asked(api(PARAMS, TOP), **config).query

    assert {n: v for n, v in query.items() if n not in ("on", "list", "fixed")} == sent


BODY = """
client: {params: {v: "{config.count}", all: "1"}}
resources:
  things:
    path: things
    method: POST
    params: {q: "{config.text}"}
    body:
      filter: "{config.shape}"
      nested: {text: "{config.text}", list: ["{config.flag}", "{config.count}", 5, null]}
      query: "{ things(first: {config.count}) { id } }"
      fixed: {a: [true, 1.5]}
"""


def test_a_body_keeps_types_and_leaves_out_what_has_no_value(api):
    api = api(BODY, TOP)

    assert asked(api).body == {"nested": {"list": [5]}, "fixed": {"a": [True, 1.5]}}

    shape = {"a": {"b": None}, "c": "{config.text}"}
    call = asked(api, shape=shape, text="x", flag=False, count=3)

    assert call.method == "POST" and call.query == {"v": "3", "all": "1", "q": "x"}
    assert call.headers["Content-Type"] == "application/json"
    assert call.body == {
        "filter": shape,
        "nested": {"text": "x", "list": [False, 3, 5]},
        "query": "{ things(first: 3) { id } }",
        "fixed": {"a": [True, 1.5]},
    }


def test_config_inputs_and_connection_are_left_alone(api):
    api = api(BODY, TOP)
    config, inputs = api.config(shape={"a": [1]}, names=["x"]), {"before": {"df": [1]}}
    before = json.dumps([config, inputs])
    api.script = [[]]

    api.driver().run(step_id="s", config=config, inputs=inputs)

    assert json.dumps([config, inputs]) == before


def test_get_and_post_live_side_by_side(api):
    api = api(
        """
doctor: {path: health, method: POST}
resources:
  a: {path: a, params: {t: "{config.text}"}}
  b: {path: b, method: POST, body: {x: 1, t: "{config.text}"}}
""",
        TOP,
    )

    assert asked(api, resource="a").method == "GET" and api.calls[-1].content == b""
    assert asked(api, resource="b").body == {"x": 1}
    api.script = [{}]
    assert api.driver().doctor(api.connection)[0] and api.calls[-1].method == "POST"


START = """
resources:
  things:
    path: things
    fields: {at: datetime}
    incremental: {field: at, param: since, config: from_time, format: %s}
"""


@pytest.mark.parametrize(
    ("form", "given", "sent"),
    [
        ("iso8601", "2025-01-31T12:30:00+02:00", "2025-01-31T12:30:00+02:00"),
        ("epoch_seconds", "2025-01-31T12:30:00+02:00", "1738319400"),
        ("epoch_seconds", "2025-01-31", "1738281600"),
        ("epoch_milliseconds", "2025-01-31T12:30:00.123Z", "1738326600123"),
        ("date", "2025-01-31", "2025-01-31"),
    ],
)
def test_an_incremental_read_starts_in_the_apis_own_form(api, form, given, sent):
    api = api(START % form)

    assert asked(api).query == {}
    assert asked(api, from_time=given).query == {"since": sent}
    assert "config field 'from_time' must be a date" in api.failure(from_time="soon")


@pytest.mark.parametrize(
    ("field", "given", "sent"),
    [
        ("{type: integer}", 1738319400, "1738319400"),  # already as the API takes it
        ("{type: string}", "2025-01-31T12:30:00+02:00", "1738319400"),
        ("{type: string, default: '2025-01-31'}", None, "1738281600"),
    ],
)
def test_a_start_may_be_a_field_of_the_specs_own(api, field, given, sent):
    api = api(START % "epoch_seconds", f"configSchema: {{properties: {{from_time: {field}}}}}")

    assert asked(api, from_time=given).query == {"since": sent}


def test_headers_take_from_connection_and_config(api):
    api = api(
        """
client:
  headers: {X-Fixed: a, X-Account: "{connection.account}", X-Team: "t{connection.team}",
    X-Count: "{config.count}"}
resources: {things: {path: things}}
""",
        TOP + "connections: {optional_fields: [account, team]}",
    )
    headers = asked(api).headers
    assert headers["X-Fixed"] == "a"
    assert all(headers[f"X-{name}"] is None for name in ("Account", "Team", "Count"))

    api.connection |= {"account": 17, "team": "é"}
    headers = asked(api, count=5).headers

    assert (headers["X-Account"], headers["X-Count"]) == ("17", "5")


FAMILY = """
client: {params: {v: 2}}
resources:
  shops: {path: shops, data_selector: d, fields: {id: string, name: string, more: object}}
  orders:
    parent: shops
    path: "shops/{parent.id}/orders"
    params: {shop: "{parent.name}"}
    parent_fields: {shop_id: id, shop: name, extra: more}
    fields: {id: integer}
  lines:
    parent: orders
    method: POST
    path: "orders/{parent.id}/{parent.shop_id}/lines"
    body: {order: "{parent.id}", shop: "{parent.shop_id}"}
    parent_fields: {order_id: id, shop_id: shop_id}
"""


def family(api, ids):
    def respond(call):
        if call.path == "/v1/shops":
            return {"d": [{"id": i, "name": f"n{i}", "more": {"x": 1}} for i in ids]}
        kind = call.path.rpartition("/")[2]
        return [{"id": 0}, {"id": 8}] if kind == "orders" else [{"sku": "s"}]

    api.respond = respond


def test_children_are_read_for_every_parent_and_grandparent(api):
    api = api(FAMILY)
    family(api, ["a/b", 0, "ü?#%"])

    lines = api.read(resource="lines")

    assert [call.path for call in api.calls] == [
        "/v1/shops",
        "/v1/shops/a%2Fb/orders",
        "/v1/orders/0/a%2Fb/lines",
        "/v1/orders/8/a%2Fb/lines",
        "/v1/shops/0/orders",
        "/v1/orders/0/0/lines",
        "/v1/orders/8/0/lines",
        "/v1/shops/%C3%BC%3F%23%25/orders",
        "/v1/orders/0/%C3%BC%3F%23%25/lines",
        "/v1/orders/8/%C3%BC%3F%23%25/lines",
    ]
    assert all(call.query["v"] == "2" for call in api.calls)
    assert api.calls[2].body == {"order": 0, "shop": "a/b"}
    assert lines["order_id"].tolist() == [0, 8] * 3 and lines["sku"].tolist() == ["s"] * 6
    assert lines["shop_id"].tolist() == ["a/b", "a/b", "0", "0", "ü?#%", "ü?#%"]


def test_parent_fields_are_columns(api):
    api = api(FAMILY)
    family(api, [5])

    orders = api.read(resource="orders")

    assert api.calls[1].query == {"v": "2", "shop": "n5"}
    assert orders["shop"].tolist() == ["n5"] * 2 and orders["shop_id"].tolist() == ["5"] * 2
    assert orders["extra"].tolist() == ['{"x": 1}'] * 2


@pytest.mark.parametrize("odd", [".", "..", "", None])
def test_an_id_that_would_lead_to_another_path_is_refused(api, odd):
    api = api(FAMILY)
    family(api, [odd])

    failure = api.failure(resource="orders")

    assert "no path can be made with {parent.id} empty or dots" in failure
    assert [call.path for call in api.calls] == ["/v1/shops"]


def test_a_path_needs_its_config_field(api):
    resource = "resources: {things: {path: 'lists/{config.list_id}/x{config.text}'}}"
    top = "configSchema: {properties: {list_id: {type: string}, text: {type: string, default: t}}}"
    api = api(resource, top)

    assert asked(api, list_id="a/../b c").path == "/v1/lists/a%2F..%2Fb%20c/xt"
    assert "config field 'list_id' is required to read things" in api.failure()


@pytest.mark.parametrize(
    ("base_url", "given", "path"),
    [
        ("https://{connection.shop}.example/admin/{connection.version}/", {}, "/admin/v9/things"),
        (
            "https://{connection.shop}.example/admin/{connection.version}",
            {"version": 3},
            "/admin/3/things",
        ),
        ("{connection.base_url}", {}, "/things"),
        ("{connection.base_url}/api", {"base_url": "/proxy/"}, "/proxy/api/things"),
        ("https://x.example", {"base_url": "/"}, "/things"),
    ],
)
def test_the_connections_base_url_replaces_scheme_and_host(api, base_url, given, path):
    api = api(f"""
client: {{base_url: "{base_url}"}}
connection: {{version: {{default: v9}}, shop: {{default: s}}}}
resources: {{things: {{path: things}}}}
""")
    api.connection |= {**given, "base_url": api.url + given.get("base_url", "")}

    assert asked(api).path == path


@pytest.mark.parametrize("wrong", ["ftp://x", "x.example", 5])
def test_a_base_url_without_http_is_refused(api, wrong):
    api = api("resources: {things: {path: things}}")
    api.connection["base_url"] = wrong

    assert "'base_url' must start with https:// or http://" in api.failure()
