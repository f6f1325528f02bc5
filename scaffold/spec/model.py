"""What a component spec says, typed. No behaviour; `spec.build` makes it, `plan` reads it."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any  # a JSON value: None, bool, int, float, str, list or dict of these
Role = Literal["extractor", "writer", "processor"]
Place = Literal["query", "body", "header"]


@dataclass(frozen=True)
class Inference:
    """One decision that the spec did not state: what was decided, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class ConnectionField:
    """A field of `config["resolved_connection"]`."""

    name: str
    required: bool
    secret: bool  # its value may appear nowhere
    sensitive: bool  # secret, or listed for extra redaction
    override: Literal["allowed", "warning", "forbidden"] | None  # by step config; None: not listed
    default: Json = None
    description: str = ""
    example: str = ""


@dataclass(frozen=True)
class ConfigField:
    """A property of `configSchema`; `schema` is its JSON Schema, `added` if not the spec's own."""

    name: str
    schema: dict[str, Json]
    required: bool
    added: bool = False


@dataclass(frozen=True)
class Constraint:
    """`constraints.required[]`: if every `when` holds, every `must` has to."""

    when: dict[str, Json]  # field -> value; None means absent
    must: dict[str, Json]  # field -> value, or a JSON Schema that the present value fulfils
    error: str


@dataclass(frozen=True)
class NoAuth:
    """Requests carry no credentials."""


@dataclass(frozen=True)
class ApiKeyAuth:
    """`value` (with placeholders) is sent as `name`."""

    place: Literal["header", "query", "cookie"]
    name: str
    value: str


@dataclass(frozen=True)
class BearerAuth:
    """`Authorization: Bearer <token>`."""

    token: str


@dataclass(frozen=True)
class BasicAuth:
    """RFC 7617; both texts are sent as UTF-8."""

    username: str
    password: str


@dataclass(frozen=True)
class OAuth2Auth:
    """RFC 6749, section 4.4 without and section 6 with a `refresh_token`."""

    token_url: str
    client_id: str
    client_secret: str | None
    refresh_token: str | None
    scope: str | None
    client_auth: Literal["body", "basic"]
    params: dict[str, str]


@dataclass(frozen=True)
class CustomAuth:
    """Nothing says how: a stub."""


Auth = NoAuth | ApiKeyAuth | BearerAuth | BasicAuth | OAuth2Auth | CustomAuth


@dataclass(frozen=True)
class PageSize:
    """`param` asks for `default` records, or for what config field `config` says, up to `max`."""

    param: str
    default: int
    max: int | None
    place: Place
    config: str


@dataclass(frozen=True)
class SinglePage:
    """One request has it all."""

    page_size: PageSize | None = None


@dataclass(frozen=True)
class PageNumber:
    """Pages counted from `start`; the paths point into the body and are None when not given."""

    param: str
    place: Place
    start: int
    total_pages: str | None
    total: str | None
    has_more: str | None
    stop: Literal["empty", "short"]
    page_size: PageSize | None


@dataclass(frozen=True)
class Offset:
    """Records to skip, from `start`."""

    param: str
    place: Place
    start: int
    total: str | None
    has_more: str | None
    stop: Literal["empty", "short"]
    page_size: PageSize | None


@dataclass(frozen=True)
class Cursor:
    """The body's `cursor` is sent back as `param`."""

    cursor: str
    param: str
    place: Place
    has_more: str | None
    page_size: PageSize | None


@dataclass(frozen=True)
class HeaderCursor:
    """The answer's `header` is sent back as `param`."""

    header: str
    param: str
    place: Place
    page_size: PageSize | None


@dataclass(frozen=True)
class NextUrl:
    """The body's `path` is the next page's URL."""

    path: str
    page_size: PageSize | None


@dataclass(frozen=True)
class HeaderLink:
    """RFC 8288: `Link: <url>; rel="next"`."""

    page_size: PageSize | None


@dataclass(frozen=True)
class Keyset:
    """The last record's `field` is sent back as `param`."""

    field: str
    param: str
    place: Place
    has_more: str | None
    stop: Literal["empty", "short"]
    page_size: PageSize | None


@dataclass(frozen=True)
class CustomPaginator:
    """Nothing says how: a stub."""

    page_size: PageSize | None = None


Paginator = (
    SinglePage
    | PageNumber
    | Offset
    | Cursor
    | HeaderCursor
    | NextUrl
    | HeaderLink
    | Keyset
    | CustomPaginator
)


@dataclass(frozen=True)
class Retry:
    """Tries per request, the first included; delays in seconds."""

    max_attempts: int = 3
    initial_delay: float = 1.0
    max_delay: float = 30.0
    statuses: tuple[int, ...] = (429, 500, 502, 503, 504)
    declared: bool = False  # False: every status from 500 on is tried again too


@dataclass(frozen=True)
class RateHeader:
    """What the API tells of its limit. `threshold`: a share for used/limit, else requests left."""

    header: str
    form: Literal["used/limit", "remaining"]
    threshold: float
    delay: float  # seconds
    reset_header: str | None
    reset_form: Literal["epoch_seconds", "seconds"]


@dataclass(frozen=True)
class RateLimit:
    """Requests per second, or the connection field that says them; None: not paced."""

    per_second: float | None = None
    connection_field: str | None = None
    header: RateHeader | None = None


@dataclass(frozen=True)
class BodyError:
    """Failures that come with status 200: the code's path in the body, codes by category."""

    path: str
    codes: dict[Literal["auth", "permission", "validation", "retry"], tuple[str, ...]]


@dataclass(frozen=True)
class Incremental:
    """`param` asks for records whose `field` is not before what config field `config` says."""

    field: str
    param: str
    config: str
    format: Literal["iso8601", "date", "epoch_seconds", "epoch_milliseconds"]


@dataclass(frozen=True)
class Field:
    """A declared field of a record. `format` is None except for datetimes sent as numbers."""

    name: str
    type: str  # integer number decimal boolean string date datetime time binary object array
    nullable: bool = True
    format: Literal["epoch_seconds", "epoch_milliseconds"] | None = None
    description: str = ""


@dataclass(frozen=True)
class Resource:
    """One thing that can be read. Texts may hold placeholders; `path` None: a stub says it."""

    name: str
    path: str | None
    method: Literal["GET", "POST"]
    body: dict[str, Json] | None
    response: Literal["json", "ndjson", "csv"]
    data_selector: str | None  # None: not said, a stub
    primary_key: tuple[str, ...]
    params: dict[str, Json]
    parent: str | None
    parent_fields: dict[str, str]
    incremental: Incremental | None
    fields: tuple[Field, ...]
    paginator: Paginator
    description: str = ""


@dataclass(frozen=True)
class Doctor:
    """How `doctor()` probes. `path` None: nothing says how, a stub."""

    path: str | None
    method: Literal["GET", "POST"] = "GET"


@dataclass(frozen=True)
class RestClient:
    """How requests are made. `base_url` None: a stub says it."""

    base_url: str | None
    auth: Auth
    headers: dict[str, str]
    params: dict[str, Json]
    timeout: float  # seconds
    retry: Retry
    rate_limit: RateLimit
    body_error: BodyError | None


@dataclass(frozen=True)
class Limits:
    """Of one run; None: no limit. `concurrency` is requests at a time."""

    rows: int | None = None
    size_mb: int | None = None
    duration_seconds: int | None = None
    concurrency: int | None = None


@dataclass(frozen=True)
class Example:
    """A config that works, as the spec gives it."""

    title: str
    config: dict[str, Json]
    notes: str = ""


@dataclass(frozen=True)
class ComponentSpec:
    """A valid component spec, with everything inferred that can be."""

    name: str  # "shopify.extractor"
    family: str  # "shopify"
    role: Role
    version: str
    title: str
    description: str
    transport: str  # "rest"; others are refused before `build`
    capabilities: dict[str, bool]  # discover doctor streaming ...; all known names present
    driver_class: str | None  # last part of x-runtime.driver
    config: tuple[ConfigField, ...]  # `connection` left out; fields added by us included
    constraints: tuple[Constraint, ...]
    connection: tuple[ConnectionField, ...]  # spec order; `base_url` is not among them unless named
    client: RestClient
    doctor: Doctor | None  # None: the spec does not ask for one
    resource_field: str | None  # config field that chooses; None with a single resource
    resources: tuple[Resource, ...]
    metrics: tuple[str, ...]  # those that the driver can measure, rows_read first
    events: dict[str, str]  # point (start progress complete error discovery) -> event name
    limits: Limits
    examples: tuple[Example, ...]
    python_requires: str  # ">=3.11"
    packages: tuple[str, ...]  # requirement specifiers besides those that the driver itself needs
    llm_hints: dict[str, Json]
    emitted: dict[str, Json]  # the pure Osiris spec
    source_name: str  # file name of the input spec
    source_text: str  # its text, verbatim
    inferences: tuple[Inference, ...] = field(default=())
