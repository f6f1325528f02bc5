"""Checks of what is sent: URLs, paths, headers, retries."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from scaffold.errors import Finding, Severity, pointer
from scaffold.spec import facts, placeholders
from scaffold.spec.document import Document, Json

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, section 5.6.2
HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
HOPELESS = (400, 401, 403, 404, 422)
CREDENTIAL_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key")


def _filled(text: str) -> str:
    """Return a URL with something in place of its placeholders; a leading one may be an origin."""
    parts = placeholders.parse(text)
    filled = "".join(part if isinstance(part, str) else "1" for part in parts)
    if parts and not isinstance(parts[0], str):
        rest = filled[1:]
        return "https" + rest if rest.startswith("://") else "https://1" + rest
    return filled


def base_url(document: Document) -> Iterator[Finding]:
    """`base_url` and `token_url` are absolute URLs without anything that a path cannot follow."""
    client = facts.mapping(facts.get(document.data, "x-driver", "client"))
    urls = [("base_url", client.get("base_url"))]
    urls.append(("auth/token_url", facts.get(client, "auth", "token_url")))
    for key, url in urls:
        if isinstance(url, str) and (problem := _url_problem(_filled(url))):
            label = key.rpartition("/")[2]
            message = f"{label} {problem}"
            hint = "write e.g. https://api.example.com/v1 or https://{connection.host}/v1"
            yield document.finding("SPEC-032", f"/x-driver/client/{key}", message, hint)


def _url_problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.port is None or parts.port > 0
    except ValueError:
        return "is no URL"
    if not url.isascii() or re.search(r"[\s\\]", url):
        return "has a space, a backslash or a character beyond ASCII"
    if parts.scheme not in ("http", "https"):
        return "must begin with https:// or http://"
    if not parts.hostname or not valid:
        return "has no host"
    if "@" in parts.netloc:
        return "holds a user or password; those belong into the connection"
    if "?" in url or "#" in url:
        return "has a query or a fragment; parameters belong into 'params'"
    return ""


def paths(document: Document) -> Iterator[Finding]:
    """Paths stay on the origin of `base_url`."""
    found: list[tuple[str, Json]] = []
    found.append(("/x-driver/doctor/path", facts.get(document.data, "x-driver", "doctor", "path")))
    for name, resource in facts.resources(document.data).items():
        found.append((pointer("x-driver", "resources", name, "path"), resource.get("path")))
    for at, path in found:
        if isinstance(path, str) and (problem := _path_problem(path)):
            yield document.finding("SPEC-033", at, f"the path {problem[0]}", problem[1])


def _path_problem(path: str) -> tuple[str, str] | None:
    parts = placeholders.parse(path)
    text = "".join(part if isinstance(part, str) else "1" for part in parts)
    if (SCHEME.match(text.partition("/")[0]) and "//" in text) or text.startswith("//"):
        return "leaves the origin of base_url", "write only what follows base_url"
    if re.search(r"[\s\\]", text) or not text.isascii():
        return "has a space, a backslash or a character beyond ASCII", "percent-encode it"
    if "?" in text or "#" in text:
        return "has a query or a fragment", "put parameters under 'params'"
    if {".", ".."} & set(text.replace("%2e", ".").replace("%2E", ".").split("/")):
        return "has '.' or '..' as a segment", "write the path in full"
    return None


def header_names(document: Document) -> Iterator[Finding]:
    """Header (and cookie) names are tokens."""
    data, client = document.data, facts.get(document.data, "x-driver", "client")
    found: list[tuple[str, Json]]
    found = [(pointer("x-driver", "client", "headers", n), n) for n in _headers(data)]
    auth = facts.mapping(facts.get(client, "auth"))
    if auth.get("in") in ("header", "cookie"):
        found.append(("/x-driver/client/auth/name", auth.get("name")))
    for key in ("header", "reset_header"):
        at = f"/x-driver/client/rate_limit/{key}"
        found.append((at, facts.get(client, "rate_limit", key)))
    for keys, paginator in facts.paginators(data).items():
        found.append((pointer(*keys, "header"), paginator.get("header")))
        for place in ((), ("page_size",)):
            holder = facts.mapping(facts.get(paginator, *place))
            if holder.get("in") == "header":
                found.append((pointer(*keys, *place, "param"), holder.get("param")))
    for at, name in found:
        if isinstance(name, str) and not TOKEN.fullmatch(name):
            message = f"{name!a} is no header name"
            hint = "use letters, digits and '-', e.g. X-Api-Key"
            yield document.finding("SPEC-038", at, message, hint)


def _headers(data: dict[str, Json]) -> dict[str, Json]:
    return facts.mapping(facts.get(data, "x-driver", "client", "headers"))


def header_values(document: Document) -> Iterator[Finding]:
    """Header values are one line of ASCII, and no credential stands in them."""
    auth = facts.mapping(facts.get(document.data, "x-driver", "client", "auth"))
    values = dict(_headers(document.data))
    at = pointer("x-driver", "client", "headers")
    found = [(at + pointer(name), name, value) for name, value in values.items()]
    if auth.get("type") == "api_key" and auth.get("in") in ("header", "cookie"):
        found.append(("/x-driver/client/auth/value", "", auth.get("value")))
    for where, name, value in found:
        if not isinstance(value, str):
            continue
        if not HEADER_VALUE.fullmatch(value) or value != value.strip():
            message = "a header value is one line of ASCII without spaces around it"
            yield document.finding(
                "SPEC-038", where, message, "a 'key: |' block ends in a line break"
            )
        if name.lower() in CREDENTIAL_HEADERS and not list(placeholders.references(value)):
            message = f"the header {name} carries a credential that is not the connection's"
            hint = "say it by 'auth', with a {connection.x}"
            yield document.finding("SPEC-043", where, message, hint)


def retry(document: Document) -> Iterator[Finding]:
    """Delays grow, and only what can heal is tried again."""
    stated = facts.mapping(facts.get(document.data, "x-driver", "client", "retry"))
    at = "/x-driver/client/retry"
    first, most = stated.get("initial_delay_seconds", 1), stated.get("max_delay_seconds", 30)
    if first > most:
        message = f"initial_delay_seconds ({first}) is more than max_delay_seconds ({most})"
        yield document.finding("SPEC-039", at, message, "lower the first or raise the second")
    for index, status in enumerate(facts.items(stated.get("statuses"))):
        where = f"{at}/statuses/{index}"
        if not 400 <= status <= 599:
            message, hint = f"{status} is no error status", "statuses are 400 to 599"
            yield document.finding("SPEC-039", where, message, hint)
        elif status in HOPELESS:
            message = f"status {status} does not heal by asking again"
            yield document.finding("SPEC-039", where, message, "take it out")


def cleartext(document: Document) -> Iterator[Finding]:
    """Credentials do not travel over plain http."""
    client = facts.mapping(facts.get(document.data, "x-driver", "client"))
    url = client.get("base_url")
    local = ("http://localhost", "http://127.0.0.1", "http://[::1]")
    sends = facts.get(client, "auth", "type") not in (None, "none")
    if isinstance(url, str) and url.startswith("http://") and sends and not url.startswith(local):
        message = "credentials would be sent over plain http"
        at = "/x-driver/client/base_url"
        yield document.finding("SPEC-032", at, message, "write https://", severity=Severity.WARNING)


CHECKS = (base_url, paths, header_names, header_values, retry, cleartext)
