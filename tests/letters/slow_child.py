"""A child process that hangs, dies, eats memory or answers, as it is told."""

import os
import sys
import time

from solidarity.letters.child import serve


def obey(question: bytes) -> bytes:
    if question == b"hang":
        time.sleep(60)
    if question == b"die":
        sys.stdout.flush()
        os._exit(7)
    if question == b"eat":
        return bytes(3 * 1024**3)
    if question == b"environment":
        return " ".join(os.environ).encode()
    return question


if __name__ == "__main__":
    serve(obey)
