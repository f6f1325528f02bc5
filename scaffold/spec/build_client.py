"""Auth, retry and rate limit of the client."""

from scaffold.spec import facts, placeholders
from scaffold.spec.document import Json
from scaffold.spec.model import (
    ApiKeyAuth,
    Auth,
    BasicAuth,
    BearerAuth,
    BodyError,
    CustomAuth,
    Inference,
    NoAuth,
    OAuth2Auth,
    RateHeader,
    RateLimit,
    Retry,
)

SECONDS = {"second": 1, "minute": 60, "hour": 3600}
PACE_FIELDS = ("requests_per_second", "rate_limit")  # of a connection, by their names


def auth(stated: dict[str, Json]) -> Auth:
    """Return the kind of auth that `type` names."""
    match stated["type"]:
        case "none":
            return NoAuth()
        case "api_key":
            return ApiKeyAuth(stated["in"], stated["name"], stated["value"])
        case "bearer":
            return BearerAuth(stated["token"])
        case "basic":
            return BasicAuth(stated["username"], stated["password"])
        case "oauth2_client_credentials" | "oauth2_refresh_token":
            return OAuth2Auth(
                token_url=stated["token_url"],
                client_id=stated["client_id"],
                client_secret=stated.get("client_secret"),
                refresh_token=stated.get("refresh_token"),
                scope=stated.get("scope"),
                client_auth=stated.get("client_auth", "body"),
                params=dict(stated.get("params", {})),
            )
        case _:
            return CustomAuth()


def retry(stated: dict[str, Json]) -> Retry:
    """Return what is stated over the defaults."""
    usual = Retry()
    return Retry(
        max_attempts=int(stated.get("max_attempts", usual.max_attempts)),
        initial_delay=float(stated.get("initial_delay_seconds", usual.initial_delay)),
        max_delay=float(stated.get("max_delay_seconds", usual.max_delay)),
        statuses=tuple(int(status) for status in stated.get("statuses", usual.statuses)),
        declared="statuses" in stated,
    )


def rate_limit(data: dict[str, Json], inferences: list[Inference]) -> RateLimit:
    """Return the pace: of `x-driver`, else of `limits.rateLimit` and a field so called."""
    stated = facts.mapping(facts.get(data, "x-driver", "client", "rate_limit"))
    header = _rate_header(stated) if "header" in stated else None
    asked = stated.get("requests_per_second")
    if isinstance(asked, str):
        field = placeholders.fields(asked, "connection")[0]
        return RateLimit(_limit_per_second(data), field, header)
    if asked is not None:
        return RateLimit(float(asked), None, header)
    named = [name for name in PACE_FIELDS if name in facts.connection_names(data)]
    if named:
        what = f"connection.{named[0]} says how many requests are sent per second"
        inferences.append(Inference(what, "it is called so"))
    return RateLimit(_limit_per_second(data), named[0] if named else None, header)


def body_error(stated: dict[str, Json] | None) -> BodyError | None:
    """Return the codes by category, those that are given, as texts."""
    if stated is None:
        return None
    categories = ("auth", "permission", "validation", "retry")
    given = {name: tuple(map(str, stated[name])) for name in categories if name in stated}
    return BodyError(stated["path"], given)  # type: ignore[arg-type]  # keys are those literals


def _limit_per_second(data: dict[str, Json]) -> float | None:
    stated = facts.mapping(facts.get(data, "limits", "rateLimit"))
    return stated["requests"] / SECONDS[stated["period"]] if stated else None


def _rate_header(stated: dict[str, Json]) -> RateHeader:
    usual = 0.8 if stated["form"] == "used/limit" else 0.0
    return RateHeader(
        header=stated["header"],
        form=stated["form"],
        threshold=float(stated.get("threshold", usual)),
        delay=float(stated.get("delay_seconds", 1)),
        reset_header=stated.get("reset_header"),
        reset_form=stated.get("reset_form", "epoch_seconds"),
    )
