"""A process of its own that opens one file of a stranger: little memory, little time, no second chance."""

import resource
import sys

from solidarity.requests.papers import MOST_BYTES, checked, limit_libraries
from solidarity.rules.errors import Unreadable

MOST_MEMORY_BYTES = 1_200_000_000
MOST_SECONDS = 10
KEPT = b"kept\n"
REFUSED = b"refused\n"


def main() -> None:
    """Read the file on standard input; answer `kept` and its bytes, or `refused`, the code and its figure."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    limit_libraries()
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        answer = KEPT + checked(content)
    except Unreadable as refusal:
        answer = REFUSED + f"{refusal.code} {refusal.figures.get('most', '')}".encode()
    except MemoryError:
        answer = REFUSED + b"file-too-complex "
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
