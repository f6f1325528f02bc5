"""What a complete driver lacks: not wrong, but it becomes a stub that a person has to write."""

from collections.abc import Iterator

from scaffold.errors import Finding, Severity, pointer
from scaffold.spec import facts
from scaffold.spec.document import Document


def findings(document: Document) -> Iterator[Finding]:
    """Tell, as information, each part of a REST extractor that nothing describes."""
    data = document.data
    client = facts.mapping(facts.get(data, "x-driver", "client"))
    found = []
    if "base_url" not in client:
        found.append(("/x-driver/client", "where the API is", "client: {base_url: https://...}"))
    if "auth" not in client and any(map(facts.connection_pointer, facts.secret_pointers(data))):
        found.append(("/x-driver/client", "how credentials are sent", "client: {auth: ...}"))
    if facts.get(client, "auth", "type") == "custom":
        found.append(("/x-driver/client/auth", "how credentials are sent", "another auth type"))
    if not facts.resources(data):
        what = "which paths are read, and where the records are in an answer"
        found.append(("/x-driver/resources", what, "resources: {<name>: {path: ...}}"))
    for keys, paginator in facts.paginators(data).items():
        if paginator.get("type") == "custom":
            found.append((pointer(*keys, "type"), "how pages follow", "another paginator type"))
    own = ["paginator" in resource for resource in facts.resources(data).values()]
    if facts.get(data, "x-driver", "paginator") is None and not (own and all(own)):
        found.append(("/x-driver", "how pages follow", "paginator: {type: ...}"))
    for at, what, write in found:
        message = f"nothing says {what}; it will be a stub"
        hint = f"for a complete driver, write under x-driver: {write}"
        yield document.finding("SPEC-023", at, message, hint, severity=Severity.INFO)
