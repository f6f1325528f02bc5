"""The command line, as a user meets it: a process, its output and its exit code."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scaffold.rules import RULES

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "component_specs" / "shopify.extractor.yaml"
START = [sys.executable, "-c", "from scaffold.__main__ import main; main()"]


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that finds this checkout."""
    kept = {key: value for key, value in os.environ.items() if key != "OSIRIS_NEW_DEBUG"}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def run(
    *args: str | Path, cwd: Path | None = None, stdin: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run osiris-new to its end."""
    return subprocess.run(
        [*START, *map(str, args)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(**more),
        check=False,
    )


def stub_spec(path: Path) -> Path:
    """Write a spec that says nothing of paths, paging and authentication."""
    path.write_text(
        "name: stub.extractor\nversion: 1.0.0\nmodes: [extract]\ncapabilities: {}\n"
        "configSchema: {type: object, properties: {}}\n"
        "x-runtime: {requirements: {packages: [requests]}}\n"
        "x-connection-fields: [api_key]\nsecrets: [/api_key]\n"
    )
    return path


@pytest.mark.parametrize("args", [["--help"], ["validate", str(SHOP)], ["rules"], ["schema"]])
def test_light_commands_import_nothing_heavy(args: list[str]) -> None:
    code = (
        "import sys; sys.argv = ['osiris-new', *sys.argv[1:]]\n"
        "from scaffold.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'copier', 'black', 'pandas', 'jinja2', 'requests'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    command = [sys.executable, "-c", code, *args]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["driver", "validate", "rules", "schema"])
def test_help_has_an_example(command: str) -> None:
    done = run(command, "--help")

    assert done.returncode == 0
    assert f"osiris-new {command}" in done.stdout


@pytest.mark.parametrize(
    "args", [["nope"], ["validate"], ["driver"], ["validate", "x", "--level", "y"], ["--nope"]]
)
def test_bad_usage(args: list[str]) -> None:
    done = run(*args)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_validate_tells_findings_by_exit_code_and_format(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: a.extractor\nvrsion: 1.0.0\n")
    text = run("validate", bad)

    assert text.returncode == 1
    assert (
        f"{bad}:2:1: SPEC-011 error: unknown key 'vrsion'\n    hint: did you mean 'version'?"
        in text.stdout
    )
    assert "\x1b" not in text.stdout
    report = json.loads(run("validate", bad, SHOP, "--format", "json").stdout)
    assert report["errors"] == 5
    log = json.loads(run("validate", bad, "--format", "sarif").stdout)
    assert [r["level"] for r in log["runs"][0]["results"]].count("error") == 5


def test_validate_of_a_good_spec() -> None:
    done = run("validate", SHOP, "--level", "strict")

    assert (done.returncode, " error: " in done.stdout) == (0, False)


def test_validate_goes_on_after_an_unreadable_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [")
    done = run("validate", tmp_path / "none.yaml", bad)

    assert done.returncode == 2
    assert "none.yaml:1:1: SPEC-001 error" in done.stdout
    assert "bad.yaml:1:5: SPEC-002 error" in done.stdout
    assert run("validate", bad).returncode == 1


def test_validate_reads_standard_input() -> None:
    done = run("validate", "-", stdin="a: 1\n")

    assert done.returncode == 1
    assert "<stdin>:1:1:" in done.stdout


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "- a", "a: 1\na: 2\n", "\ta: 1", 'a: "\\0"', "a: &a [*a]", "name: ../../evil\n"],
)
def test_driver_refuses_bad_input_and_writes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    done = run("driver", "bad.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "bad.yaml:" in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_driver_generates_and_ends_with_three_lines(tmp_path: Path) -> None:
    done = run("driver", SHOP, cwd=tmp_path)
    made, inferred, following = done.stdout.splitlines()[-3:]

    assert done.returncode == 0, done.stderr
    assert made.startswith("Generated shopify.extractor: ")
    assert made.endswith(" files in shopify_extractor")
    assert inferred.startswith("Inferred: ")
    assert inferred.endswith("open stubs: 0")
    assert following.startswith("Next: cd shopify_extractor && ")
    assert (tmp_path / "shopify_extractor" / "pyproject.toml").is_file()
    again = run("driver", SHOP, cwd=tmp_path)
    assert (again.returncode, "not empty" in again.stderr) == (2, True)


def test_driver_as_json(tmp_path: Path) -> None:
    done = run("driver", SHOP, "-o", tmp_path / "x", "--json")
    result = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert result["directory"] == str(tmp_path / "x")
    assert "pyproject.toml" in result["files"]
    assert result["open_stubs"] == []
    assert {"what", "why"} == set(result["inferred"][0])
    assert result["findings"][0]["rule"].startswith("SPEC-")


def test_driver_refuses_as_json(tmp_path: Path) -> None:
    done = run("driver", "none.yaml", "--json", cwd=tmp_path)
    refused = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (2, "")
    assert (refused["format"], refused["errors"]) == (1, 1)
    assert refused["findings"][0]["rule"] == "SPEC-001"
    diff = json.loads(run("driver", SHOP, "--diff", "--json", cwd=tmp_path).stdout)
    assert (diff["format"], diff["diff"][:4]) == (1, "--- ")


def test_driver_with_open_stubs_needs_a_person(tmp_path: Path) -> None:
    done = run("driver", stub_spec(tmp_path / "stub.yaml"), "-o", tmp_path / "out")

    assert done.returncode == 3, done.stderr
    assert "open: " in done.stdout
    assert "AGENTS.md" in done.stdout.splitlines()[-2]
    (tmp_path / "checkout").mkdir()
    more = ["-o", tmp_path / "checkout", "--layout", "in-tree"]  # has no AGENTS.md
    assert "AGENTS.md" not in run("driver", tmp_path / "stub.yaml", *more).stdout


def test_diff_writes_nothing(tmp_path: Path) -> None:
    done = run("driver", SHOP, "--diff", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "+++ b/pyproject.toml" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_in_tree_conflicts_need_a_person(tmp_path: Path) -> None:
    first = run("driver", SHOP, "--layout", "in-tree", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    (driver,) = (tmp_path / "osiris" / "drivers").glob("*.py")
    driver.write_text("edited")
    again = run("driver", SHOP, "--layout", "in-tree", cwd=tmp_path)

    assert again.returncode == 3
    assert "SPEC-092" in again.stderr
    assert driver.read_text() == "edited"


def test_rules() -> None:
    listed = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(RULES)
    one = run("rules", "drv-016")
    assert one.returncode == 0
    assert "429" in one.stdout
    assert json.loads(run("rules", "DRV-016", "--json").stdout)[0]["level"] == "SHOULD"
    assert run("rules", "DRV-999").returncode == 2


def test_schema_is_json() -> None:
    assert json.loads(run("schema").stdout)["title"] == "osiris-new component spec"


def test_version() -> None:
    assert run("--version").stdout.startswith("osiris-new")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*START, "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == "error: No space left on device\n"


def test_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*START, "schema"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (141, "")


def test_ctrl_c_is_one_line() -> None:
    code = (
        "import time, scaffold.spec.load as l, scaffold.__main__ as m\n"
        "l.load = lambda path: (print('ready', flush=True), time.sleep(60))\nm.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "validate", "x"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)

    assert process.returncode == 130
    assert told == "interrupted; nothing was left half-written\n"


def test_an_internal_error_is_one_line_unless_debugging(tmp_path: Path) -> None:
    code = (
        "import scaffold.spec.load as l, scaffold.__main__ as c\n"
        "def boom(path): raise KeyError('secret')\n"
        "l.load = boom\nc.main()"
    )
    command = [sys.executable, "-c", code, "validate", "x"]
    plain = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    debug = environment(OSIRIS_NEW_DEBUG="1")
    loud = subprocess.run(command, capture_output=True, text=True, env=debug, check=False)

    assert plain.returncode == loud.returncode == 70
    assert plain.stderr.count("\n") == 1
    assert "report" in plain.stderr
    assert "secret" not in plain.stderr
    assert "Traceback" in loud.stderr


def test_closed_streams_do_no_harm() -> None:
    command = " ".join(shlex.quote(word) for word in START)
    for line, code in (("schema >&-", 0), ("schema >&- 2>&-", 0), ("validate - <&- 2>&-", 1)):
        done = subprocess.run(
            ["sh", "-c", f"{command} {line}"],
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, ""), line


def test_validate_tells_an_unreadable_file_among_others(tmp_path: Path) -> None:
    done = run("validate", tmp_path, SHOP)

    assert done.returncode == 2
    assert "cannot be read: Is a directory" in done.stdout
    assert "shopify.extractor.yaml:55:1" in done.stdout


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("wait", [0.0, 0.3])
def test_signals_leave_nothing_anywhere(tmp_path: Path, name: str, wait: float) -> None:
    temporary, target = tmp_path / "tmp", tmp_path / "target"
    temporary.mkdir()
    target.mkdir()
    process = subprocess.Popen(
        [*START, "driver", str(SHOP), "-o", str(target / "project")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(TMPDIR=str(temporary)),
    )
    while process.poll() is None and not list(temporary.iterdir()):  # until it is at work
        time.sleep(0.01)
    time.sleep(wait)
    for _ in range(3):
        process.send_signal(signal.Signals[name])
        time.sleep(0.02)
    _, told = process.communicate(timeout=60)

    if process.returncode == 0:  # it was quick
        assert (target / "project" / "README.md").is_file()
    else:
        assert process.returncode == 128 + signal.Signals[name]
        assert told == "interrupted; nothing was left half-written\n"
        assert list(target.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_two_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [*START, "driver", str(SHOP), "-o", str(tmp_path / str(number))],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for number in range(3)
    ]
    for process in processes:
        told = process.communicate(timeout=120)
        assert process.returncode == 0, told

    texts = [(tmp_path / str(n) / ".copier-answers.yml").read_bytes() for n in range(3)]
    assert texts[0] == texts[1] == texts[2]


def test_the_next_command_works_for_odd_directories(tmp_path: Path) -> None:
    done = run("driver", SHOP, "-o", "-odd dir", cwd=tmp_path)

    assert done.stdout.splitlines()[-1].startswith("Next: cd './-odd dir' && ")
