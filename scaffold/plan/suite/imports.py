"""The standard library's imports of a suite: what its tests use, and no more."""

from scaffold.plan import quoting
from scaffold.plan.suite.facts import Facts


def imports(facts: Facts) -> str:
    """Return the import statements, sorted as isort does."""
    return block(_modules(facts), _members(facts))


def _modules(facts: Facts) -> dict[str, bool]:
    csv = any(case["response"] == "csv" for case in facts.cases.values())
    return {
        "copy": True,
        "csv": csv,
        "hashlib": facts.spec.capabilities["discover"],
        "inspect": any(facts.stubs.values()),
        "io": csv,
        "json": True,
        "logging": facts.secret_urls,
        "re": True,
        "socket": True,
        "struct": True,
        "threading": True,
        "time": facts.spec.doctor is not None,
        "traceback": True,
    }


def _members(facts: Facts) -> dict[str, dict[str, bool]]:
    kinds, types = facts.used_kinds, {c["paging"]["type"] for c in facts.cases.values()}
    links = bool(types & {"header_link", "next_url"})
    return {
        "base64": {"b64decode": facts.stubs["authenticate"], "b64encode": "binary" in kinds},
        "collections.abc": {"Mapping": True},
        "contextlib": {"nullcontext": links, "suppress": facts.stubs["authenticate"]},
        "datetime": {
            "UTC": True,
            "date": "date" in kinds,
            "datetime": True,
            "timedelta": True,
            "timezone": facts.spec.capabilities["discover"],
        },
        "datetime ": {"time as time_of_day": "time" in kinds},
        "decimal": {"Decimal": "decimal" in kinds},
        "email.utils": {"format_datetime": True},
        "http.server": {"BaseHTTPRequestHandler": True, "ThreadingHTTPServer": True},
        "itertools": {"count": True, "cycle": True, "pairwise": True},
        "types": {"MappingProxyType": True, "SimpleNamespace": True},
        "typing": {"Any": True, "NamedTuple": True},
        "urllib.parse": {
            "parse_qsl": True,
            "quote": True,
            "unquote": True,
            "urlencode": links,
            "urlsplit": True,
        },
    }


def stub_imports(facts: Facts) -> str:
    """Return those of a suite for an API that nobody knows yet."""
    found, discover = facts.stubs, facts.spec.capabilities["discover"]
    modules = {
        "hashlib": discover,
        "inspect": True,
        "json": discover,
        "re": True,
        "threading": True,
        "traceback": True,
    }
    members = {
        "base64": {"b64decode": found["authenticate"]},
        "contextlib": {"suppress": found["authenticate"]},
        "datetime": {
            "UTC": True,
            "date": "date" in facts.kinds,
            "datetime": True,
            "timedelta": discover,
            "timezone": discover,
        },
        "datetime ": {"time as time_of_day": "time" in facts.kinds},
        "decimal": {"Decimal": "decimal" in facts.kinds},
        "http.server": {"BaseHTTPRequestHandler": True, "ThreadingHTTPServer": True},
        "typing": {"Any": True, "NamedTuple": True},
        "urllib.parse": {
            "unquote": found["authenticate"] or found["first"],
            "urlsplit": found["root"],
        },
    }
    return block(modules, members)


def block(modules: dict[str, bool], members: dict[str, dict[str, bool]]) -> str:
    """Return the imports of those marked True."""
    lines = [f"import {module}" for module, used in modules.items() if used]
    for module, names in members.items():
        if chosen := [name for name, used in names.items() if used]:
            lines.append(f"from {module.strip()} import {', '.join(chosen)}")
    return quoting.formatted("\n".join(lines))
