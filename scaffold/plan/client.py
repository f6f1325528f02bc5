"""How a driver makes its requests: root, credentials, pace, retries, health check."""

from typing import Any

from scaffold.plan import quoting
from scaffold.plan.selectors import dig
from scaffold.spec.model import (
    ApiKeyAuth,
    BasicAuth,
    BearerAuth,
    ComponentSpec,
    CustomAuth,
    Json,
    OAuth2Auth,
)
from scaffold.spec.placeholders import fields as referred
from scaffold.spec.placeholders import references

Plan = dict[str, Any]
LONGEST_SHOWN = 40  # characters of a path in a docstring, so that it needs no second line
CONNECTION = {"connection": "connection"}


def client_plan(spec: ComponentSpec) -> Plan:
    """Return the parts of the plan that `client` and `doctor` decide."""
    return {**_root(spec), **_auth(spec), **_headers(spec), **_pace(spec), **_retry(spec)}


def split_base_url(base_url: str) -> tuple[str, str]:
    """Return scheme and host, which a connection's `base_url` replaces, and the path."""
    scheme, separator, rest = base_url.partition("://")
    if not separator:  # a placeholder holds the scheme
        scheme, rest = "", base_url
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host}", f"{slash}{path}".rstrip("/")


def connection_defaults(spec: ComponentSpec) -> dict[str, Json]:
    """Return the connection's defaults: its own, else those of the config field of that name."""
    connection = {f.name for f in spec.connection}
    of_config = {f.name: f.schema.get("default") for f in spec.config if f.name in connection}
    own = {f.name: f.default for f in spec.connection}
    return {n: v for n, v in (of_config | own).items() if v is not None} | {
        n: v for n, v in of_config.items() if v is not None and own[n] is None
    }


def _root(spec: ComponentSpec) -> Plan:
    if spec.client.base_url is None:
        return {"root_stub": True}
    host, path = split_base_url(spec.client.base_url)
    base = quoting.expression(host, CONNECTION)
    code = f'base = str(connection.get("base_url") or {base})'
    if host == "{connection.base_url}":
        code = 'base = str(connection["base_url"])'
    root = f"{quoting.expression(path, CONNECTION)}" if path else ""
    suffix = quoting.block(
        f'return base.rstrip("/") + {root}' if root else 'return base.rstrip("/")', 4
    )
    return {"root_stub": False, "base": quoting.block(code, 4), "root": suffix}


def _auth(spec: ComponentSpec) -> Plan:
    plan: Plan = {
        "auth": "",
        "auth_stub": False,
        "auth_query": "",
        "oauth": {"on": False, "rotating": False},
        "signs": False,
        "basic": False,
    }
    match spec.client.auth:
        case ApiKeyAuth("query", name, value):
            signed = (
                f"session.auth = partial(_with_key, value={quoting.expression(value, CONNECTION)})"
            )
            plan |= {"auth_query": quoting.block(signed, 4), "key_param": name}
        case ApiKeyAuth("cookie", name, value):
            code = f"session.cookies.set({name!r}, {quoting.expression(value, CONNECTION)})"
            plan["auth"] = quoting.block(code, 4)
        case ApiKeyAuth(_, name, value):
            plan |= _header(name, quoting.expression(value, CONNECTION))
        case BearerAuth(token):
            plan |= _header("Authorization", quoting.expression(f"Bearer {token}", CONNECTION))
        case BasicAuth(username, password):
            code = f"session.auth = {_basic(username, password)}"
            plan |= {"auth": quoting.block(code, 4), "basic": True}
        case OAuth2Auth() as auth:
            plan |= {"oauth": _oauth(auth, spec), "basic": auth.client_auth == "basic"}
        case CustomAuth():
            plan["auth_stub"] = True
    authorizes = plan["auth_query"] or plan["oauth"]["on"] or "session.auth" in plan["auth"]
    return {**plan, "plain_auth": not authorizes, "secret_urls": _secret_urls(spec)}


def _secret_urls(spec: ComponentSpec) -> bool:
    """Tell whether a URL, which urllib3 logs, holds what may appear nowhere."""
    auth, doctor = spec.client.auth, spec.doctor
    texts: list[Json] = [spec.client.base_url, spec.client.params, doctor and doctor.path]
    texts += [text for r in spec.resources for text in (r.path, r.params)]
    texts += [auth.value] if isinstance(auth, ApiKeyAuth) and auth.place == "query" else []
    texts += [auth.token_url] if isinstance(auth, OAuth2Auth) else []
    return bool(
        {f.name for f in spec.connection if f.sensitive} & set(referred(texts, "connection"))
    )


def _header(name: str, value: str) -> Plan:
    """Return how a header is set; `Authorization` so that a .netrc file does not replace it."""
    if name.lower() != "authorization":
        return {"auth": quoting.block(f"session.headers[{name!r}] = {value}", 4)}
    return {
        "auth": quoting.block(f"session.auth = partial(_sign, value={value})", 4),
        "signs": True,
    }


def _oauth(auth: OAuth2Auth, spec: ComponentSpec) -> Plan:
    grant = "refresh_token" if auth.refresh_token else "client_credentials"
    form = {"grant_type": repr(grant)}
    if auth.refresh_token:
        form["refresh_token"] = "self._refresh_token"
    sender = "lambda request: request"
    identity, secret = (
        quoting.expression(t or "", CONNECTION) for t in (auth.client_id, auth.client_secret)
    )
    if auth.client_auth == "basic":
        sender = _basic(auth.client_id, auth.client_secret or "")
    else:
        form["client_id"] = identity
        if auth.client_secret is not None:
            form["client_secret"] = secret
    if auth.scope:
        form["scope"] = quoting.expression(auth.scope, CONNECTION)
    form |= {n: quoting.expression(str(v), CONNECTION) for n, v in auth.params.items()}
    members = ", ".join(f"{name!r}: {value}" for name, value in form.items())
    token = quoting.expression(auth.refresh_token or "", CONNECTION)
    own = {"accept", "content-type"} & {name.lower() for name in spec.client.headers}
    form_type = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    url, headers = quoting.expression(auth.token_url, CONNECTION), f"headers={form_type}, " * bool(
        own
    )
    call = (
        f"response = self._client.post({url}, data=form, {headers}auth={sender},"
        " timeout=timeout, allow_redirects=False)"
    )
    return {
        "on": True,
        "form": quoting.block(f"form = {{{members}}}", 8),
        "call": quoting.block(call, 8),
        "rotating": bool(auth.refresh_token),
        "first_refresh_token": quoting.block(f"self._refresh_token = {token}", 8),
    }


def _basic(username: str, password: str) -> str:
    """Return HTTP basic authentication in UTF-8; requests itself would take Latin-1."""
    texts = (
        (
            f"{quoting.expression(text, CONNECTION)}.encode()"
            if list(references(text))
            else repr(text.encode())
        )
        for text in (username, password)
    )
    return f"HTTPBasicAuth({', '.join(texts)})"


def session_headers(spec: ComponentSpec) -> dict[str, str]:
    """Return the headers of every request; those that config fills are a request's own."""
    return {n: v for n, v in spec.client.headers.items() if not referred(v, "config")}


def fills_headers(spec: ComponentSpec) -> bool:
    """Tell whether a header of every request has a placeholder."""
    return any(list(references(value)) for value in session_headers(spec).values())


def _headers(spec: ComponentSpec) -> Plan:
    if not (headers := session_headers(spec)):
        return {"headers": ""}
    values: str = repr(headers)
    if fills_headers(spec):
        values = f"_texts(_filled({values}, {{'connection': connection}}))"
    return {"headers": quoting.block(f"session.headers.update({values})", 4)}


def _pace(spec: ComponentSpec) -> Plan:
    rate, header = spec.client.rate_limit, spec.client.rate_limit.header
    interval = "1 / RATE" if rate.per_second else ""
    problem: Plan = {}
    if field := rate.connection_field:
        default = "RATE" if rate.per_second else "None"
        interval = f"1 / connection.get({field!r}, RATE)"
        if not rate.per_second:
            interval = f"1 / connection[{field!r}] if connection.get({field!r}) else 0.0"
        text = f"resolved_connection field {field!r} must be a number above 0"
        get = f"rate = connection.get({field!r}, {'RATE' if default == 'RATE' else '1'})"
        problem = {
            "read": quoting.block(get, 4),
            "problem": quoting.block(f"yield {text!r}", 8),
        }
    form = header.form if header else ""
    pause = "self._until_reset(response)" if header and header.reset_header else "BUSY_PAUSE"
    return {
        "interval": quoting.block(f"self._interval = {interval}", 8) if interval else "",
        "paced": bool(interval or header),
        "rate_field": problem,
        "used_limit": form == "used/limit",
        "remaining": form == "remaining",
        "resets": bool(header and header.reset_header),
        "reset_epoch": bool(header and header.reset_form == "epoch_seconds"),
        "pause": quoting.block(f"self._due = max(self._due, self._clock() + {pause})", 12),
    }


def _retry(spec: ComponentSpec) -> Plan:
    retry, error = spec.client.retry, spec.client.body_error
    first = retry.initial_delay
    backoff = "2 ** (attempt - 1)" if first == 1 else f"{_number(first)} * 2 ** (attempt - 1)"
    return {
        "backoff": backoff,
        "transient_status": (
            "error.response.status_code in RETRY_STATUSES"
            if retry.declared
            else "error.response.status_code == 429 or error.response.status_code >= 500"
        ),
        "body_error": {"code": quoting.block(f"code = {dig(error.path)}", 4)} if error else {},
    }


def _number(value: float) -> str:
    return repr(int(value) if float(value).is_integer() else value)


def doctor_params(spec: ComponentSpec) -> dict[str, Json]:
    """Return the query parameters of the health check: every request's, but for config's."""
    if spec.doctor is None or spec.doctor.path is None:
        return {}
    return {n: v for n, v in spec.client.params.items() if not referred(v, "config")}


def doctor(spec: ComponentSpec, *, query_texts: bool = False) -> Plan:
    """Return how the health check asks."""
    assert spec.doctor is not None
    if spec.doctor.path is None:
        return {"stub": True, "asks": "as the spec's reader knows", "request": ""}
    path, params = spec.doctor.path.lstrip("/"), doctor_params(spec)
    url = f"api.root + {'/' + path!r}"
    if list(references(path)):
        url = f"api.root + '/' + _path({path!r}, {{'connection': given}})"
    elif path.isascii() and path.isprintable() and '"' not in path:
        url = 'f"{api.root}/' + quoting._inside(path) + '"'
    query = repr(params)
    if any(list(references(value)) for value in params.values()):
        query = f"_filled({query}, {{'connection': given}})"
    if query_texts and params:
        query = f"_query({query})"
    body = ", {}" * (spec.doctor.method == "POST")
    return {
        "stub": False,
        "asks": (
            f"{spec.doctor.method} {quoting.docstring(path)}"
            if len(path) <= LONGEST_SHOWN
            else "as the spec says"
        ),
        "request": quoting.block(f"request = _Request({url}, {query}{body})", 16),
    }
