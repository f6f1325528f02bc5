"""The command `osiris-new`, and `python -m scaffold`."""

import sys

from scaffold import process


def main() -> None:
    """Run the command line and exit."""
    sys.exit(process.run(_command))


def _command() -> int:
    from scaffold.cli import cli

    return int(cli.main(prog_name="osiris-new", standalone_mode=False) or 0)


if __name__ == "__main__":
    main()
