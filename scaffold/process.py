"""A command as a process: signals, closed streams, errors in one line, exit codes.

Standard library only at import: from here on, Ctrl-C is one line too.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scaffold.errors import Finding

BAD_INPUT = 2
INTERNAL, BROKEN_PIPE = 70, 141  # EX_SOFTWARE, 128 + SIGPIPE
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
PATIENCE_SECONDS = 5  # in which more signals are ignored: tidying up takes a moment


class Stopped(BaseException):
    """A signal asks to stop; no `except Exception` on the way keeps it."""


class Stop:
    """A signal handler that raises Stopped, and remembers the signal."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._patient_until = 0.0

    def __call__(self, number: int, _: object) -> None:
        """Raise Stopped, but not for a second signal right after the first."""
        now = time.monotonic()
        if now >= self._patient_until:
            self.number = number
            self._patient_until = now + PATIENCE_SECONDS
            raise Stopped


def run(command: Callable[[], int]) -> int:
    """Run `command` and return the exit code; what goes wrong is told in a line or two."""
    _open_streams()
    stop = Stop()
    try:
        _handle(stop)
        code = command()
        sys.stdout.flush()
    except BaseException as error:
        code = _failed(error, stop.number)
    finally:
        _handle(signal.SIG_IGN)  # the interpreter ends now
    return code


def print_findings(findings: Iterable["Finding"]) -> None:
    """Print findings to standard error."""
    from scaffold import report

    told = report.text(findings, colour=report.wants_colour(sys.stderr))
    print(told, end="", file=sys.stderr)


def _open_streams() -> None:
    """Let a stream that the caller has closed lead nowhere; Python has None for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _handle(handler: Callable[[int, Any], None] | signal.Handlers) -> None:
    for name in SIGNALS:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, handler)


def _failed(error: BaseException, stopped: int | None) -> int:
    """Tell `error` and return the exit code. What fails while we stop is not told."""
    from click import ClickException

    from scaffold.errors import ScaffoldError

    if stopped is not None:
        print("interrupted; nothing was left half-written", file=sys.stderr)
        return 128 + stopped
    if isinstance(error, BrokenPipeError) or (isinstance(error, SystemExit) and error.code == 1):
        _forget_output()  # SystemExit is click's own, when a pipe is closed
        return BROKEN_PIPE
    if isinstance(error, ClickException):
        error.show()
    elif isinstance(error, ScaffoldError):
        print_findings(error.findings)
    elif isinstance(error, OSError) and error.errno:  # Jinja's are OSErrors without a number
        print(f"error: {_os_error(error)}", file=sys.stderr)
        _forget_output()
    elif not isinstance(error, SystemExit):
        return _internal(error)
    return BAD_INPUT


def _internal(error: BaseException) -> int:
    """Ask for a report; no traceback but for who asks for it."""
    if os.environ.get("OSIRIS_NEW_DEBUG") == "1":
        traceback.print_exception(error)
    hint = "please report it with the output of the same command under OSIRIS_NEW_DEBUG=1"
    print(f"internal error: {type(error).__name__}; {hint}", file=sys.stderr)
    return INTERNAL


def _os_error(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _forget_output() -> None:
    """Keep the interpreter from complaining about what it cannot flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
