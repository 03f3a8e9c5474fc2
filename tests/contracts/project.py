"""The files of the project, for the tests of its shape."""

import ast
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NOT_OURS: Final = frozenset(
    {".git", ".venv", "var", "build", "dist", "__pycache__", "node_modules", "vendor"}
)
CODE: Final = ("solidarity", "scripts", "bench", "tests")


@lru_cache(maxsize=1)
def project_files() -> tuple[Path, ...]:
    """Every file we wrote, relative to the root; what tools leave behind is not ours."""
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in NOT_OURS and not _is_left_by_a_tool(name)]
        found.extend((Path(folder) / name).relative_to(ROOT) for name in names)
    return tuple(sorted(found))


def _is_left_by_a_tool(folder: str) -> bool:
    return folder.endswith((".egg-info", "_cache")) or folder == ".hypothesis"


def python_files(*folders: str) -> list[Path]:
    """The Python files below these folders, relative to the root."""
    return [path for path in project_files() if path.suffix == ".py" and path.parts[0] in (folders or CODE)]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@lru_cache(maxsize=1000)
def tree_of(path: Path) -> ast.Module:
    return ast.parse(read(path), str(path))


def documents() -> list[Path]:
    """What people read about the project."""
    return [path for path in project_files() if path.suffix == ".md"]


def names_in(path: Path) -> set[str]:
    """What a module defines, at any depth: functions, classes, methods, members, constants."""
    return set(_names(tree_of(path)))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
