"""The standard library's imports of a driver, none too many."""

from typing import Any

from scaffold.plan.quoting import formatted


def imports(plan: dict[str, Any]) -> str:
    """Return the import block, sorted as isort does."""
    constants = "\n".join([*plan["constants"], *plan["constraints"]])
    types, urls = plan["types"], plan["follows_urls"]
    modules = {
        "csv": plan["csv"],
        "hashlib": plan["discover"],
        "io": plan["csv"],
        "json": True,
        "logging": True,
        "random": True,
        "re": "re.compile" in constants or "re.search" in constants,
        "time": True,
    }
    names = {
        "base64": {"b64decode": types["binary"]},
        "collections.abc": {"Callable": True, "Iterator": True, "Mapping": True},
        "contextlib": {"closing": True, "suppress": True},
        "datetime": {
            "UTC": True,
            "date": types["date"] or "date.fromisoformat" in constants,
            "datetime": True,
        },
        "datetime ": {"time as time_of_day": types["time"]},
        "decimal": {"Decimal": "Decimal(" in plan["parsers"] + constants or types["integer"]},
        "email.utils": {"parsedate_to_datetime": True},
        "functools": {"partial": plan["signs"] or plan["auth_query"]},
        "itertools": {"chain": True, "islice": True},
        "threading": {"Thread": plan["doctor"]},
        "types": {"NoneType": True},
        "typing": {"Any": True, "NamedTuple": True},
        "urllib.parse": {
            "quote": plan["fills_paths"],
            "urlencode": plan["auth_query"],
            "urljoin": plan["urljoin"],
            "urlsplit": urls or plan["auth_query"],
        },
    }
    lines = [f"import {module}" for module, used in modules.items() if used]
    for module, members in names.items():
        if chosen := [name for name, used in members.items() if used]:
            lines.append(f"from {module.strip()} import {', '.join(chosen)}")
    return formatted("\n".join(lines))
