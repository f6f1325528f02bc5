"""How many mutants of the generated drivers die in their own generated suites.

    python tests/benchmarks/mutation.py [--spec NAME ...] [--tables] [--write]

Needs `pip install mutmut==3.8.1`: its operators make the mutants. They are run here, not by
`mutmut run`, because it collects the suite anew for each of them: a process that has collected
once forks for each mutant, executes the mutated source in the driver's module, and runs the tests
that reach the mutated statement, those first that killed its neighbours. That takes a minute or two
for a spec instead of six. Mutants of functions count; `--tables` adds those of the
constants and tables at the module's level, which mutmut leaves out.

What survives is printed as a diff, below a reason where harmless.py has one; `--write` keeps the
figures and the reasons in mutation.md.
"""

import argparse
import ast
import difflib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harmless import why_harmless  # beside this script

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
SPECS = ROOT / "component_specs"
PROCESSES = 2
PATIENCE = 10.0  # seconds for a test, before its mutant counts as one that never ends


@dataclass
class Mutant:
    function: str  # "" at the module's level
    line: int
    removed: str
    added: str
    outcome: str = "waiting"  # then killed, timeout or survived


@dataclass
class Result:
    name: str
    suite_seconds: float
    tests: int
    mutants: list[Mutant] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(mutant.outcome == outcome for mutant in self.mutants)

    @property
    def percentage(self) -> float:
        return 100 * (1 - self.count("survived") / max(len(self.mutants), 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--spec", nargs="+", default=[], help="as `shopify`; all if left out")
    parser.add_argument("--tables", action="store_true", help="mutate constants and tables too")
    parser.add_argument("--write", action="store_true", help="write mutation.md")
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.project:
        return run_project(options.project, options.tables)
    names = options.spec or sorted(path.name.split(".")[0] for path in SPECS.glob("*.yaml"))
    results = []
    for name in names:
        results.append(of_spec(name, options.tables))
        report(results[-1])
    print(*table(results), sep="\n")
    if options.write:
        HERE.with_suffix(".md").write_text(document(results, options.tables), encoding="utf-8")
    return int(any(result.percentage < 90 for result in results))


def of_spec(name: str, tables: bool) -> Result:
    """Generate a project from a spec and mutate its driver, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        spec = SPECS / f"{name}.extractor.yaml"
        generate = [sys.executable, "-m", "scaffold", "driver", str(spec), "-o", str(project)]
        subprocess.run(generate, cwd=ROOT, check=True, capture_output=True)
        command = [sys.executable, str(HERE), "--project", str(project)]
        done = subprocess.run(command + ["--tables"] * tables, cwd=project, capture_output=True)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stdout.decode()}{done.stderr.decode()}")
        found = json.loads((project / "result.json").read_text(encoding="utf-8"))
    mutants = [Mutant(**mutant) for mutant in found.pop("mutants")]
    return Result(name=name, mutants=mutants, **found)


def run_project(project: Path, tables: bool) -> int:
    """Run pytest with the plugin that mutates instead of reporting."""
    import pytest

    sys.dont_write_bytecode = True
    plugin = Mutations(project, tables)
    options = ["-q", "-s", "--tb=no", "--assert=plain"]  # nobody reads why a mutant dies
    options += ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:timeout"]
    pytest.main([*options, "tests"], plugins=[plugin])
    return 0 if plugin.done else 1


class Mutations:
    """A pytest plugin: once the suite is collected, run it, then run it against each mutant."""

    def __init__(self, project: Path, tables: bool) -> None:
        self.project, self.tables = project, tables
        self.path = next(p for p in project.glob("*/*_driver.py") if p.parent.name != "tests")
        self.reached: dict[int, set[int]] = defaultdict(set)  # line -> numbers of tests
        self.kills: dict[str, Counter[int]] = defaultdict(Counter)  # function -> test -> kills
        self.seconds: list[float] = []
        self.done = False

    def pytest_runtestloop(self, session: Any) -> bool:
        if session.testsfailed:
            raise session.Failed("the suite cannot be collected")
        self.items = session.items
        for item in self.items:
            self._run_timed(item)
        for number, item in enumerate(self.items):
            self._run_traced(number, item)
        result = Result("", sum(self.seconds), len(self.items))
        sources = list(mutants(self.path.read_text(encoding="utf-8"), self.tables))
        self._run_all(sources)
        result.mutants = [mutant for mutant, _, _ in sources]
        found = {name: value for name, value in asdict(result).items() if name != "name"}
        (self.project / "result.json").write_text(json.dumps(found), encoding="utf-8")
        self.done = True
        return True

    def _run_timed(self, item: Any) -> None:
        started = time.perf_counter()
        if not passes(item):
            raise SystemExit(f"{item.nodeid} fails without a mutation")
        self.seconds.append(time.perf_counter() - started)

    def _run_traced(self, number: int, item: Any) -> None:
        """Run a test of the unchanged driver; note which of its lines are executed."""
        path = str(self.path)

        def trace(frame: Any, event: str, _: Any) -> Any:
            if frame.f_code.co_filename != path:
                return None
            self.reached[frame.f_lineno].add(number)
            return trace

        threading.settrace(trace)
        sys.settrace(trace)
        passes(item)
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def _run_all(self, waiting: list[tuple[Mutant, str, range]]) -> None:
        running: dict[int, Mutant] = {}
        for mutant, source, lines in waiting:
            if len(running) == PROCESSES:
                self._reap(running)
            tests = self._tests(mutant, lines)
            if (pid := os.fork()) == 0:
                try:
                    self._judge(source, tests)
                finally:
                    os._exit(os.EX_SOFTWARE)
            running[pid] = mutant
        while running:
            self._reap(running)

    def _tests(self, mutant: Mutant, lines: range) -> list[int]:
        """Return the tests that reach the mutant, likely and quick killers first."""
        found = set().union(*(self.reached.get(line, ()) for line in lines))
        if not mutant.function:
            found = set(range(len(self.items)))
        kills = self.kills[mutant.function]
        return sorted(found, key=lambda n: (-kills[n], self.seconds[n]))

    def _judge(self, source: str, tests: list[int]) -> None:
        """In a process of its own: leave with 1 if a test fails, and with its number in a file."""
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)  # kills this process
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        module = sys.modules[f"{self.path.parent.name}.{self.path.stem}"]
        suite = self.items[0].module
        killer = -1
        try:
            exec(compile(source, str(self.path), "exec"), vars(module))
        except Exception:
            killer = 0
        for name, value in vars(suite).items():
            if getattr(value, "__module__", "") == module.__name__ and isinstance(value, type):
                setattr(suite, name, getattr(module, value.__name__))
        for test in tests if killer < 0 else ():
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
            if not passes(self.items[test]):
                killer = test
                break
        if killer >= 0:
            Path(self.project, f"killer-{os.getpid()}").write_text(str(killer))
        os._exit(int(killer >= 0))

    def _reap(self, running: dict[int, Mutant]) -> None:
        pid, status = os.wait()
        if status == os.EX_SOFTWARE << 8:
            raise SystemExit("a mutant could not be judged")
        mutant = running.pop(pid)
        mutant.outcome = "killed" if os.WIFEXITED(status) else "timeout"
        if status == 0:
            mutant.outcome = "survived"
        note = Path(self.project, f"killer-{pid}")
        if note.exists():
            self.kills[mutant.function][int(note.read_text())] += 1
            note.unlink()


def passes(item: Any) -> bool:
    """Run one test and tell whether it passes or skips."""
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def mutants(source: str, tables: bool) -> Iterator[tuple[Mutant, str, range]]:
    """Yield each mutant, its whole source, and the lines of the statement that it changes."""
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider
    from mutmut.mutation import file_mutation
    from mutmut.mutation.pragma_handling import IgnoredCode

    wrapper = MetadataWrapper(libcst.parse_module(source), unsafe_skip_copy=True)
    nothing = IgnoredCode(set(), set(), set())
    visitor = file_mutation.MutationVisitor(file_mutation.mutation_operators, nothing)
    module = wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    statements = list(spans(ast.parse(source)))
    for mutation in visitor.mutations:
        place = positions[mutation.original_node]
        begin = starts[place.start.line - 1] + place.start.column
        end = starts[place.end.line - 1] + place.end.column
        mutated = source[:begin] + module.code_for_node(mutation.mutated_node) + source[end:]
        span, function = next(s for s in statements if place.start.line in s[0])
        if tables or function:
            yield Mutant(function, place.start.line, *changed(source, mutated)), mutated, span


def spans(tree: ast.Module) -> Iterator[tuple[range, str]]:
    """Yield the lines of each statement without its body, and its function; the innermost first."""
    found: list[tuple[range, str]] = []

    def visit(node: ast.AST, function: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                body = getattr(child, "body", None)
                end = body[0].lineno if isinstance(body, list) and body else child.end_lineno + 1  # type: ignore[operator]
                inner = isinstance(child, ast.FunctionDef)
                found.append((range(child.lineno, max(end, child.lineno + 1)), function))
                visit(child, f"{function}.{child.name}".strip(".") if inner else function)  # type: ignore[attr-defined]
            elif isinstance(child, ast.ExceptHandler | ast.match_case):
                lineno = getattr(child, "lineno", child.body[0].lineno)
                found.append((range(lineno, max(child.body[0].lineno, lineno + 1)), function))
                visit(child, function)

    visit(tree, "")
    yield from sorted(found, key=lambda span: len(span[0]))
    yield range(10**6), ""


def changed(before: str, after: str) -> tuple[str, str]:
    """Return the removed and the added lines."""
    diff = list(difflib.unified_diff(before.splitlines(), after.splitlines(), "", "", "", "", 0))[
        2:
    ]
    return tuple(  # type: ignore[return-value]
        "\n".join(line[1:] for line in diff if line[0] == sign) for sign in "-+"
    )


def reason(mutant: Mutant) -> str:
    """Return why a survivor is harmless, "" if nobody has said."""
    removed, added = (" ".join(text.split()) for text in (mutant.removed, mutant.added))
    return why_harmless(mutant.function, removed, added)


def report(result: Result) -> None:
    """Print the survivors as diffs, those without a reason last, then the figure."""
    survivors = [mutant for mutant in result.mutants if mutant.outcome == "survived"]
    for mutant in sorted(survivors, key=lambda mutant: not reason(mutant)):
        print(f"\n{result.name}: {mutant.function or 'module'}, line {mutant.line}", end="")
        print(f": harmless, {reason(mutant)}" if reason(mutant) else ": no reason is known")
        for sign, text in (("-", mutant.removed), ("+", mutant.added)):
            print(*(sign + line for line in text.splitlines()), sep="\n")
    print(f"\n{table([result])[-1]}", flush=True)


def table(results: list[Result]) -> list[str]:
    """Return the figures as a table of Markdown."""
    rows = [
        "| Spec | Mutants | Killed | Timeout | Survived | Unexplained | Died | Tests | Seconds |"
    ]
    rows.append("|---|" + "---:|" * 8)
    for r in results:
        open_ = sum(m.outcome == "survived" and not reason(m) for m in r.mutants)
        counts = [len(r.mutants), *map(r.count, ("killed", "timeout", "survived")), open_]
        shown = [*map(str, counts), f"{r.percentage:.1f} %", str(r.tests), f"{r.suite_seconds:.1f}"]
        rows.append(f"| {r.name} | {' | '.join(shown)} |")
    return rows


def document(results: list[Result], tables: bool) -> str:
    """Return mutation.md: the figures, and what survives by reason."""
    command = "python tests/benchmarks/mutation.py" + " --tables" * tables + " --write"
    survivors = [(r.name, m) for r in results for m in r.mutants if m.outcome == "survived"]
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, mutant in survivors:
        by_reason[reason(mutant) or "no reason is known"].append(
            f"{name}, `{mutant.function}`: `{' '.join(mutant.added.split())}`"
        )
    lines = ["# Mutants of the generated drivers", "", f"Written by `{command}`.", ""]
    lines += [*table(results), "", "## What survives", ""]
    lines += ["| Why it is harmless | Mutants | Such as |", "|---|---:|---|"]
    for why, found in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        lines.append(f"| {why} | {len(found)} | {found[0].replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
