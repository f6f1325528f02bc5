"""Checks of what a component is: its name, role, metrics, and keys that Osiris does not know."""

import difflib
from collections.abc import Iterator

from scaffold import naming
from scaffold.errors import Finding, Severity, pointer
from scaffold.spec import facts
from scaffold.spec.document import Document

DOCUMENTED = {  # keys that only documentation has -> what becomes of them
    "connections": "it is emitted as x-connection-fields",
    "family": "it is left out of the emitted spec",
    "role": "it is left out of the emitted spec",
}


def name(document: Document) -> Iterator[Finding]:
    """The name gives a package and a class."""
    data = document.data
    if not isinstance(data.get("name"), str):
        return
    role, _ = facts.role(data)
    try:
        naming.names(data["name"], role, data.get("family"), facts.driver_class(data))
    except naming.NameRefused as refused:
        yield document.finding("SPEC-020", "/name", str(refused), refused.hint)


def role(document: Document) -> Iterator[Finding]:
    """Ending, modes and role agree."""
    data = document.data
    family, ending = naming.split(str(data.get("name", "")))
    modes = [
        facts.ROLE_OF_MODE[m] for m in facts.texts(data.get("modes")) if m in facts.ROLE_OF_MODE
    ]
    said = facts.role(data)[0]
    if "name" in data and ending is None:
        message = f"the name does not end in .{said}"
        before, _, last = str(data["name"]).rpartition(".")
        misspelled = before and difflib.get_close_matches(last, naming.ROLES, 1, 0.7)
        meant = f"{before if misspelled else data['name']}.{said}"
        hint = f"write '{meant}'; Osiris adds up rows by the ending"
        yield document.finding("SPEC-021", "/name", message, hint, severity=Severity.WARNING)
    elif ending and modes and ending not in modes:
        message = f"the name says {ending}, modes says {modes[0]}"
        yield document.finding("SPEC-021", "/modes", message, "make the two agree")
    if "role" in data and ending and data["role"] != ending:
        message = f"role is {data['role']}, the name says {ending}"
        yield document.finding("SPEC-021", "/role", message, "leave 'role' out")
    if "family" in data and ending and data["family"] != family:
        message = f"family is '{data['family']}', the name says '{family}'"
        yield document.finding("SPEC-021", "/family", message, "leave 'family' out")


def documented_keys(document: Document) -> Iterator[Finding]:
    """Tell which keys are mapped because Osiris refuses them."""
    data, told = document.data, dict(DOCUMENTED)
    found = [("/" + key, key, told[key]) for key in told if key in data]
    if facts.get(data, "capabilities", "doctor") is not None:
        found.append(("/capabilities/doctor", "doctor", "it is left out of the emitted spec"))
    for index, example in enumerate(facts.items(data.get("examples"))):
        if "name" in facts.mapping(example):
            found.append((pointer("examples", index, "name"), "name", "it is emitted as title"))
    for at, key, what in found:
        message = f"Osiris does not know '{key}' here; {what}"
        yield document.finding("SPEC-046", at, message, severity=Severity.WARNING, key=True)


def metrics(document: Document) -> Iterator[Finding]:
    """Something measures each metric."""
    known = facts.MEASURED[facts.role(document.data)[0]]
    asked = facts.items(facts.get(document.data, "loggingPolicy", "metricsToCapture"))
    for index, metric in enumerate(asked):
        if metric not in known:
            at = pointer("loggingPolicy", "metricsToCapture", index)
            message, hint = f"nothing measures '{metric}'", f"measured: {', '.join(known)}"
            yield document.finding("SPEC-047", at, message, hint, severity=Severity.WARNING)


CHECKS = (name, role, documented_keys, metrics)
