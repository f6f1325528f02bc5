"""The command line: parse, call, print, exit code. Heavy imports wait until they are needed."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold import process, report
from scaffold.errors import Conflict, Finding, ScaffoldError, errors
from scaffold.rules import RULES, Rule

if TYPE_CHECKING:
    from scaffold.project import Generated
    from scaffold.spec.model import ComponentSpec

FINDINGS, BAD_INPUT, NEEDS_A_PERSON = 1, process.BAD_INPUT, 3
EPILOG = (
    "Exit codes: 0 good; 1 what was asked about has errors; 2 bad usage or input; 3 needs a person "
    "(an open stub, a conflict)."
)
SPEC = click.Path(readable=False)  # `load` looks, and tells it as a finding among others
TARGET = click.Path(readable=False, path_type=Path)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _print_version(context) if wanted else None,
    help="Show the version and exit.",
)
def cli() -> None:
    """Generate complete Osiris drivers from component specs.

    \b
    Example:
      osiris-new driver component_specs/shopify.extractor.yaml
    """


@cli.command()
@click.argument("spec", type=SPEC)
@click.option("-o", "--output", type=TARGET, help="Where to.  [./<family>_<role>]")
@click.option(
    "--layout",
    type=click.Choice(["package", "in-tree"]),
    default="package",
    show_default=True,
    help="An installable project, or three files of an Osiris checkout.",
)
@click.option("--template", metavar="GIT_URL_OR_PATH", help="Your own template.")
@click.option(
    "--diff", "only_diff", is_flag=True, help="Show what would be written; write nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def driver(
    context: click.Context,
    spec: str,
    output: Path | None,
    layout: Any,
    template: str | None,
    only_diff: bool,
    as_json: bool,
) -> None:
    """Generate the driver project of SPEC (`-` reads standard input).

    \b
    Examples:
      osiris-new driver component_specs/shopify.extractor.yaml
      osiris-new driver my.extractor.yaml -o out --diff
    """
    try:
        built, findings = _sound(spec)
        from scaffold import project

        target = output or _default_target(built, layout)
        if only_diff:
            diff = project.diff(built, target, layout=layout, template=template)
            told = json.dumps({"format": report.FORMAT, "diff": diff}, indent=2)
            click.echo(told if as_json else diff, nl=as_json)
            return
        generated = project.generate(built, target, layout=layout, template=template)
    except ScaffoldError as error:
        if as_json:
            click.echo(report.json_report(error.findings), nl=False)
        else:
            process.print_findings(error.findings)
        context.exit(NEEDS_A_PERSON if isinstance(error, Conflict) else BAD_INPUT)
    if as_json:
        click.echo(json.dumps(_as_json(built, generated, findings, layout), indent=2))
    else:
        process.print_findings(findings)
        click.echo(_told(built, generated, layout), nl=False)
    context.exit(NEEDS_A_PERSON if generated.open_stubs else 0)


@cli.command()
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=SPEC)
@click.option(
    "--level",
    type=click.Choice(["basic", "enhanced", "strict"]),
    default="enhanced",
    show_default=True,
    help="basic: what generation needs; enhanced: and configSchema and examples; strict: and "
    "pointers, aliases, modes, names of secrets.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.pass_context
def validate(context: click.Context, specs: tuple[str, ...], level: Any, form: str) -> None:
    """Check specs and tell all findings at once.

    \b
    Examples:
      osiris-new validate component_specs/*.yaml --level strict
      osiris-new validate my.extractor.yaml --format sarif > findings.sarif
    """
    from scaffold.spec.load import load
    from scaffold.spec.validate import validate as check

    findings: list[Finding] = []
    for spec in specs:
        try:
            findings += check(load(spec), level)
        except ScaffoldError as error:
            findings += error.findings
    if form == "text":
        click.echo(report.text(findings, colour=report.wants_colour(sys.stdout)), nl=False)
        files = specs[0] if len(specs) == 1 else f"{len(specs)} specs"
        click.echo(f"{files}: {report.summary(findings)}", err=True)
    else:
        click.echo({"json": report.json_report, "sarif": report.sarif}[form](findings), nl=False)
    unreadable = any(finding.rule == "SPEC-001" for finding in findings)
    context.exit(BAD_INPUT if unreadable else FINDINGS if errors(findings) else 0)


@cli.command()
@click.argument("rule", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def rules(rule: str | None, as_json: bool) -> None:
    """List all rules, or explain one: statement, level, why, how it is satisfied.

    \b
    Examples:
      osiris-new rules
      osiris-new rules DRV-016
    """
    if rule is None:
        chosen = list(RULES.values())
    elif rule.upper() in RULES:
        chosen = [RULES[rule.upper()]]
    else:
        hint = "'osiris-new rules' lists them"
        raise click.UsageError(f"there is no rule {rule!r}; {hint}")
    if as_json:
        click.echo(json.dumps([vars(one) for one in chosen], indent=2))
    elif rule is None:
        click.echo(
            "".join(f"{one.id:9} {one.level:9} {one.statement}\n" for one in chosen), nl=False
        )
    else:
        click.echo(_explained(chosen[0]), nl=False)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors.

    \b
    Example:
      osiris-new schema > component-spec.schema.json
    and, as the first line of a spec:
      # yaml-language-server: $schema=./component-spec.schema.json
    """
    from scaffold.spec.schema import text

    click.echo(text(), nl=False)


def _print_version(context: click.Context) -> None:
    from importlib import metadata

    try:
        click.echo(f"osiris-new {metadata.version('osiris-new')}")
    except metadata.PackageNotFoundError:
        click.echo("osiris-new, not installed")
    context.exit()


def _sound(spec: str) -> tuple["ComponentSpec", list[Finding]]:
    """Return a spec and what is to be told about it. Raises ScaffoldError if it has errors."""
    from scaffold.spec.build import build
    from scaffold.spec.load import load
    from scaffold.spec.validate import generation_findings

    document = load(spec)
    findings = generation_findings(document)
    if errors(findings):
        raise ScaffoldError(findings)
    return build(document), findings


def _default_target(spec: "ComponentSpec", layout: str) -> Path:
    from scaffold.naming import names

    if layout == "in-tree":
        return Path()
    return Path(names(spec.name, spec.role, spec.family, spec.driver_class).package)


def _explained(rule: Rule) -> str:
    return f"{rule.id} ({rule.level})\n  {rule.statement}\n  Why: {rule.why}\n  How: {rule.how}\n"


def _told(spec: "ComponentSpec", generated: "Generated", layout: str) -> str:
    """Return what was inferred and is open in detail, then three lines that sum up."""
    lines = [f"inferred: {inference.what} ({inference.why})" for inference in spec.inferences]
    lines += [f"open: {stub.method}() ({stub.why})" for stub in generated.open_stubs]
    lines += [f"note: {generated.note}"] if generated.note else []
    inferred, stubs = len(spec.inferences), len(generated.open_stubs)
    lines.append(f"Generated {spec.name}: {len(generated.files)} files in {generated.directory}")
    see = " (see AGENTS.md)" if stubs and "AGENTS.md" in generated.files else ""
    lines.append(f"Inferred: {inferred}; open stubs: {stubs}{see}")
    lines.append(f"Next: {_next(generated, layout)}")
    return "".join(line + "\n" for line in lines)


def _next(generated: "Generated", layout: str) -> str:
    if layout == "in-tree":
        test = next((name for name in generated.files if name.startswith("tests/")), "tests")
        return f"cd {_quoted(generated.directory)} && python -m pytest {test}"
    install = "python -m pip install -e '.[test]'"
    return f"cd {_quoted(generated.directory)} && {install} && python -m pytest"


def _quoted(path: Path) -> str:
    import shlex

    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _as_json(
    spec: "ComponentSpec", generated: "Generated", findings: Sequence[Finding], layout: str
) -> dict[str, Any]:
    """Return the result as plain data; keys are added, never renamed."""
    return {
        "format": report.FORMAT,
        "name": spec.name,
        "directory": str(generated.directory),
        "files": list(generated.files),
        "inferred": [{"what": i.what, "why": i.why} for i in spec.inferences],
        "open_stubs": [vars(stub) for stub in generated.open_stubs],
        "note": generated.note,
        "findings": report.as_json(findings),
        "next": _next(generated, layout),
    }
