"""The pure Osiris spec that goes with a driver, and YAML as people like to read it."""

import copy
from typing import Any, Literal

import yaml

from scaffold.naming import Names
from scaffold.plan.quoting import one_line
from scaffold.spec.emit import driver_path
from scaffold.spec.model import ComponentSpec

WIDTH = 100


def osiris_spec(spec: ComponentSpec, names: Names, layout: Literal["package", "in-tree"]) -> str:
    """Return the emitted spec as YAML; it names the driver where `layout` puts it."""
    emitted = copy.deepcopy(spec.emitted)
    emitted["x-runtime"] = {**emitted.get("x-runtime", {}), "driver": driver_path(names, layout)}
    source = one_line(spec.source_name)
    header = f"# A pure Osiris component spec, emitted by osiris-new from {source}.\n"
    return header + as_yaml(emitted)


def as_yaml(value: Any) -> str:
    """Return JSON data as YAML that reads back equal: blocks, short lists on one line."""
    text = _dump(value, allow_unicode=True)
    if all(char.isprintable() or char == "\n" for char in text):
        return text
    return _dump(value, allow_unicode=False)  # what cannot be seen, as escapes


def _dump(value: Any, *, allow_unicode: bool) -> str:
    return yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=allow_unicode,
        default_flow_style=False,
        sort_keys=False,
        width=WIDTH,
    )


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # lists stand further in than their key


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text.strip("\n") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    short = not any(isinstance(item, dict | list) for item in items) and len(str(items)) < 80
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
