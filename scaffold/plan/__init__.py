"""ComponentSpec -> plan: every name, literal, import, part and test case is chosen here."""

import json
from typing import Any, Literal

from scaffold.errors import Finding, Location, ScaffoldError, Severity
from scaffold.naming import names as names_of
from scaffold.plan.docs import docs_plan, source_name
from scaffold.plan.driver import driver_plan
from scaffold.plan.osiris_spec import osiris_spec
from scaffold.plan.tests import tests_plan
from scaffold.spec.emit import driver_path
from scaffold.spec.model import ComponentSpec

FORMAT = 1  # of the plan; raised when a template of before could not print it
Plan = dict[str, Any]  # plain data: Copier stores it as the answer `plan`


def make_plan(spec: ComponentSpec, layout: Literal["package", "in-tree"]) -> Plan:
    """Decide all that the templates print. Raises ScaffoldError for what cannot be stored."""
    names = names_of(spec.name, spec.role, spec.family, spec.driver_class)
    driver = driver_plan(spec)
    plan: Plan = {
        "format": FORMAT,
        "subdirectory": "project" if layout == "package" else "in-tree",
        "name": spec.name,
        "package": names.package,
        "module": names.module,
        "class_name": names.class_name,
        "driver_path": driver_path(names, layout),
        "source_name": source_name(spec),
        "driver": driver,
        "tests": tests_plan(spec, layout),
        "docs": docs_plan(spec, names, driver["stubs"]),
        "osiris_spec": osiris_spec(spec, names, layout),
        "source_text": spec.source_text,
    }
    _refuse_unstorable(spec, plan)
    return json.loads(json.dumps(plan))  # type: ignore[no-any-return]  # no tuple, nothing shared


def _refuse_unstorable(spec: ComponentSpec, plan: Plan) -> None:
    """U+0085 is the one character of a spec that does not come back from an answers file."""
    if "\\u0085" in json.dumps(plan).replace("\\\\", ""):
        location = Location(spec.source_name)
        message, hint = "the character U+0085 is not allowed", "use a line feed"
        raise ScaffoldError([Finding("SPEC-006", Severity.ERROR, location, message, hint)])
