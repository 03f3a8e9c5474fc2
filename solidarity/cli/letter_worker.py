"""A letter worker that ends with the program that started it, however that one ended."""

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """Wait until the program that started this one is gone; then end this one too."""
    # The parent holds the other end and writes nothing: reading returns when it is gone, even if killed.
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


def run() -> None:
    """`solidarity letters work`, watched."""
    threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    # The terminal's Ctrl-C reaches every program at once; this one ends when its parent says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from solidarity.cli import main

    main(["letters", "work"])


if __name__ == "__main__":
    run()
