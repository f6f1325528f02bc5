"""What the tests of a REST extractor print: cases, canaries, wrong values, expected requests."""

from typing import Any, Literal

from scaffold.naming import names
from scaffold.plan import quoting, test_cases
from scaffold.spec.model import ComponentSpec

Plan = dict[str, Any]


def tests_plan(spec: ComponentSpec, layout: Literal["package", "in-tree"]) -> Plan:
    """Return what templates/tests/rest_extractor.py.jinja prints for `spec`."""
    if any(r.path is None for r in spec.resources) or spec.client.base_url is None:
        return stub_tests(spec, layout)
    plan = {"template": "tests/rest_extractor.py.jinja", **test_cases.plan(spec)}
    return plan | driver_import(spec, layout)


def stub_tests(spec: ComponentSpec, layout: str) -> Plan:
    """Return the plan of a suite for a driver whose API nobody knows yet."""
    return {"template": "tests/rest_extractor_stubs.py.jinja", **driver_import(spec, layout)}


def driver_import(spec: ComponentSpec, layout: str) -> Plan:
    """Return the statement that imports the driver's module."""
    own = names(spec.name, spec.role, spec.family, spec.driver_class)
    package = own.package if layout == "package" else "osiris.drivers"
    code = f"from {package} import {own.module} as driver_module"
    return {"import_of_driver": quoting.formatted(code)}
