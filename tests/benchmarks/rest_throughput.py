"""How many rows a second a generated REST driver reads, and in how much memory.

Run: python tests/benchmarks/rest_throughput.py [--rows 100000 1000000] [--dlt PYTHON]

A server on a local socket sends pages of 1,000 rows of five columns, made once, so that hardly
anything but the reader is measured. Every reading is a process of its own; its peak memory is
what the system says (ru_maxrss), less that of the same process after a single page. `--dlt` names
a Python that has dlt: its rest_api source reads the same pages in the same run.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
PAGE = 1000
SPEC = """
name: bench.extractor
version: 1.0.0
modes: [extract]
capabilities: {streaming: true}
configSchema: {type: object, properties: {connection: {type: string}}, required: [connection]}
x-driver:
  transport: rest
  client: {base_url: "https://api.example", auth: {type: none}}
  paginator: {type: offset, param: offset, total: total, page_size: {param: limit, default: 1000}}
  resources:
    things:
      path: things
      data_selector: items
      fields: {id: integer, name: string, price: decimal, at: datetime, active: boolean}
"""


class Pages(BaseHTTPRequestHandler):
    """Sends a page of rows; all but their total are the same bytes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rows: ClassVar[list[dict]] = [
        {
            "id": number,
            "name": f"thing {number}",
            "price": f"{number}.50",
            "at": f"2025-01-{number % 28 + 1:02}T12:30:00Z",
            "active": number % 2 == 0,
        }
        for number in range(PAGE)
    ]
    pages: ClassVar[dict[int, str]] = {}

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        offset, total = int(parse_qs(parts.query)["offset"][0]), int(parts.path.split("/")[1])
        rows = self.pages.get(offset % 7) or json.dumps(
            [{**row, "id": row["id"] + offset % 7} for row in self.rows]
        )
        self.pages[offset % 7] = rows
        items = rows if offset < total else "[]"
        body = f'{{"total": {total}, "items": {items}}}'.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *args: object) -> None:
        pass


def generated(url: str) -> int:
    """Read everything by the driver's stream()."""
    namespace: dict = {"__name__": "bench"}
    exec(compile(sys.stdin.read(), "bench_extractor_driver.py", "exec"), namespace)
    config = {"resolved_connection": {"base_url": url}}
    chunks = namespace["BenchExtractorDriver"]().stream(step_id="s", config=config)
    return sum(len(chunk["data"]) for chunk in chunks)


def by_dlt(url: str) -> int:
    """Read everything by dlt's rest_api source."""
    from dlt.sources.rest_api import rest_api_source

    paginator = {"type": "offset", "limit": PAGE, "total_path": "total"}
    client = {"base_url": f"{url}/", "paginator": paginator}
    endpoint = {"path": "things", "data_selector": "items"}
    source = rest_api_source(
        {"client": client, "resources": [{"name": "things", "endpoint": endpoint}]}
    )
    return sum(1 for _ in source.resources["things"])


def measured(reader: str, url: str) -> None:
    """Print rows, seconds and peak memory (MB) of this process as JSON."""
    started = time.perf_counter()
    rows = {"driver": generated, "dlt": by_dlt}[reader](url)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / (1e6 if sys.platform == "darwin" else 1e3)
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak_mb}))


def driver_code() -> str:
    """Return the driver that osiris-new generates for SPEC."""
    sys.path.insert(0, str(ROOT))
    from scaffold.project import preview
    from scaffold.spec.build import build
    from scaffold.spec.load import parse

    files = preview(build(parse(SPEC, "bench.extractor.yaml")))
    return next(text for name, text in files.items() if name.endswith("/bench_extractor_driver.py"))


def main() -> None:
    """Print a table: one line for each reader and number of rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--dlt", metavar="PYTHON", help="a Python that has dlt installed")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measured(*options.measure)
        return
    code = driver_code()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, daemon=True).start()
    readers = {"driver": sys.executable} | ({"dlt": options.dlt} if options.dlt else {})
    print(f"{'reader':<8}{'rows':>10}{'rows/s':>10}{'peak MB':>9}{'over one page':>15}{'ratio':>8}")
    speeds: dict[int, float] = {}  # of the first reader
    for reader, python in readers.items():
        base = 0.0
        for rows in [PAGE, *options.rows]:
            url = f"http://127.0.0.1:{server.server_port}/{rows}"
            command = [python, __file__, "--measure", reader, url]
            done = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
            assert found["rows"] == rows, found
            base = base or found["peak_mb"]
            speed, more = found["rows"] / found["seconds"], found["peak_mb"] - base
            if rows == PAGE:
                continue
            speeds.setdefault(rows, speed)
            line = f"{reader:<8}{rows:>10,}{speed:>10,.0f}{found['peak_mb']:>9.0f}{more:>15.1f}"
            print(f"{line}{speed / speeds[rows]:>8.2f}")


if __name__ == "__main__":
    main()
