"""What a statement may be made of: the list in `allowed/` for the DuckDB that runs. Another version admits nothing."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from core.errors import AppError

_ALLOWED = Path(__file__).parent / "allowed"


@functools.cache
def allowed() -> dict[str, Any]:
    """The frozen lists for the engine that is installed; another version has no list and admits nothing."""
    import duckdb

    path = _ALLOWED / f"duckdb-{duckdb.__version__}.json"
    if not path.exists():
        raise AppError("sql.guard.engine_version", version=duckdb.__version__)
    lists = json.loads(path.read_text(encoding="utf-8"))
    return {
        "nodes": {name: frozenset(fields) for name, fields in lists["nodes"].items()},
        "parts": {name: frozenset(fields) for name, fields in lists["parts"].items()},
        "functions": frozenset(lists["functions"]),
        "table_functions": frozenset(lists["table_functions"]),
    }
