"""The program of the child process that turns the frozen facts of letters into PDF."""

from functools import cache

from solidarity.letters.child import serve
from solidarity.letters.pdf import LetterRenderer
from solidarity.rules.letter import facts_from_json


@cache
def _renderer() -> LetterRenderer:
    return LetterRenderer()


def render(facts: bytes) -> bytes:
    return _renderer().render(facts_from_json(facts))


if __name__ == "__main__":
    serve(render)
