"""What a REST extractor's tests print."""

from typing import Any

from scaffold.spec.model import ComponentSpec


def tests_plan(spec: ComponentSpec, layout: str) -> dict[str, Any]:
    """Return what templates/tests/rest_extractor.py.jinja prints for `spec`."""
    return {"template": "tests/rest_extractor.py.jinja"}
