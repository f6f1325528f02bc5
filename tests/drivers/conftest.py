"""A fake API on a local socket, and drivers generated from specs as small as a test needs."""

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jinja2
import pytest
import yaml

from scaffold.errors import Severity
from scaffold.plan.driver import driver_plan
from scaffold.spec.build import build
from scaffold.spec.load import parse
from scaffold.spec.validate import validate

ROOT = Path(__file__).parents[2]
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(ROOT / "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
BASE = """
name: t.extractor
version: 1.0.0
modes: [extract, discover]
capabilities: {discover: true, doctor: true, streaming: true}
configSchema:
  type: object
  properties: {connection: {type: string}}
  required: [connection]
x-driver:
  transport: rest
  client: {base_url: https://api.example/v1}
  paginator: {type: single_page}
  doctor: {path: me}
"""


@dataclass
class Call:
    """A request as the server saw it."""

    method: str
    path: str
    query_text: str
    headers: Any
    content: bytes

    @property
    def query(self) -> dict[str, str]:
        """Return the query, decoded; a name that is there twice fails the test."""
        pairs = parse_qsl(self.query_text, keep_blank_values=True)
        assert len(pairs) == len(dict(pairs)), f"twice in {self.query_text}"
        return dict(pairs)

    @property
    def body(self) -> Any:
        """Return the JSON body."""
        return json.loads(self.content)

    @property
    def form(self) -> dict[str, str]:
        """Return the form of a token request."""
        return dict(parse_qsl(self.content.decode()))


@dataclass
class Answer:
    """What the server says; bytes as they are, all else as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Time:
    """A clock that stands still but for the naps."""

    def __init__(self) -> None:
        self.seconds, self.naps = 1000.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds - 1000)


class Api(ThreadingHTTPServer):
    """Answers by `respond`, or by what `script` holds, and notes each call."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.calls, self.time = list[Call](), Time()
        self.script = list[Any]()
        self.respond: Callable[[Call], Any] = lambda call: self.script.pop(0)
        self.connection: dict[str, Any] = {"base_url": self.url}
        self.module: ModuleType | None = None

    def driver(self, **more: Any) -> Any:
        """Return a new driver of the loaded module, with a clock that stands still."""
        assert self.module is not None
        time = self.time
        return self.module.TExtractorDriver(
            **{"sleep": time.sleep, "clock": time.clock, "now": time.now, **more}
        )

    def config(self, **more: Any) -> dict[str, Any]:
        return {"resolved_connection": dict(self.connection), **more}

    def read(self, ctx: Any = None, **more: Any) -> Any:
        """Return the frame of a run."""
        return self.driver().run(step_id="s", config=self.config(**more), ctx=ctx)["df"]

    def failure(self, **more: Any) -> str:
        """Return the message of a run that fails."""
        with pytest.raises((RuntimeError, ValueError)) as caught:
            self.read(**more)
        assert caught.value.__context__ is caught.value.__cause__ is None
        return str(caught.value)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer on a kept connection takes 40 ms
    server: Api

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = Call(self.command, parts.path, parts.query, self.headers, content)
        self.server.calls.append(call)
        answer = self.server.respond(call)
        if callable(answer):
            answer(self)
            self.close_connection = True
            return
        answer = answer if isinstance(answer, Answer) else Answer(answer)
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args: Any) -> None:
        pass


def merged(base: Any, more: Any) -> Any:
    """Return `base` with `more` over it, mappings member by member."""
    if isinstance(base, dict) and isinstance(more, dict):
        both = {**base, **more}
        return {k: merged(base[k], v) if k in base and k in more else v for k, v in both.items()}
    return more


class Drivers:
    """Generates and imports drivers, one for each distinct spec."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._modules = directory, dict[str, ModuleType]()

    def __call__(self, x_driver: str, top: str = "{}") -> ModuleType:
        """Return the module for BASE with `x_driver` (YAML) in place, and other keys from `top`."""
        data = merged(yaml.safe_load(BASE), yaml.safe_load(top))
        data["x-driver"] = merged(data["x-driver"], yaml.safe_load(x_driver))
        return self.load(yaml.safe_dump(data, sort_keys=False))

    def load(self, text: str) -> ModuleType:
        """Return the module for the spec `text`."""
        if text not in self._modules:
            self._modules[text] = self._load(text)
        return self._modules[text]

    def check(self) -> None:
        """Fail if black or ruff's default rules find something in any of them."""
        for tool in ("black --check --diff -q -l 100 -t py311", "ruff check --isolated --quiet"):
            command = [sys.executable, "-m", *tool.split(), str(self._directory)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr

    def _load(self, text: str) -> ModuleType:
        document = parse(text, "t.extractor.yaml")
        errors = [f for f in validate(document) if f.severity is Severity.ERROR]
        assert errors == []
        template = ENVIRONMENT.get_template("drivers/rest_extractor.py.jinja")
        code = template.render(plan={"driver": driver_plan(build(document))})
        path = self._directory / f"driver_{len(self._modules)}.py"
        path.write_text(code, encoding="utf-8")
        found = importlib.util.spec_from_file_location(path.stem, path)
        assert found is not None and found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        return module


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drivers]:
    drivers = Drivers(tmp_path_factory.mktemp("drivers"))
    yield drivers
    drivers.check()


@pytest.fixture()
def server() -> Iterator[Api]:
    with Api() as api:
        threading.Thread(target=api.serve_forever, args=(0.002,), daemon=True).start()
        yield api
        api.shutdown()


@pytest.fixture()
def api(server: Api, drivers: Drivers) -> Callable[..., Api]:
    """Return a function: a spec's x-driver (YAML) and other keys -> the API with that driver."""

    def prepared(x_driver: str, top: str = "{}") -> Api:
        server.module = drivers(x_driver, top)
        return server

    return prepared


@pytest.fixture()
def answer() -> type[Answer]:
    return Answer
