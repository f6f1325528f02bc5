"""Credentials: where they go, when they are renewed, and that they show up nowhere else."""

import base64
import logging

import pytest

RESOURCES = """
resources: {things: {path: things, fields: {id: integer}}}
"""
SECRET = "canary é€+&="


def spec(auth, more=""):
    return f"client: {{auth: {auth}{more}}}" + RESOURCES


def test_without_auth_nothing_is_sent(api, tmp_path, monkeypatch):
    api = api(spec("{type: none}"))
    netrc(tmp_path, monkeypatch)
    api.script = [[]]

    api.read()

    assert "Authorization" not in api.calls[0].headers


def netrc(tmp_path, monkeypatch):
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(path))


KINDS = {
    "{type: api_key, in: header, name: X-Key, value: '{connection.key}'}": ("X-Key", "s3"),
    "{type: api_key, in: header, name: Authorization, value: 'Token t={connection.key}'}": (
        "Authorization",
        "Token t=s3",
    ),
    "{type: api_key, in: cookie, name: sid, value: '{connection.key}'}": ("Cookie", "sid=s3"),
    "{type: bearer, token: '{connection.key}'}": ("Authorization", "Bearer s3"),
}


@pytest.mark.parametrize(("auth", "header"), KINDS.items())
def test_a_key_goes_into_its_header_with_every_page_and_the_health_check(
    api, answer, auth, header, tmp_path, monkeypatch
):
    api = api(spec(auth) + "paginator: {type: header_link}")
    netrc(tmp_path, monkeypatch)
    api.connection["key"] = "s3"
    api.script = [answer([], headers={"Link": '<?b>; rel="next"', "Set-Cookie": "a=b"}), [], {}]

    api.read()
    assert api.driver().doctor(api.connection)[0]

    for call in api.calls:
        name, value = header
        assert value in call.headers[name]
        assert name == "Authorization" or "Authorization" not in call.headers


def test_a_key_in_the_query_is_there_once_and_in_no_log(api, answer, caplog):
    key = "{type: api_key, in: query, name: 'api key', value: '{connection.key}'}"
    api = api(
        f"client: {{auth: {key}}}\npaginator: {{type: next_url, path: next}}\n"
        "resources: {things: {path: things, data_selector: items}}"
    )
    api.connection["key"] = SECRET
    caplog.set_level(logging.DEBUG)
    link = "things?c=a%2Fb&d=%FF&api+key=old&e"
    api.script = [{"items": [], "next": link}, {"items": []}, {}]

    api.read()
    assert api.driver().doctor(api.connection)[0]

    assert [call.query["api key"] for call in api.calls] == [SECRET] * 3
    assert api.calls[1].query_text.startswith("c=a%2Fb&d=%FF&e&api+key=canary")
    assert "canary" not in caplog.text


def test_a_secret_in_a_path_or_parameter_is_in_no_log(api, caplog):
    api = api(
        "client: {auth: {type: none}, params: {k: '{connection.token}'}}\n"
        "resources: {things: {path: 'bot{connection.token}/things'}}",
        "x-secret: [/resolved_connection/token]\nconnections: {required_fields: [token]}",
    )
    api.connection["token"] = "canary/1"
    caplog.set_level(logging.DEBUG)
    api.script = [[], {}]

    api.read()
    assert api.driver().doctor(api.connection)[0]

    assert api.calls[0].path == "/v1/botcanary%2F1/things"
    assert [call.query for call in api.calls] == [{"k": "canary/1"}] * 2
    assert "canary" not in caplog.text


def test_basic_auth_is_utf8(api, tmp_path, monkeypatch):
    api = api(
        spec("{type: basic, username: '{connection.user}/token', password: '{connection.pw}'}")
    )
    netrc(tmp_path, monkeypatch)
    api.connection |= {"user": "jörg", "pw": SECRET}
    api.script = [[]]

    api.read()

    sent = base64.b64decode(api.calls[0].headers["Authorization"].removeprefix("Basic "))
    assert sent.decode() == f"jörg/token:{SECRET}"


def test_a_custom_auth_is_a_stub_that_one_function_fills(api):
    api = api(spec("{type: custom}"))
    assert "stub authenticate" in api.failure()

    def authenticate(session, connection):
        session.headers["X-Signed"] = "yes"

    stub, api.module._authenticate = api.module._authenticate, authenticate
    try:
        api.script = [[]]
        api.read()
    finally:
        api.module._authenticate = stub

    assert api.calls[0].headers["X-Signed"] == "yes"


OAUTH = """
client:
  headers: {Content-Type: application/json}
  auth: {type: %s, token_url: "{connection.login}/token", client_id: "{connection.id}",
    client_secret: "{connection.pw}"%s}
paginator: {type: page_number, param: page}
resources: {things: {path: things, fields: {id: integer}}}
"""
BODY = OAUTH % ("oauth2_client_credentials", ", scope: read all, params: {audience: a}")
BASIC = OAUTH % ("oauth2_client_credentials", ", client_auth: basic")
REFRESH = OAUTH % ("oauth2_refresh_token", ", refresh_token: '{connection.refresh}'")
FIELDS = {"id": "me", "pw": SECRET, "refresh": "canary-r0"}


class Login:
    """A token endpoint that gives numbered tokens, and an API that takes only the last."""

    def __init__(self, api, pages=3, **answer):
        self.api, self.pages, self.answer = api, pages, answer
        self.forms, self.tokens, self.page = [], 0, 0
        self.revoke_at, self.status = None, 200
        api.connection |= {**FIELDS, "login": api.url}
        api.respond = self.respond

    def respond(self, call):
        if call.path == "/token":
            self.forms.append(call)
            self.tokens += 1
            return {
                "access_token": f"t{self.tokens}",
                "refresh_token": f"r{self.tokens}",
            } | self.answer
        if self.page == self.revoke_at:
            self.revoke_at, self.tokens = None, self.tokens + 10
        if call.headers["Authorization"] != f"Bearer t{self.tokens}":
            self.tokens -= 10 if self.tokens > 10 else 0
            return self.api.refused
        self.page = int(call.query["page"])
        return [{"id": self.page}] if self.page <= self.pages else []


@pytest.fixture()
def login(api, answer):
    def prepared(text, **more):
        prepared_api = api(text)
        prepared_api.refused = answer(b"canary", 401)
        return Login(prepared_api, **more)

    return prepared


def test_a_token_is_fetched_once_and_used_for_every_page(login):
    login = login(BODY, expires_in=3600, token_type="bearer")

    assert login.api.read()["id"].tolist() == [1, 2, 3]

    assert [call.form for call in login.forms] == [
        {
            "grant_type": "client_credentials",
            "client_id": "me",
            "client_secret": SECRET,
            "scope": "read all",
            "audience": "a",
        }
    ]
    assert login.forms[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in login.forms[0].headers


def test_a_client_may_identify_itself_by_basic_auth(login):
    login = login(BASIC)

    login.api.read()

    assert login.forms[0].form == {"grant_type": "client_credentials"}
    sent = base64.b64decode(login.forms[0].headers["Authorization"].removeprefix("Basic "))
    assert sent.decode() == f"me:{SECRET}"


def test_a_token_is_renewed_shortly_before_it_expires(login):
    login = login(BODY, expires_in="100")
    original = login.respond

    def slow(call):
        login.api.time.seconds += 30
        return original(call)

    login.api.respond = slow

    login.api.read()

    paths = [call.path.rpartition("/")[2] for call in login.api.calls]
    assert paths == ["token", "things", "things", "token", "things", "things"]  # 50 s each


def test_a_refused_token_is_renewed_once(login):
    login = login(REFRESH)
    login.revoke_at = 2

    assert login.api.read()["id"].tolist() == [1, 2, 3]

    assert [call.form["refresh_token"] for call in login.forms] == ["canary-r0", "r1"]


def test_a_token_that_stays_refused_is_an_auth_error(login, answer):
    login = login(BODY)
    login.api.respond = lambda call: (
        {"access_token": "x"} if call.path == "/token" else answer(b"canary", 401)
    )

    message = login.api.failure()
    assert "failed (auth): HTTP 401; check " in message and "canary" not in message
    assert [call.path for call in login.api.calls][:4] == ["/token", "/v1/things"] * 2


@pytest.mark.parametrize(
    ("status", "body", "message", "calls"),
    [
        (400, {"error": "canary"}, "(auth): the token endpoint answered HTTP 400", 1),
        (401, b"canary", "(auth): the token endpoint answered HTTP 401", 1),
        (500, b"canary", "(unknown): HTTP 500", 3),
        (429, b"canary", "(unknown): HTTP 429", 3),
        (302, b"", "(unknown): HTTP 302", 1),
        (200, b"<html>canary", "(validation): the token endpoint's answer has no access_token", 1),
        (200, ["canary"], "(validation): the token endpoint's answer has no access_token", 1),
        (200, {}, "(validation): the token endpoint's answer has no access_token", 1),
        (200, {"access_token": None}, "(validation): the token endpoint's answer has no", 1),
        (200, {"access_token": "x", "expires_in": "canary"}, "(validation): the token endpoint", 1),
    ],
)
@pytest.mark.parametrize("text", [BODY, REFRESH])
def test_a_token_endpoint_that_fails_is_told_by_its_status(
    login, answer, text, status, body, message, calls
):
    login = login(text)
    login.api.respond = lambda call: answer(body, status, {"Location": "/v1/token"})

    failure = login.api.failure()

    assert message in failure and "canary" not in failure
    assert [call.path for call in login.api.calls] == ["/token"] * calls


def test_token_requests_are_counted(api):
    api = api(BODY, "loggingPolicy: {metricsToCapture: [api_calls]}")
    seen = {}

    class Context:
        def log_metric(self, name, value, **more):
            seen[name] = value

    Login(api).api.read(ctx=Context())

    assert seen == {"rows_read": 3, "api_calls": 5}


def test_the_health_check_fetches_a_token_too(login, answer):
    login = login(BODY)
    login.api.respond = lambda call: {"access_token": "x"} if call.path == "/token" else {}

    assert login.api.driver().doctor(login.api.connection)[0]
    assert [call.path for call in login.api.calls] == ["/token", "/v1/me"]

    login.api.respond = lambda call: answer(b"", 401)
    assert login.api.driver().doctor(login.api.connection)[1]["category"] == "auth"


@pytest.mark.parametrize("text", [BODY, REFRESH, spec("{type: bearer, token: '{connection.pw}'}")])
def test_credentials_that_are_missing_are_named(api, text):
    api = api(text)

    assert "resolved_connection field 'pw' is required" in api.failure()
    assert "'pw' is required" in api.driver().doctor({"base_url": api.url})[1]["message"]
