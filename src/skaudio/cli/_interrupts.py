"""Reliable handling of Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REPEAT_SECONDS = 10.0  # longer than cleaning up takes


@contextmanager
def repeated_interrupts() -> Iterator[None]:
    """Repeat an interrupt that had no effect.

    Python raises it wherever the main thread is; in a callback from C, or in a module that imports with a bare
    ``except``, it is swallowed, and work continues for minutes.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(number: int, frame: Any) -> None:  # noqa: ARG001
        signal.setitimer(signal.ITIMER_REAL, REPEAT_SECONDS)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in before.items():
            signal.signal(number, handler)
