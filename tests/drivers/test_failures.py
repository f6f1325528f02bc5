"""What goes wrong: retries, waits, limits, errors in bodies; and nothing secret in any text."""

import logging
import threading
import time
import traceback

import pytest
import requests

SECRET = "canary-1"
THINGS = """
client: {auth: {type: bearer, token: "{connection.token}"}, timeout_seconds: 5%s}
paginator: {type: page_number, param: page}
resources: {things: {path: things, data_selector: items, fields: {id: integer}}}
"""
METRICS = "rows_read, api_calls, errors, rate_limit_hits, bytes_processed, memory_mb, duration_ms"
TOP = f"loggingPolicy: {{metricsToCapture: [{METRICS}]}}\n"


def page(*ids):
    return {"items": [{"id": i} for i in ids]}


@pytest.fixture()
def things(api):
    def prepared(client="", top=TOP):
        prepared_api = api(THINGS % client, top)
        prepared_api.connection["token"] = SECRET
        return prepared_api

    return prepared


class Context:
    """What the contract's context takes, noted."""

    def __init__(self):
        self.metrics, self.logs = {}, []

    def log_metric(self, name, value, *, unit, tags):
        assert type(value) in (int, float) and tags == {"step": "s"}
        self.metrics[name] = (value, unit)

    def log_info(self, text):
        self.logs.append(text)

    log_error = log_warning = log_info


def hang_up(handler):
    handler.wfile.flush()


def break_off(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


FAILURES = [(status, 1, "unknown") for status in (201, 202, 206, 304, 404, 409, 410, 418)]
FAILURES += [(status, 3, "unknown") for status in (429, 500, 501, 503, 599)]
FAILURES += [
    (400, 1, "validation"),
    (422, 1, "validation"),
    (401, 1, "auth"),
    (403, 1, "permission"),
]
FAILURES += [(hang_up, 3, "network"), (break_off, 3, "network")]


@pytest.mark.parametrize(("scene", "tries", "category"), FAILURES)
def test_failures_that_may_pass_are_tried_again_and_none_shows_a_secret(
    things, answer, caplog, scene, tries, category
):
    api, ctx = things(), Context()
    caplog.set_level(logging.DEBUG)
    scene = scene if callable(scene) else answer(SECRET.encode() * 9, scene)
    api.respond = lambda call: scene

    with pytest.raises(RuntimeError) as caught:
        api.read(ctx)

    error = caught.value
    assert f"Step s: reading things failed ({category}): " in str(error)
    assert len(api.calls) == tries == len(api.time.naps) + 1
    assert error.__context__ is error.__cause__ is None
    shown = "".join(traceback.format_exception(error)) + repr([ctx.logs, ctx.metrics, api.driver()])
    assert SECRET not in shown + caplog.text
    assert ctx.metrics["errors"] == (tries, "errors")
    assert ctx.metrics["api_calls"] == (tries, "calls") and ctx.metrics["rows_read"] == (0, "rows")


def test_a_redirect_is_not_followed(things, answer):
    api = things()
    api.respond = lambda call: answer(b"", 307, {"Location": "http://127.0.0.1:1/"})

    assert "HTTP 307" in api.failure() and len(api.calls) == 1


def test_only_declared_statuses_are_tried_again(things, answer):
    api = things(", retry: {statuses: [418], max_attempts: 5, initial_delay_seconds: 0.5}")
    api.script = [answer(b"", 418)] * 4 + [answer(b"", 500)]

    assert "HTTP 500" in api.failure()
    low = [0.5, 1, 2, 4]
    assert all(a <= nap <= a + 1 for a, nap in zip(low, api.time.naps, strict=True))


def test_one_attempt_means_one(things, answer):
    api = things(", retry: {max_attempts: 1}")
    api.script = [answer(b"", 503)]

    assert "HTTP 503" in api.failure() and not api.time.naps


@pytest.mark.parametrize(
    ("after", "low", "high"),
    [
        ("2", 2, 2),
        ("2.5", 2.5, 2.5),
        ("0", 0, 0),
        ("99", 30, 30),
        ("Wed, 01 Jan 2025 00:00:09 GMT", 9, 9),
        ("Wed, 01 Jan 2025 09:00:00 GMT", 30, 30),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 01 Jan 2025 00:00:09 -0000", 1, 2),
        ("-5", 1, 2),
        ("soon", 1, 2),
        ("", 1, 2),
        ("1 second", 1, 2),
        ("1e999", 30, 30),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(things, answer, after, low, high, status):
    api = things()
    api.script = [answer(b"", status, {"Retry-After": after}), page(1), page()]

    assert api.read()["id"].tolist() == [1]
    assert len(api.time.naps) == 1 and low <= api.time.naps[0] <= high


def test_a_server_that_says_nothing_is_a_timeout(things):
    api = things(", retry: {max_attempts: 1}").module and things(", retry: {max_attempts: 2}")
    api.respond = lambda call: lambda handler: time.sleep(0.3)

    class Impatient(requests.Session):
        def get(self, url, **more):
            return super().get(url, **{**more, "timeout": 0.05})

    driver = api.driver(client_factory=lambda connection: Impatient())
    with pytest.raises(RuntimeError, match=r"\(timeout\): ReadTimeout; try again later"):
        driver.run(step_id="s", config=api.config())
    assert len(api.calls) == 2


BODY_ERRORS = """
client:
  auth: {type: bearer, token: "{connection.token}"}
  body_error: {path: "error['code']", auth: [invalid, 7], permission: [scope], validation: [args],
    retry: [busy]}
resources:
  things: {path: things, data_selector: items}
  rows: {path: rows, response: csv}
"""


@pytest.mark.parametrize(
    ("code", "category", "calls"),
    [
        ("invalid", "auth", 1),
        (7, "auth", 1),
        ("scope", "permission", 1),
        ("args", "validation", 1),
        ("busy", "unknown", 3),
        (SECRET, "unknown", 1),
        ([SECRET], "unknown", 1),
    ],
)
def test_an_error_in_the_body_has_its_category(api, code, category, calls):
    api = api(BODY_ERRORS)
    api.connection["token"] = SECRET
    api.respond = lambda call: {"error": {"code": code}, "items": [{"id": 1}]}

    message = api.failure(resource="things")

    assert f"failed ({category}): the API answered" in message and SECRET not in message
    assert len(api.calls) == calls
    ok, details = api.driver().doctor(api.connection)
    assert not ok and details["category"] == category.replace("validation", "unknown")


@pytest.mark.parametrize("code", [None, "", 0, False])
def test_no_error_in_the_body_is_none(api, answer, code):
    api = api(BODY_ERRORS)
    api.connection["token"] = SECRET
    api.script = [{"error": {"code": code}, "items": [{"id": 1}]}, b"id\n1", answer(b"", 204)]

    assert len(api.read(resource="things")) == len(api.read(resource="rows")) == 1
    assert api.driver().doctor(api.connection)[0]


def paced(api, *headers):
    """Read one page for each of `headers`, and return the naps."""
    pages = [page(n) for n in range(len(headers))]
    answers = list(zip(pages, headers, strict=True))
    api.script = [api.answer(body, headers=given) for body, given in answers] + [page()]
    api.read()
    return api.time.naps


@pytest.fixture()
def limited(things, answer):
    def prepared(rate, top=TOP):
        prepared_api = things(f", rate_limit: {rate}" if rate else "", top)
        prepared_api.answer = answer
        return prepared_api

    return prepared


@pytest.mark.parametrize(
    ("used", "nap"),
    [("40/40", 2), ("33/40", 2), ("32/40", 0), ("1/40", 0), ("x/40", 0), ("40", 0), ("", 0)],
)
def test_a_used_up_budget_is_paused_for(limited, used, nap):
    api = limited("{header: X-Used, form: used/limit, threshold: 0.8, delay_seconds: 2}")

    assert sum(paced(api, {"X-Used": used})) == nap


@pytest.mark.parametrize(
    ("rate", "headers", "nap"),
    [
        ("{header: X-Left, form: remaining, delay_seconds: 3}", {"X-Left": "0"}, 3),
        ("{header: X-Left, form: remaining, delay_seconds: 3}", {"X-Left": "1"}, 0),
        ("{header: X-Left, form: remaining, threshold: 5}", {"X-Left": "5"}, 1),
        ("{header: X-Left, form: remaining, reset_header: R}", {"X-Left": "0"}, 1),
        ("{header: X-Left, form: remaining, reset_header: R}", {"X-Left": "0", "R": "soon"}, 1),
        (
            "{header: X-Left, form: remaining, reset_header: R}",
            {"X-Left": "0", "R": "1735689620"},
            20,
        ),
        ("{header: X-Left, form: remaining, reset_header: R}", {"X-Left": "0", "R": "1"}, 0),
        ("{header: X-Left, form: remaining, reset_header: R}", {"X-Left": "0", "R": "9e99"}, 3600),
        (
            "{header: X-Left, form: remaining, reset_header: R, reset_form: seconds}",
            {"X-Left": "0", "R": "7.5"},
            7.5,
        ),
        ("{header: X-Left, form: remaining}", {"X-Left": "none"}, 0),
    ],
)
def test_few_requests_left_are_paused_for(limited, rate, headers, nap):
    assert sum(paced(limited(rate), headers)) == pytest.approx(nap)


@pytest.mark.parametrize(
    ("limit", "nap"),
    [
        ("{requests: 4, period: second}", 0.25),
        ("{requests: 30, period: minute}", 2),
        ("{requests: 720, period: hour}", 5),
        ("{requests: 7, period: hour}", 3600 / 7),
    ],
)
def test_requests_are_paced_by_the_limit(limited, limit, nap):
    api = limited("", f"limits: {{rateLimit: {limit}}}")

    assert paced(api, {}, {}) == pytest.approx([nap, nap])


def test_a_pause_never_shortens_the_pace(limited):
    api = limited("{requests_per_second: 0.1, header: X-Used, form: used/limit, delay_seconds: 1}")

    assert paced(api, {"X-Used": "9/9"}) == pytest.approx([10])


@pytest.mark.parametrize(("given", "nap"), [({"pace": 4}, 0.25), ({}, 0.5), ({"pace": None}, 0.5)])
def test_the_connection_may_say_the_pace(limited, given, nap):
    rate = "{requests_per_second: '{connection.pace}'}"
    api = limited(rate, "limits: {rateLimit: {requests: 2, period: second}}")
    api.connection |= given

    assert paced(api, {}) == pytest.approx([nap])


@pytest.mark.parametrize("given", [{}, {"pace": None}])
def test_without_a_pace_nothing_is_waited_for(limited, given):
    api = limited("{requests_per_second: '{connection.pace}'}")
    api.connection |= given

    assert sum(paced(api, {}, {})) == 0


@pytest.mark.parametrize("wrong", [0, -1, "2", True, [1]])
def test_a_pace_that_is_no_rate_is_refused(limited, wrong):
    api = limited("{requests_per_second: '{connection.pace}'}")
    api.connection["pace"] = wrong

    message = "resolved_connection field 'pace' must be a number above 0"
    assert message in api.failure()
    assert message in api.driver().doctor(api.connection)[1]["message"]


def test_more_rows_than_allowed_are_an_error_and_no_fewer(things):
    api = things(top="limits: {maxRows: 3}")
    api.script = [page(1, 2), page(3), page(), page(1, 2), page(3, 4), page()]

    assert len(api.read()) == 3
    assert "(validation): more than 3 rows, set a filter" in api.failure()


def test_more_bytes_than_allowed_are_an_error(things):
    api = things(top="limits: {maxSizeMB: 1}")
    api.script = [
        {"items": [{"id": 1, "t": "x" * 600_000}]},
        {"items": [{"id": 2, "t": "x" * 600_000}]},
    ]

    assert "more than 1000000 bytes, set a filter" in api.failure()


def test_more_time_than_allowed_is_an_error_before_it_is_waited_for(limited):
    api = limited("{requests_per_second: 0.1}", "limits: {maxDurationSeconds: 25}")
    api.respond = lambda call: page(len(api.calls))

    assert "not done after 25 seconds, set a filter" in api.failure()
    assert len(api.calls) == 3 and api.time.naps == [10, 10]


def test_metrics_count_everything(things, answer):
    api, ctx = things(), Context()
    api.script = [answer(b"12345", 429), answer(b"", 503), page(1, 2), page()]
    original, ticks = api.respond, 0.25

    def respond(call):
        api.time.seconds += ticks
        return original(call)

    api.respond = respond
    api.read(ctx)

    sizes = 5 + sum(len(str(body).replace("'", '"')) for body in (page(1, 2), page()))
    memory = ctx.metrics.pop("memory_mb")
    duration = ctx.metrics.pop("duration_ms")
    assert ctx.metrics == {
        "rows_read": (2, "rows"),
        "api_calls": (4, "calls"),
        "errors": (2, "errors"),
        "rate_limit_hits": (1, "hits"),
        "bytes_processed": (sizes, "bytes"),
    }
    assert 0 < memory[0] < 1 and memory[1] == "MB"
    assert duration == (pytest.approx(1000 * (4 * ticks + sum(api.time.naps))), "ms")


def test_events_have_the_names_of_the_spec(things, caplog):
    api = things(top="loggingPolicy: {eventDefaults: [x.start, x.progress, x.completed, x.failed]}")
    ctx = Context()
    caplog.set_level(logging.INFO)
    api.script = [page(1, 2, 3), page()]

    api.read(ctx, chunk_size=2)
    assert api.failure()

    assert [text.partition(":")[0] for text in ctx.logs] == [
        *("x.start", "x.progress", "x.progress", "x.complete" + "d")
    ]
    assert "x.failed: Step s: reading things failed" in caplog.text


@pytest.mark.parametrize("raises", [TypeError, ValueError])
def test_a_context_that_takes_no_tags_gets_the_step(things, raises):
    api, seen = things(top="{}"), []

    class Remote:
        def log_metric(self, name, value, **more):
            if "tags" in more:
                raise raises
            seen.append((name, value, more))

    api.script = [page(1), page()]
    api.read(Remote())

    assert seen == [("rows_read", 1, {"unit": "rows", "step": "s"})]


def test_two_runs_of_one_driver_do_not_meet(things):
    api = things()
    api.respond = lambda call: (
        page(*range(int(call.query["page"]) * 10, int(call.query["page"]) * 10 + 10))
        if int(call.query["page"]) < 20
        else page()
    )
    driver, frames = api.driver(sleep=lambda seconds: None), []

    def run():
        frames.append(driver.run(step_id="s", config=api.config(chunk_size=7))["df"])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [frame["id"].tolist() for frame in frames] == [list(range(10, 200))] * 4
