"""Every paginator in every form: each record once, in order, and no silent end."""

import pytest

SOURCE = [{"id": number} for number in range(1, 8)]  # seven records, three to a page


def spec(paginator, more="", resource=""):
    return f"""
paginator: {{{paginator}, page_size: {{param: limit, default: 3, max: 5{more}}}}}
resources: {{things: {{path: things, data_selector: items, fields: {{id: integer}}{resource}}}}}
"""


def page(rows, **members):
    return {"items": rows, **members}


def sliced(call, start, size=None):
    return SOURCE[start : start + int(size or call.query["limit"])]


def ids(api, **more):
    return api.read(**more)["id"].tolist()


ALL = [1, 2, 3, 4, 5, 6, 7]

PAGE_NUMBERS = {  # paginator -> members of page `number`, calls for seven records
    "type: page_number, param: page": (lambda n: {}, 4),
    "type: page_number, param: page, stop: short": (lambda n: {}, 3),
    "type: page_number, param: page, total_pages: meta.pages": (
        lambda n: {"meta": {"pages": 3}},
        3,
    ),
    "type: page_number, param: page, total: total": (lambda n: {"total": "7"}, 3),
    "type: page_number, param: page, has_more: more": (lambda n: {"more": n < 3}, 3),
}


@pytest.mark.parametrize(("paginator", "expected"), PAGE_NUMBERS.items())
@pytest.mark.parametrize("start", [0, 1, 5])
def test_pages_are_counted_from_the_start(api, paginator, expected, start):
    members, calls = expected
    api = api(spec(f"{paginator}, start: {start}"))

    def respond(call):
        number = int(call.query["page"]) - start
        return page(sliced(call, number * 3), **members(number + 1))

    api.respond = respond

    assert ids(api) == ALL and len(api.calls) == calls
    assert [call.query["page"] for call in api.calls] == [str(start + n) for n in range(calls)]


OFFSETS = {
    "type: offset, param: skip": (lambda end: {}, 4),
    "type: offset, param: skip, stop: short": (lambda end: {}, 3),
    "type: offset, param: skip, total: \"meta['the total']\"": (
        lambda end: {"meta": {"the total": 7}},
        3,
    ),
    "type: offset, param: skip, has_more: more": (lambda end: {"more": end < 7}, 3),
}


@pytest.mark.parametrize(("paginator", "expected"), OFFSETS.items())
def test_offsets_advance_by_what_was_received(api, paginator, expected):
    members, calls = expected
    api = api(spec(paginator))

    def respond(call):
        start = int(call.query["skip"])
        return page(sliced(call, start), **members(start + 3))

    api.respond = respond

    assert ids(api) == ALL and len(api.calls) == calls


@pytest.mark.parametrize("kind", ["page_number, param: page, total: total", "offset, param: skip"])
def test_a_server_that_caps_its_pages_is_read_to_the_end(api, kind):
    api = api(spec(f"type: {kind}"))

    def respond(call):
        start = (int(call.query.get("page", 1)) - 1) * 2 + int(call.query.get("skip", 0))
        return page(sliced(call, start, 2), total=7)

    api.respond = respond

    assert ids(api, page_size=5) == ALL


@pytest.mark.parametrize("place", ["body", "header"])
@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("page_number, param: P", [1, 2, 3, 4]),
        ("offset, param: P", [0, 3, 6, 7]),
        ("keyset, field: id, param: P", [None, 3, 6, 7]),
        ("cursor, cursor: next, param: P", [None, 3, 6]),
        ("header_cursor, header: X-Next, param: P", [None, "3", "6"]),
    ],
)
def test_a_parameter_may_go_into_the_body_or_a_header(api, answer, place, kind, sent):
    post = ", method: POST, body: {q: 1}"
    api = api(spec(f"type: {kind}, in: {place}", f", in: {place}", post))
    positions = [0, 3, 6, 7]

    def respond(call):
        start = positions[len(api.calls) - 1]
        rows, following = sliced(call, start, 3), start + 3
        headers = {"X-Next": str(following)} if following < 7 else {}
        return answer(page(rows, next=following if following < 7 else None), headers=headers)

    api.respond = respond

    assert ids(api) == ALL
    if place == "body":
        assert [call.body.get("P") for call in api.calls] == sent
        assert all(call.body["limit"] == 3 and call.body["q"] == 1 for call in api.calls)
    else:
        shown = [None if value is None else str(value) for value in sent]
        assert [call.headers.get("P") for call in api.calls] == shown
        assert all(call.headers["limit"] == "3" for call in api.calls)
    assert not any(call.query for call in api.calls)


CURSOR = "type: cursor, cursor: meta.next, param: after"


@pytest.mark.parametrize("cursor", ["a b&c=d/é+%", "eyJ9==", 17])
def test_a_cursor_comes_back_as_it_was_sent(api, cursor):
    api = api(spec(CURSOR))
    api.script = [page(SOURCE[:3], meta={"next": cursor}), page(SOURCE[3:], meta={"next": None})]

    assert ids(api) == ALL
    assert api.calls[1].query == {"after": str(cursor), "limit": "3"}


@pytest.mark.parametrize("end", [None, "", False, 0])
def test_without_a_cursor_the_read_ends_even_after_an_empty_page(api, end):
    api = api(spec(CURSOR))
    api.script = [page([], meta={"next": "b"}), page(SOURCE), page([], meta={"next": end})]
    api.script[1]["meta"] = {"next": "c"}

    assert ids(api) == ALL and len(api.calls) == 3


@pytest.mark.parametrize(
    ("second", "calls"),
    [
        ({"more": False, "next": "x"}, 2),  # the flag counts, whatever the cursor
        ({"more": 0, "next": "x"}, 2),
        ({"next": None}, 2),
        ({"next": "x"}, 3),
        ({"more": True, "next": "x"}, 3),
    ],
)
def test_a_cursor_with_has_more_follows_the_flag(api, second, calls):
    api = api(spec("type: cursor, cursor: next, param: after, has_more: more"))
    api.script = [page(SOURCE, more=True, next="b"), page([], **second), page([], more=False)]

    assert ids(api) == ALL and len(api.calls) == calls


def test_more_without_a_cursor_is_an_error(api):
    api = api(spec("type: cursor, cursor: next, param: after, has_more: more"))
    api.script = [page(SOURCE, more=True)]

    assert "the API says there is more, but not where" in api.failure()


def test_a_header_cursor_ends_without_the_header(api, answer):
    api = api(spec("type: header_cursor, header: X-Next, param: from"))
    first = answer(page(SOURCE[:3]), headers={"X-Next": "a+b/c="})
    api.script = [first, page(SOURCE[3:])]

    assert ids(api) == ALL and api.calls[1].query == {"from": "a+b/c=", "limit": "3"}


LINKS = ["?cursor=b%2Fc&limit=3", "things?cursor=b%2Fc&limit=3", "/v1/things?cursor=b%2Fc&limit=3"]


@pytest.mark.parametrize("link", [*LINKS, "{url}/v1/things?cursor=b%2Fc&limit=3"])
@pytest.mark.parametrize("kind", ["header_link", "next_url, path: links.next"])
def test_next_urls_are_followed_with_their_query_and_no_other(api, answer, link, kind):
    api = api(spec(f"type: {kind}"))
    link = link.format(url=api.url)
    first = page(SOURCE[:3], links={"next": link})
    headers = {"Link": f'<{api.url}/first>; rel="first", <{link}>; rel="next"'}
    api.script = [answer(first, headers=headers), page(SOURCE[3:], links={"next": ""})]

    assert ids(api) == ALL
    assert [(c.path, c.query) for c in api.calls] == [
        ("/v1/things", {"limit": "3"}),
        ("/v1/things", {"cursor": "b/c", "limit": "3"}),
    ]


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/v1/things",
        "https://127.0.0.1/v1/things",
        "//evil.example/x",
        "http://user@127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "?limit=3",
    ],
)
@pytest.mark.parametrize("kind", ["header_link", "next_url, path: next"])
def test_a_next_url_that_repeats_or_leaves_the_origin_is_refused(api, answer, link, kind):
    api = api(spec(f"type: {kind}"))
    api.respond = lambda call: answer(
        page(SOURCE, next=link), headers={"Link": f'<{link}>; rel="next"'}
    )

    assert "the next page repeats or leaves the API's origin" in api.failure()
    assert len(api.calls) <= 2


@pytest.mark.parametrize("link", [1, ["x"], {"href": "x"}])
def test_a_next_url_that_is_no_text_is_refused(api, link):
    api = api(spec("type: next_url, path: next"))
    api.script = [page(SOURCE, next=link)]

    assert "the answer's next URL is not a text" in api.failure()


def test_a_keyset_starts_where_the_config_says(api):
    params = ", params: {since_id: '{config.since_id}'}"
    top = "configSchema: {properties: {since_id: {type: integer}}}"
    api = api(spec("type: keyset, field: id, param: since_id", resource=params), top)
    api.respond = lambda call: page(sliced(call, int(call.query.get("since_id", 0))))

    assert ids(api) == ALL
    assert ids(api, since_id=4) == [5, 6, 7]
    assert "since_id" not in api.calls[0].query


@pytest.mark.parametrize(
    ("more", "calls"), [("", 4), (", stop: short", 3), (", has_more: more", 3)]
)
def test_a_keyset_ends(api, more, calls):
    api = api(spec(f"type: keyset, field: id, param: since_id{more}"))

    def respond(call):
        start = int(call.query.get("since_id", 0))
        return page(sliced(call, start), **({"more": start < 6} if "has_more" in more else {}))

    api.respond = respond

    assert ids(api) == ALL and len(api.calls) == calls


def test_a_keyset_needs_its_field(api):
    api = api(spec("type: keyset, field: key, param: since").replace("{id: integer}", "{}"))
    api.script = [page(SOURCE)]

    assert "the last record does not say where the next page starts" in api.failure()


@pytest.mark.parametrize(
    ("paginator", "message"),
    [
        ("type: page_number, param: page", "the API sends the same page again"),
        ("type: offset, param: skip", "the API sends the same page again"),
        ("type: page_number, param: page, total: total", "the API sends the same page again"),
        ("type: keyset, field: id, param: since_id", "the next page repeats"),
        ("type: cursor, cursor: next, param: after", "the next page repeats"),
    ],
)
def test_a_server_that_sends_the_same_page_for_ever_is_found_out(api, paginator, message):
    api = api(spec(paginator))
    api.respond = lambda call: page(SOURCE[:3], total=100, next="same")

    assert message in api.failure() and len(api.calls) == 2


def test_pages_that_begin_and_end_alike_are_not_taken_for_repeated(api):
    api = api(spec("type: page_number, param: page"))
    api.script = [page([{"id": 1}, {"id": n}, {"id": 1}]) for n in (2, 3)] + [page([])]

    assert ids(api) == [1, 2, 1, 1, 3, 1]


@pytest.mark.parametrize(
    ("paginator", "lie"),
    [
        ("type: page_number, param: page, total_pages: n", {"n": 9}),
        ("type: page_number, param: page, total: n", {"n": 9}),
        ("type: page_number, param: page, has_more: n", {"n": True}),
        ("type: offset, param: skip, total: n", {"n": 9}),
        ("type: offset, param: skip, has_more: n", {"n": True}),
    ],
)
def test_a_promise_that_is_not_kept_is_an_error(api, paginator, lie):
    api = api(spec(paginator))
    api.script = [page(SOURCE, **lie), page([], **lie)]

    assert "the API says there is more and sends nothing" in api.failure()


@pytest.mark.parametrize("total", [{}, {"n": None}, {"n": "many"}, {"n": [7]}])
def test_a_total_that_is_missing_is_an_error(api, total):
    api = api(spec("type: offset, param: skip, total: n"))
    api.script = [page(SOURCE, **total)]

    assert "the answer has no whole number at n" in api.failure()


@pytest.mark.parametrize(
    "paginator",
    [
        "type: page_number, param: page, total: total",
        "type: offset, param: skip",
        "type: cursor, cursor: next, param: after",
        "type: header_link",
        "type: next_url, path: next",
        "type: keyset, field: id, param: since_id",
        "type: single_page",
    ],
)
@pytest.mark.parametrize("status", [200, 204])
def test_no_record_at_all_is_an_empty_typed_frame(api, answer, paginator, status):
    api = api(spec(paginator))
    api.script = [answer(page([], total=0) if status == 200 else b"", status)]

    df = api.read()

    assert len(df) == 0 and df.dtypes.astype(str).to_dict() == {"id": "Int64"}
    assert len(api.calls) == 1


PAGED = "type: offset, param: skip"


def test_the_page_size_comes_from_config_within_what_the_api_takes(api):
    api = api(spec(PAGED))
    api.respond = lambda call: page([])

    api.read()
    api.read(page_size=2)

    assert [call.query["limit"] for call in api.calls] == ["3", "2"]
    for wrong in (0, 6, True, 2.5, "2"):
        assert "config field 'page_size' must be a whole number from 1 to 5" in api.failure(
            page_size=wrong
        )


@pytest.mark.parametrize(
    ("field", "given", "asked"),
    [
        ("{type: integer}", {}, "3"),  # no default of its own: the paginator's
        ("{type: integer}", {"limit": 4}, "4"),
        ("{type: integer}", {"limit": 50}, "5"),  # the API takes no more
        ("{type: integer, default: 2}", {}, "2"),
        ("{}", {}, "3"),
    ],
)
def test_a_config_field_of_the_specs_own_sets_the_page_size(api, field, given, asked):
    api = api(spec(PAGED), f"configSchema: {{properties: {{limit: {field}}}}}")
    api.respond = lambda call: page([])

    api.read(**given)

    assert api.calls[0].query["limit"] == asked
    assert "config field 'limit' must be" in api.failure(limit=0)


def test_resources_that_share_a_config_field_keep_their_own_sizes(api):
    api = api("""
resources:
  small: {path: small, data_selector: items,
    paginator: {type: offset, param: skip, page_size: {param: limit, default: 2, max: 4}, stop: short}}
  big: {path: big, data_selector: items,
    paginator: {type: offset, param: skip, page_size: {param: limit, default: 50, max: 100}, stop: short}}
  inner: {parent: small, path: "small/{parent.id}", data_selector: items,
    paginator: {type: page_number, param: p, page_size: {param: limit, default: 7, max: 9, in: query}}}
""")
    sizes = []

    def respond(call):
        sizes.append((call.path.removeprefix("/v1/"), call.query["limit"]))
        return page([{"id": 1}] if call.path == "/v1/small" else [])

    api.respond = respond

    for given in ({}, {"page_size": 80}, {"page_size": 3}):
        for name in ("small", "big", "inner"):
            api.read(resource=name, **given)

    expected = [("2", "50", "2", "7"), ("4", "80", "4", "9"), ("3", "3", "3", "3")]
    assert sizes == [
        entry
        for small, big, again, inner in expected
        for entry in (("small", small), ("big", big), ("small", again), ("small/1", inner))
    ]


def test_each_resource_pages_in_its_own_way(api, answer):
    api = api("""
paginator: {type: header_link}
resources:
  links: {path: links, fields: {id: integer}}
  numbers: {path: numbers, fields: {id: integer}, paginator: {type: page_number, param: page}}
  cursors: {path: cursors, data_selector: d, paginator: {type: cursor, cursor: c, param: c}}
  other: {path: other, data_selector: d, paginator: {type: cursor, cursor: x, param: c}}
  one: {path: one, paginator: {type: single_page}}
""")
    api.script = [
        answer([{"id": 1}], headers={"Link": '<?b>; rel="next"'}),
        [{"id": 2}],
        *([{"id": 3}], [{"id": 4}], []),
        *({"d": [{"id": 5}], "c": 1}, {"d": []}),
        *({"d": [{"id": 6}], "x": 1, "c": 9}, {"d": []}),
        [{"id": 7}],
    ]

    read = [ids(api, resource=name) for name in ("links", "numbers", "cursors", "other", "one")]

    assert read == [[1, 2], [3, 4], [5], [6], [7]]


def test_a_paginator_that_nothing_describes_is_a_stub(api):
    api = api(spec("type: custom"))
    api.script = [page(SOURCE)]

    assert "stub next_page" in api.failure()

    module = api.module
    module._next_page = lambda request, response, body, records: None
    api.script = [page(SOURCE)]
    try:
        assert ids(api) == ALL
    finally:
        del module._next_page
