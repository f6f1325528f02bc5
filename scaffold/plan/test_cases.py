"""The cases of a generated test-suite: data of the fake API, wrong values, expected requests."""

from typing import Any

from scaffold.plan import config, constants, expectations, quoting, resources, samples
from scaffold.plan.quoting import assignment, statement
from scaffold.spec.model import ComponentSpec, Field, Keyset, Resource
from scaffold.spec.placeholders import Placeholder, parse, references

Plan = dict[str, Any]
NOW = 1767225600  # 2026-01-01T00:00:00Z
LEAST_PAGE = 2
VALUES = {  # type -> what the API sends for the n-th record, what a frame holds
    "array": ("lambda n: [n]", 'lambda n: f"[{n}]"'),
    "binary": ("lambda n: b64encode(bytes([n])).decode()", "lambda n: bytes([n])"),
    "boolean": ("lambda n: n % 2 == 0", "lambda n: n % 2 == 0"),
    "date": ('lambda n: f"2025-01-{n % 28 + 1:02}"', "lambda n: date(2025, 1, n % 28 + 1)"),
    "datetime": (
        'lambda n: f"2025-01-31T12:{n % 60:02}:00+01:00"',
        'lambda n: pd.Timestamp(2025, 1, 31, 11, n % 60, tz="UTC")',
    ),
    "decimal": ('lambda n: f"{n}.50"', 'lambda n: Decimal(f"{n}.50")'),
    "epoch_milliseconds": (
        "lambda n: 1738326600000 + n",
        'lambda n: pd.Timestamp(1738326600000 + n, unit="ms", tz="UTC")',
    ),
    "epoch_seconds": (
        "lambda n: 1738326600 + n",
        'lambda n: pd.Timestamp(1738326600 + n, unit="s", tz="UTC")',
    ),
    "integer": ("lambda n: n", "lambda n: n"),
    "number": ("lambda n: n + 0.5", "lambda n: n + 0.5"),
    "object": ('lambda n: {"n": n}', 'lambda n: json.dumps({"n": n})'),
    "string": ('lambda n: f"text {n}"', 'lambda n: f"text {n}"'),
    "time": ('lambda n: f"12:{n % 60:02}:00"', "lambda n: time_of_day(12, n % 60)"),
}
SAMPLES = {  # type -> what a dry run's row holds
    "array": "'[\"sample\"]'",
    "binary": 'b"sample"',
    "boolean": "True",
    "date": "date(2025, 1, 31)",
    "datetime": 'pd.Timestamp(2025, 1, 31, 12, 30, tz="UTC")',
    "decimal": 'Decimal("1.50")',
    "epoch_milliseconds": 'pd.Timestamp(2025, 1, 31, 12, 30, tz="UTC")',
    "epoch_seconds": 'pd.Timestamp(2025, 1, 31, 12, 30, tz="UTC")',
    "integer": "1",
    "number": "1.5",
    "object": "'{\"sample\": 1}'",
    "string": '"sample"',
    "time": "time_of_day(12, 30)",
}
DTYPES = {
    **dict.fromkeys(("binary", "date", "decimal", "time"), "object"),
    **dict.fromkeys(("datetime", "epoch_seconds", "epoch_milliseconds"), "datetime64[ns, UTC]"),
    **dict.fromkeys(("array", "object", "string"), "string"),
    **{"boolean": "boolean", "integer": "Int64", "number": "Float64"},
}
MEASURES = {
    "bytes_processed": "sum(map(len, api.sent))",
    "duration_ms": "(api.clock.time - 1000) * 1000",
    "errors": "tries",
    "rate_limit_hits": "min(tries, 1)",
}
FOLLOWS = {
    "counted": "counts pages",
    "cursor": "hands out cursors",
    "header_cursor": "hands out cursors in a header",
    "header_link": "links to the next page",
    "keyset": "continues after a record",
    "next_url": "names the next page's URL",
    "single_page": "answers in one page",
}


ERRORS = """[
    (PermissionError("canary"), "permission"),
    (ConnectionResetError("canary"), "network"),
    (requests.ConnectTimeout("canary"), "timeout"),
    (TimeoutError("canary"), "timeout"),
    (requests.exceptions.SSLError("canary"), "network"),
    (KeyError("canary"), "unknown"),
    (ValueError("canary"), "validation"),
    (requests.HTTPError("canary"), "unknown"),
]"""
METRIC_UNITS = {
    "rows_read": "rows",
    "bytes_processed": "bytes",
    "duration_ms": "ms",
    "memory_mb": "MB",
    "errors": "errors",
    "api_calls": "calls",
    "api_calls_made": "calls",
    "rate_limit_hits": "hits",
}


def kinds_of(spec: ComponentSpec) -> set[str]:
    """Return the types of all declared fields."""
    return {resources.kind(field) for r in spec.resources for field in r.fields}


def needed(spec: ComponentSpec, resource: Resource) -> dict[str, str]:
    """Return the fields of `resource` that requests need but the spec does not declare."""
    declared = {field.name for field in resource.fields}
    names_ = [getattr(resource.paginator, "field", "")]
    for child in spec.resources:
        if child.parent == resource.name:
            texts = [child.path, child.params, child.body or {}]
            names_ += [r.field for r in references(texts) if r.root == "parent"]
            names_ += child.parent_fields.values()
    found = {name: "integer" for name in names_ if name and name not in declared}
    return found if found or declared else {"id": "integer"}


def kind_of(fields: tuple[Field, ...], name: str) -> str:
    """Return the type of the field called `name`, integer where it is not declared."""
    return next((resources.kind(field) for field in fields if field.name == name), "integer")


def topological(spec: ComponentSpec) -> list[Resource]:
    """Return the resources, parents before their children, else in the spec's order."""
    by_name, order = {r.name: r for r in spec.resources}, list[Resource]()
    waiting = list(spec.resources)
    while waiting:
        ready = [r for r in waiting if not r.parent or by_name[r.parent] in order]
        order += ready
        waiting = [r for r in waiting if r not in ready]
    return order


def case(spec: ComponentSpec, resource: Resource) -> Plan:
    """Return the attributes of the suite's Case for `resource`."""
    given = samples.config(spec, resource)
    given |= {n: v for n, v in path_defaults(spec).items() if n not in given}
    paged, length = page_size(spec, resource)
    query, body = expectations.first_request(spec, resource, given)
    connection = {"connection": expectations.with_defaults(spec)}
    path = expectations.text((resource.path or "").lstrip("/"), connection)
    parent = next((r for r in spec.resources if r.name == resource.parent), resource)
    columns = resources.columns(spec, resource)
    fields = {field.name: resources.kind(field) for field in resource.fields}
    return {
        "config": given,
        "paged": paged,
        "length": length,
        "path": f"{expectations.base_path(spec)}/{path}",
        "query": query,
        "fields": fields,
        "paging": expectations.paging(resource),
        "steps": tuple(expectations.steps(resource.data_selector))
        if resource.response == "json"
        else (),
        "others": needed(spec, resource),
        "body": body,
        "response": resource.response,
        "parent": resource.parent or "",
        "parent_fields": {
            column: (source, kind_of(parent.fields, source))
            for column, source in resource.parent_fields.items()
        },
        "columns": columns if columns != fields else {},
    }


def case_table(cases: dict[str, Plan]) -> str:
    """Return the statement that defines CASES."""
    always = ("config", "paged", "length", "path", "query", "fields", "paging")
    members = [
        f"{name!r}: Case("
        + ", ".join(f"{k}={v!r}" for k, v in attributes.items() if k in always or not _bare(k, v))
        + ")"
        for name, attributes in cases.items()
    ]
    return statement("CASES", "{" + ", ".join(members) + "}")


def _bare(key: str, given: Any) -> bool:
    return given == "json" if key == "response" else given is None if key == "body" else not given


def path_defaults(spec: ComponentSpec) -> Plan:
    """Return the defaults of config fields that a path refers to."""
    refs = [r for resource in spec.resources for r in references(resource.path or "")]
    wanted = {ref.field for ref in refs if ref.root == "config"}
    return {n: v for n, v in samples.with_defaults(spec, {}).items() if n in wanted}


def page_size(spec: ComponentSpec, resource: Resource) -> tuple[Plan, int]:
    """Return the config that asks for small pages, and how small the spec lets them be."""
    size = resource.paginator.page_size
    if size is None:
        return {}, LEAST_PAGE
    schema = next((f.schema for f in spec.config if f.name == size.config), {})
    length = max(LEAST_PAGE, int(schema.get("minimum", 1)))
    if not samples.is_valid(schema, length):
        length = int(samples.value(schema) or size.default)
    return {size.config: length}, length


class Given:
    """The constants of a suite."""

    def __init__(self, spec: ComponentSpec, order: list[Resource], cases: dict[str, Plan]) -> None:
        self.spec, self.order, self.cases = spec, order, cases
        self.connection = samples.connection(spec)
        self.paged = [n for n, c in cases.items() if c["paging"]["type"] != "single_page"]
        tops = [r.name for r in order if not r.parent]
        ranked = sorted(tops, key=lambda n: (n not in self.paged, cases[n]["response"] != "json"))
        self.name = ranked[0]
        self.kinds = {kind for c in cases.values() for kind in c["fields"].values()}
        self.used = self.kinds | {kind for c in cases.values() for kind in c["others"].values()}
        self.secrets = sorted(
            {
                str(self.connection[f.name])
                for f in spec.connection
                if f.sensitive and f.name in self.connection
            }
        )
        self.bad = self._bad_values()
        self.filters = self._filters()
        self.wrong, self.right = self._wrong_config(), self._right_config()
        self.credentials = expectations.credentials(spec)
        self.interval = self._interval()
        self.required = [f.name for f in spec.connection if f.required and f.default is None]

    def of_api(self) -> list[str]:
        """Return who the API is and what it asks for."""
        spec = self.spec
        headers = expectations.value(
            spec.client.headers, {"connection": expectations.with_defaults(spec)}
        )
        lines = [
            f"NOW = datetime.fromtimestamp({NOW}, UTC)",
            f"EACH = {expectations.EACH!r}".replace("'", '"'),
            assignment("CONNECTION", self.connection, "secrets are canaries"),
            assignment("SECRETS", self.secrets, "these may be shown nowhere"),
            'ECHO = " ".join(SECRETS).encode()  # what an API that tells secrets answers',
            assignment("HEADERS", headers),
            assignment("NAME", self.name, "the resource that most tests read"),
            assignment("REQUIRED", self.required),
            *(assignment(name, value) for name, value in self.credentials.items()),
        ]
        if (root := expectations.root(spec)) is not None:
            lines.append(assignment("ROOT", root, "of the spec, without `base_url`"))
        if spec.doctor and spec.doctor.path is not None:
            path = expectations.text(
                spec.doctor.path.lstrip("/"), {"connection": expectations.with_defaults(spec)}
            )
            lines.append(
                assignment("DOCTOR", (spec.doctor.method, f"{expectations.base_path(spec)}/{path}"))
            )
        names = ", ".join(constants.EVENTS[p][0] for p in self._points())
        values = tuple(spec.events.get(p, constants.EVENTS[p][1]) for p in self._points())
        return [*lines, assignment(names, values)]

    def _points(self) -> list[str]:
        return [
            p for p in constants.EVENTS if p != "discovery" or self.spec.capabilities["discover"]
        ]

    def of_data(self) -> list[str]:
        """Return the values of records and what a frame makes of them."""
        used = sorted(self.used)
        values = ", ".join(f"{k!r}: ({VALUES[k][0]}, {VALUES[k][1]})" for k in used)
        lines = [
            statement(
                "VALUES", f"{{{values}}}", "type -> the n-th record's value as sent, as held"
            ),
            assignment("DTYPES", {k: DTYPES[k] for k in sorted(self.kinds)}),
            statement(
                "SAMPLES", "{" + ", ".join(f"{k!r}: {SAMPLES[k]}" for k in sorted(self.kinds)) + "}"
            ),
            assignment("BAD_VALUES", self.bad),
            assignment("NULLABLE_FIELDS", self._nullable()),
        ]
        if self.spec.capabilities["discover"]:
            nulls = {
                r.name: [f.name for f in r.fields if not f.nullable] for r in self.spec.resources
            }
            keys = {r.name: list(r.primary_key) for r in self.spec.resources if r.primary_key}
            lines.append(assignment("NOT_NULL", {n: v for n, v in nulls.items() if v}))
            lines += [assignment("PRIMARY_KEYS", keys)] if keys else []
        return lines

    def of_paging(self) -> list[str]:
        """Return which resources have which paging, and what a wrong answer is."""
        by_type = {n: c["paging"] for n, c in self.cases.items()}
        lying = [
            n
            for n, p in by_type.items()
            if p.get("has_more") or p.get("total") or p.get("total_pages")
        ]
        self.lying = lying
        tops = {n: p for n, p in by_type.items() if not self.cases[n]["parent"]}
        self.linked = [n for n, p in tops.items() if p["type"] in ("header_link", "next_url")]
        self.next_urls = [n for n, p in tops.items() if p["type"] == "next_url"]
        self.totalled = [n for n, p in tops.items() if p.get("total") or p.get("total_pages")]
        self.sized = [n for n, p in by_type.items() if "size" in p]
        self.page_fields = {f for n in self.sized for f in self.cases[n]["paged"]}
        retry = self.spec.client.retry
        lines = [
            assignment("PAGED", self.paged),
            assignment(
                "DEFIANT", self._defiant(), "answers for NAME that are not as the spec says"
            ),
            assignment("RETRIED", [s for s in retry.statuses], "statuses"),
            assignment("MAX_ATTEMPTS", retry.max_attempts),
            f"INITIAL_WAIT, MAX_WAIT = {float(retry.initial_delay)!r}, {float(retry.max_delay)!r}",
            assignment("INTERVAL", self.interval, "seconds between requests, at least"),
            statement("ERRORS", ERRORS),
            assignment("WORDS", self._words()),
            assignment("LIMITS", self._limits()),
        ]
        optional = {
            "LYING": lying,
            "LINKED": self.linked[:1] and self.linked[0],
            "NEXT_URL": self.next_urls[:1] and self.next_urls[0],
            "TOTALLED": self.totalled[:1] and self.totalled[0],
            "SIZED": [n for n in self.sized],
            "PAGE_FIELD": next(iter(sorted(self.page_fields)), ""),
            "BUDGETS": expectations.budgets(self.spec, NOW),
            "BUSY_NAME": self.name if expectations.budgets(self.spec, NOW) else "",
            "RATE_FIELD": self.spec.client.rate_limit.connection_field or "",
        }
        lines += [assignment(name, value) for name, value in optional.items() if value]
        if any(p["type"] == "cursor" for p in by_type.values()):
            lines.append('END_CURSOR = ""')
        if error := self.spec.client.body_error:
            codes = {code: category for category, listed in error.codes.items() for code in listed}
            lines.append(assignment("BODY_ERROR", expectations.steps(error.path)))
            lines.append(assignment("BODY_ERRORS", codes | {"canary": "unknown"}))
        return lines

    def of_config(self) -> list[str]:
        """Return right and wrong values of config fields, and what they do."""
        spec = self.spec
        chunk = self._chunk_field()
        required = [f.name for f in spec.config if f.required]
        optional = [
            f.name
            for f in spec.config
            if not f.required and f.name not in {*self.cases[self.name]["config"], "dry_run"}
        ]
        lines = [
            assignment("REQUIRED_CONFIG", required),
            assignment("OPTIONAL", optional),
            assignment("WRONG_CONFIG", self.wrong),
            assignment("RIGHT_CONFIG", self.right),
        ]
        lines += [assignment("FILTERS", self.filters)] if self.filters else []
        self.examples = self._examples()
        lines += [assignment("EXAMPLES", self.examples)] if self.examples else []
        lines += [assignment("CHUNK_FIELD", chunk)] if chunk else []
        self.constraints = [
            (broken, " ".join(rule.error.split()))
            for rule in spec.constraints
            if (broken := samples.violation(spec, rule)) is not None
        ]
        lines += [assignment("BROKEN", self.constraints)] if self.constraints else []
        names = {f.name for f in spec.config}
        rules = {f.name: f.override for f in spec.connection}
        self.forbidden = [
            n for n, rule in rules.items() if rule == "forbidden" and n in self.connection
        ]
        self.overridable = {
            n: rule for n, rule in rules.items() if rule in ("allowed", "warning") and n in names
        }
        lines += [assignment("FORBIDDEN", self.forbidden)] if self.forbidden else []
        self.warned = {
            n: self._override(n) for n, rule in self.overridable.items() if rule == "warning"
        }
        lines += [assignment("WARNED", self.warned)] if self.warned else []
        return lines

    def _override(self, name: str) -> Any:
        return samples.sample(self.spec, next(f for f in self.spec.config if f.name == name))

    def flags(self) -> Plan:
        """Return what the templates ask of the suite."""
        spec = self.spec
        measured = {m: MEASURES[m] for m in spec.metrics if m in MEASURES}
        calls = next((m for m in spec.metrics if m in ("api_calls", "api_calls_made")), "")
        oauth = "TOKEN_PATH" in self.credentials
        sensitive = {f.name for f in spec.connection if f.sensitive}
        texts = [
            getattr(spec.client.auth, "token_url", ""),
            spec.client.base_url,
            [r.path for r in spec.resources],
            [r.params for r in spec.resources],
        ]
        in_urls = sensitive & {r.field for r in references(texts) if r.root == "connection"}
        metrics = [(m, METRIC_UNITS[m]) for m in spec.metrics]
        return {
            "auth_header": "AUTH_HEADER" in self.credentials,
            "auth_query": "AUTH_QUERY" in self.credentials,
            "oauth": oauth,
            "all_calls": "len(api.calls) + len(api.token_calls)" if oauth else "len(api.calls)",
            "sockets": "2" if oauth else "1",
            "problems": bool(self.required or any(f.required for f in spec.config)),
            "ndjson": any(c["response"] == "ndjson" for c in self.cases.values()),
            "csv": any(c["response"] == "csv" for c in self.cases.values()),
            "doctor_path": spec.doctor is not None and spec.doctor.path is not None,
            "stubs": False,
            "examples": bool(self.examples),
            "filters": bool(self.filters),
            "chunk_field": self._chunk_field(),
            "json_case": self.cases[self.name]["response"] == "json" and bool(self._nullable()),
            "bad_values": bool(self.bad),
            "streaming": spec.capabilities["streaming"] and bool(self._chunk_field()),
            "paged": bool(self.paged),
            "lying": bool(self.lying),
            "links": bool(self.linked),
            "next_urls": bool(self.next_urls),
            "totals": bool(self.totalled),
            "page_field": len(self.page_fields) == 1,
            "log_level": "INFO" if in_urls else "DEBUG",
            "tries": '(2 if category == "auth" else tries)' if oauth else "tries",
            "doctor_tries": '(2 if category == "auth" else 1)' if oauth else "1",
            "interval": self.interval > 0,
            "budget": bool(expectations.budgets(spec, NOW)) and self.name in self.paged,
            "max_rows": spec.limits.rows is not None,
            "max_duration": spec.limits.duration_seconds is not None,
            "limits": bool(self._limits()),
            "metrics": quoting.block(f"METRICS = {metrics!r}", 0).removeprefix("METRICS = "),
            "calls_metric": calls,
            "measured": (
                quoting.block(
                "expected = {" + ", ".join(f'"{m}": {v}' for m, v in measured.items()) + "}", 4
            )
                if measured
                else ""
            ),
            "wrong_config": bool(self.wrong),
            "required": bool(self.required),
            "root": expectations.root(spec) is not None,
            "constraints": bool(self.constraints),
            "forbidden": bool(self.forbidden),
            "warned": bool(self.warned),
            "imports": self._imports(oauth),
        }

    def _chunk_field(self) -> str:
        names = (f.name for f in self.spec.config)
        return next((n for n in names if n in ("chunk_size", "batch_size")), "")

    def _interval(self) -> float:
        rate = self.spec.client.rate_limit
        per_second = rate.per_second
        if rate.connection_field:
            per_second = self.connection.get(rate.connection_field, per_second)
        return 1 / per_second if per_second else 0.0

    def _limits(self) -> list[tuple[str, int]]:
        limits = self.spec.limits
        given = {"MAX_ROWS": limits.rows, "MAX_BYTES": limits.size_mb}
        return [(name, 1) for name, limit in given.items() if limit is not None]

    def _words(self) -> dict[int, str]:
        """Return what a message for a status ends with."""
        return {
            401: " in osiris_connections.yaml",
            403: "; let these credentials read this resource",
            404: "; try again later, then look at the API's status page",
            422: "; compare config and spec with what the API has",
        }

    def _nullable(self) -> list[str]:
        """Return the fields of NAME that nothing but the frame needs."""
        resource = next(r for r in self.order if r.name == self.name)
        return [f.name for f in resource.fields if f.name not in self._keys(resource)]

    def _keys(self, resource: Resource) -> set[str]:
        """Return the fields of `resource` that requests depend on."""
        paginator = resource.paginator
        found = {paginator.field} if isinstance(paginator, Keyset) else set()
        for child in self.spec.resources:
            if child.parent == resource.name:
                texts = [child.path, child.params, child.body or {}]
                found |= {r.field for r in references(texts) if r.root == "parent"}
                found |= set(child.parent_fields.values())
        return found

    def _bad_values(self) -> list[tuple[str, str, Any]]:
        """Return a resource, a field and a wrong value for each type."""
        found: dict[str, tuple[str, str, Any]] = {}
        for resource in self.order:
            for field in resource.fields:
                kind = resources.kind(field)
                if kind not in ("string", "object", "array") and field.name not in self._keys(
                    resource
                ):
                    found.setdefault(kind, (resource.name, field.name, "canary-bad"))
        return list(found.values())

    def _filters(self) -> list[tuple[str, Plan, str, str, Any]]:
        """Return, for each optional config field that a request sends, where its value has to be."""
        found, fields = [], {f.name: f for f in self.spec.config if not f.required}
        for resource in self.order:
            templates = {"query": resource.params, "body": resource.body or {}}
            sent = {(p, n): v for p, values in templates.items() for n, v in values.items()}
            if resource.incremental:
                start = f"{{config.{resource.incremental.config}}}"
                sent["query", resource.incremental.param] = start
            for (place, name), template in sent.items():
                parts = parse(template) if isinstance(template, str) else []
                if (
                    len(parts) != 1
                    or not isinstance(parts[0], Placeholder)
                    or parts[0].field not in fields
                ):
                    continue
                chosen = {parts[0].field: samples.sample(self.spec, fields[parts[0].field])}
                given = self.cases[resource.name]["config"] | chosen
                complete = samples.with_defaults(self.spec, given)
                if parts[0].root != "config" or None in chosen.values():
                    continue
                if not all(samples.holds(rule, complete) for rule in self.spec.constraints):
                    continue
                query, body = expectations.first_request(self.spec, resource, given)
                value = (query if place == "query" else body).get(name)
                found.append((resource.name, chosen, place, name, value))
        return found

    def _wrong_config(self) -> list[tuple[str, Any, str]]:
        checks = config.table(self.spec)[1]
        return [
            (field.name, value, checks[field.name][0])
            for field in self.spec.config
            if field.name in checks
            for value in samples.wrong(field.schema)
        ]

    def _right_config(self) -> list[tuple[str, Any]]:
        pairs = [(f.name, value) for f in self.spec.config for value in samples.right(f.schema)]
        return [pair for pair in pairs if pair != ("dry_run", False)]  # the test's own is a dry run

    def _examples(self) -> list[tuple[str, Plan, Plan | None]]:
        found = []
        for example in self.spec.examples:
            given = {n: v for n, v in example.config.items() if n != "connection"}
            name = given.get(self.spec.resource_field or "", self.spec.resources[0].name)
            resource = next((r for r in self.spec.resources if r.name == name), None)
            if resource is None:
                continue
            complete = path_defaults(self.spec) | given
            query = (
                None
                if resource.parent
                else expectations.first_request(self.spec, resource, complete)[0]
            )
            unset = {n: None for n in self.cases[resource.name]["paged"] if n not in complete}
            found.append((resource.name, complete | unset, query))
        return found

    def _defiant(self) -> list[Any]:
        """Return answers for NAME that no reading of the spec allows; lists are records."""
        case = self.cases[self.name]
        if case["response"] == "csv":
            return [b"a,b\n1\n", b"a,a\n1,2\n", b"\xff\xfe\n", b'a\n"1\n']
        if case["response"] == "ndjson":
            return [b"{", b"[1]\n", b"5\n", b"<html>"]
        rest: list[Any] = [
            b"",
            b"<html>",
            b'{"a": [',
            b"null",
            b"5",
            b'"text"',
            b"{}",
            [1],
            ["a"],
            [[]],
        ]
        return rest + ([b"[]"] if case["steps"] else [])

    def _imports(self, oauth: bool) -> str:
        doctor = self.spec.doctor is not None
        csv = any(c["response"] == "csv" for c in self.cases.values())
        kinds, types = self.used, {c["paging"]["type"] for c in self.cases.values()}
        modules = {
            "copy": True,
            "csv": csv,
            "hashlib": self.spec.capabilities["discover"],
            "io": csv,
            "json": True,
            "re": True,
            "socket": True,
            "struct": True,
            "threading": True,
            "time": doctor,
            "traceback": True,
        }
        members = {
            "base64": {"b64encode": "binary" in kinds},
            "collections.abc": {"Mapping": True},
            "datetime": {
                "UTC": True,
                "date": "date" in kinds,
                "datetime": True,
                "timedelta": True,
                "timezone": self.spec.capabilities["discover"],
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
                "urlencode": bool(types & {"header_link", "next_url"}),
                "urlsplit": True,
            },
        }
        return import_block(modules, members)


def import_block(modules: dict[str, bool], members: dict[str, dict[str, bool]]) -> str:
    """Return the standard library's imports that are used, sorted as isort does."""
    lines = [f"import {module}" for module, used in modules.items() if used]
    for module, names in members.items():
        if chosen := [name for name, used in names.items() if used]:
            lines.append(f"from {module.strip()} import {', '.join(chosen)}")
    return quoting.formatted("\n".join(lines))


def plan(spec: ComponentSpec) -> Plan:
    """Return what the suite prints, without the import of the driver."""
    order = topological(spec)
    cases = {resource.name: case(spec, resource) for resource in order}
    given = Given(spec, order, cases)
    lines = [*given.of_api(), *given.of_data(), *given.of_paging(), *given.of_config()]
    kinds = {c["paging"]["type"] for c in cases.values()}
    parts = [f"tests/parts/paging/{kind}.jinja" for kind in sorted(kinds)]
    if kinds & {"header_link", "next_url"}:
        parts.append("tests/parts/paging/following.jinja")
    pairs = ", ".join(f"{kind!r}: {kind}" for kind in sorted(kinds))
    return {
        "constants": lines,
        "cases": case_table(cases),
        "follows": ", ".join(FOLLOWS[kind] for kind in sorted(kinds)),
        "paging_parts": parts,
        "paging": statement("PAGING", f"{{{pairs}}}"),
        **given.flags(),
    }
