"""Fields of the step's config: the spec's own, and those that the driver needs besides."""

from scaffold.spec import facts
from scaffold.spec.document import Json
from scaffold.spec.model import ConfigField, Inference

DRY_RUN = {
    "type": "boolean",
    "description": "Return made-up rows and send no request",
    "default": False,
}
CHUNK_SIZE = {
    "type": "integer",
    "description": "Rows per DataFrame of stream()",
    "default": 10_000,
    "minimum": 1,
    "maximum": 1_000_000,
}


class Config:
    """Collects the fields; what is added says why."""

    def __init__(self, data: dict[str, Json], inferences: list[Inference]) -> None:
        required, connection = facts.required(data), facts.connection_names(data)
        self._data, self._inferences = data, inferences
        self._fields = {
            name: ConfigField(name, schema, name in required and name not in connection)
            for name, schema in facts.properties(data).items()
            if name != "connection"
        }

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def fields(self) -> tuple[ConfigField, ...]:
        """Return all fields, added ones last."""
        return tuple(self._fields.values())

    def schema(self, name: str) -> dict[str, Json]:
        """Return the JSON Schema of a field, an empty one if there is none."""
        return self._fields[name].schema if name in self._fields else {}

    def add(self, name: str, schema: dict[str, Json], why: str, *, required: bool = False) -> None:
        """Add a field unless the spec has it."""
        if name not in self._fields:
            self._fields[name] = ConfigField(name, schema, required, added=True)
            self._inferences.append(Inference(f"config field {name} is added", why))

    def add_page_size(self, name: str, default: int, maximum: int | None) -> None:
        """Add a field for records per page; where paginators differ, it admits what any allows."""
        added = self._fields.get(name)
        schema: dict[str, Json] = {"type": "integer", "description": "Records per page"}
        schema |= {"default": default, "minimum": 1}
        if maximum is not None:
            schema["maximum"] = maximum
        if added is None:
            self.add(name, schema, "a paginator has a page size")
        elif added.added:
            if added.schema.get("default") != default:
                added.schema.pop("default", None)
            limits = (added.schema.pop("maximum", None), maximum)
            if None not in limits:
                added.schema["maximum"] = max(limits)

    def add_standard(self) -> None:
        """Add `dry_run`, and `chunk_size` for a driver that streams."""
        self.add("dry_run", dict(DRY_RUN), "every driver has a dry run (DRV-026)")
        streams = facts.get(self._data, "capabilities", "streaming")
        if streams and "batch_size" not in self:
            self.add("chunk_size", dict(CHUNK_SIZE), "capabilities.streaming is true (DRV-029)")
