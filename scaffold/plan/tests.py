"""What the tests of a REST extractor print: cases, canaries, wrong values, expected requests."""

from typing import Any, Literal

from scaffold.naming import names
from scaffold.plan import quoting
from scaffold.plan.suite import stubs, suite_plan
from scaffold.plan.suite.facts import Facts
from scaffold.spec.model import ComponentSpec

Plan = dict[str, Any]


def tests_plan(spec: ComponentSpec, layout: Literal["package", "in-tree"]) -> Plan:
    """Return what templates/tests/rest_extractor.py.jinja prints for `spec`."""
    if stubs.unknown_api(spec):
        template, plan = "rest_extractor_stubs.py.jinja", stubs.suite(Facts(spec))
    else:
        template, plan = "rest_extractor.py.jinja", suite_plan(spec)
    return {"template": f"tests/{template}", **plan, **driver_import(spec, layout)}


def driver_import(spec: ComponentSpec, layout: str) -> Plan:
    """Return the statement that imports the driver's module."""
    own = names(spec.name, spec.role, spec.family, spec.driver_class)
    package = own.package if layout == "package" else "osiris.drivers"
    code = f"from {package} import {own.module} as driver_module"
    return {"import_of_driver": quoting.formatted(code)}
