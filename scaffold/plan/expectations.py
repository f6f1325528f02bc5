"""What the fake API of a suite has to see and to send, worked out from the spec alone."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from scaffold.plan import client, resources, samples
from scaffold.plan.quoting import literal
from scaffold.spec import paths
from scaffold.spec.model import (
    ApiKeyAuth,
    BasicAuth,
    BearerAuth,
    ComponentSpec,
    Cursor,
    HeaderCursor,
    HeaderLink,
    Keyset,
    NextUrl,
    OAuth2Auth,
    Offset,
    PageNumber,
    Resource,
)
from scaffold.spec.placeholders import Placeholder, parse, references

Values = dict[str, Any]
EACH = "[*]"


def text(template: str, sources: dict[str, Values]) -> str | None:
    """Return `template` with its placeholders filled, but for those of other sources."""
    parts = []
    for part in parse(template):
        if isinstance(part, str):
            parts.append(part)
        elif part.root not in sources:
            parts.append(f"{{{part.root}.{part.field}}}")
        elif (value := sources[part.root].get(part.field)) is None:
            return None
        else:
            parts.append(str(value))
    return "".join(parts)


def value(template: Any, sources: dict[str, Values]) -> Any:
    """Return `template`, any JSON, filled; a lone placeholder keeps its type."""
    if isinstance(template, dict):
        filled = {n: value(v, sources) for n, v in template.items()}
        return {n: v for n, v in filled.items() if v is not None}
    if isinstance(template, list):
        return [v for v in (value(item, sources) for item in template) if v is not None]
    if not isinstance(template, str):
        return template
    parts = parse(template)
    if len(parts) == 1 and isinstance(parts[0], Placeholder) and parts[0].root in sources:
        return sources[parts[0].root].get(parts[0].field)
    return text(template, sources)


def first_request(spec: ComponentSpec, resource: Resource, given: Values) -> tuple[Values, Any]:
    """Return query (as a URL has it) and body of the first request for `resource`."""
    settings = samples.with_defaults(spec, given)
    sources = {"config": settings, "connection": with_defaults(spec)}
    query = {n: value(v, sources) for n, v in resources.query(spec, resource).items()}
    if resource.incremental:
        start = settings.get(resource.incremental.config)
        query[resource.incremental.param] = converted(start, resource.incremental.format)
    body = value(resources.body(resource), sources)
    if (size := resource.paginator.page_size) and size.place in ("query", "body"):
        asked = settings.get(size.config) or size.default
        holder = query if size.place == "query" else body
        holder[size.param] = min(asked, size.max or asked)
    return {n: query_text(v) for n, v in query.items() if v is not None}, body


def converted(start: Any, form: str) -> Any:
    """Return the start of an incremental read as the API takes it."""
    if start is None or form == "iso8601":
        return start
    moment = datetime.fromisoformat(str(start))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = moment.timestamp()
    return {
        "date": moment.date().isoformat(),
        "epoch_seconds": int(seconds),
        "epoch_milliseconds": int(seconds * 1000),
    }[form]


def query_text(given: Any) -> str:
    """Return a value as a query holds it."""
    if isinstance(given, bool):
        return str(given).lower()
    return ",".join(map(query_text, given)) if isinstance(given, list) else str(given)


def with_defaults(spec: ComponentSpec) -> Values:
    """Return the tests' connection as the driver sees it."""
    return client.connection_defaults(spec) | samples.connection(spec)


def base_path(spec: ComponentSpec) -> str:
    """Return the path of `base_url`."""
    path = client.split_base_url(spec.client.base_url or "")[1]
    return text(path, {"connection": with_defaults(spec)}) or ""


def root(spec: ComponentSpec) -> str | None:
    """Return `base_url` filled; None where the connection has to say it."""
    host = client.split_base_url(spec.client.base_url or "")[0]
    if any(ref.field == "base_url" for ref in references(host)):
        return None
    return text(spec.client.base_url or "", {"connection": with_defaults(spec)})


def steps(path: str | None) -> list[str | int]:
    """Return the steps of a path, EACH for `[*]`."""
    parsed = paths.parse(path or "$")
    return [EACH if kind == "each" or key is None else key for kind, key in parsed]


def paging(resource: Resource) -> Values:
    """Return the parameters of the fake API's paging for `resource`."""
    paginator = resource.paginator
    size = paginator.page_size
    places = {"query": "query", "body": "body", "header": "headers"}  # attributes of a Call
    sized = {"size": size.param, "size_place": places[size.place]} if size else {}
    match paginator:
        case PageNumber() | Offset():
            is_page = isinstance(paginator, PageNumber)
            found = {"type": "counted", "pages": is_page, "start": paginator.start}
            for key in ("total_pages", "total", "has_more"):
                if path := getattr(paginator, key, None):
                    found[key] = steps(path)
            found |= {"param": paginator.param, "place": paginator.place, "stop": paginator.stop}
        case Cursor():
            found = {"type": "cursor", "cursor": steps(paginator.cursor)}
            found |= {"param": paginator.param, "place": paginator.place}
            found |= {"has_more": steps(paginator.has_more)} if paginator.has_more else {}
        case HeaderCursor():
            found = {"type": "header_cursor", "header": paginator.header}
            found |= {"param": paginator.param, "place": paginator.place}
        case NextUrl():
            found = {"type": "next_url", "path": steps(paginator.path)}
        case HeaderLink():
            found = {"type": "header_link"}
        case Keyset():
            found = {"type": "keyset", "field": paginator.field, "stop": paginator.stop}
            found |= {"param": paginator.param, "place": paginator.place}
            found |= {"has_more": steps(paginator.has_more)} if paginator.has_more else {}
        case _:
            found = {"type": "single_page"}
    return found | sized


def credentials(spec: ComponentSpec) -> Values:
    """Return what the fake API asks for: AUTH_HEADER, AUTH_QUERY or a token endpoint."""
    sources = {"connection": with_defaults(spec)}
    match spec.client.auth:
        case ApiKeyAuth("query", name, template):
            return {"AUTH_QUERY": (name, text(template, sources))}
        case ApiKeyAuth("cookie", name, template):
            return {"AUTH_HEADER": ("Cookie", f"{name}={text(template, sources)}")}
        case ApiKeyAuth(_, name, template):
            return {"AUTH_HEADER": (name, text(template, sources))}
        case BearerAuth(token):
            return {"AUTH_HEADER": ("Authorization", f"Bearer {text(token, sources)}")}
        case BasicAuth(username, password):
            return {"AUTH_HEADER": ("Authorization", basic(username, password, sources))}
        case OAuth2Auth() as auth:
            return _token(auth, sources)
    return {}


def basic(username: str, password: str, sources: dict[str, Values]) -> str:
    """Return the value of the header for HTTP basic authentication (RFC 7617)."""
    pair = f"{text(username, sources)}:{text(password, sources)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _token(auth: OAuth2Auth, sources: dict[str, Values]) -> Values:
    grant = "refresh_token" if auth.refresh_token else "client_credentials"
    fields: dict[str, str | None] = {"grant_type": grant, "refresh_token": auth.refresh_token}
    header = None
    if auth.client_auth == "basic":
        header = basic(auth.client_id, auth.client_secret or "", sources)
    else:
        fields |= {"client_id": auth.client_id, "client_secret": auth.client_secret}
    fields |= {"scope": auth.scope, **auth.params}
    url = text(auth.token_url, sources) or ""
    return {
        "TOKEN_PATH": "/" + url.partition("://")[2].partition("/")[2].partition("?")[0],
        "TOKEN_FORM": {n: text(str(v), sources) for n, v in fields.items() if v is not None},
        "TOKEN_AUTHORIZATION": header,
    }


def budgets(spec: ComponentSpec, now: float) -> list[tuple[dict[str, str], float]]:
    """Return pairs: headers of an answer, the seconds that the next request has to wait."""
    rate = spec.client.rate_limit.header
    if not rate:
        return []
    name = rate.header
    if rate.form == "used/limit":
        busy = int(rate.threshold * 100)
        texts = {f"{busy}/100": 0.0, f"{busy + 1}/100": rate.delay, "x/40": 0.0, "40/x": 0.0}
        return [({name: shown}, pause) for shown, pause in texts.items()]
    few = int(rate.threshold)
    found: list[tuple[dict[str, str], float]] = [
        ({name: str(few + 1)}, 0.0),
        ({name: str(few)}, rate.delay),
        ({name: "few"}, 0.0),
    ]
    if rate.reset_header:
        since = now if rate.reset_form == "epoch_seconds" else 0.0
        for shown, pause in ((str(int(since + 7)), 7.0), (str(int(since) + 99999), 3600.0)):
            found.append(({name: str(few), rate.reset_header: shown}, pause))
        found.append(({name: str(few), rate.reset_header: "soon"}, rate.delay))
        found.append(({name: str(few), rate.reset_header: str(int(since) - 9)}, 0.0))
    return found


def code(given: Any) -> str:
    """Return plain data as Python."""
    return literal(json.loads(json.dumps(given)))
