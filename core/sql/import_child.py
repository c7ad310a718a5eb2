"""The program that reads a table file: a child process with limits, which builds one data set file and ends.

Takes one JSON request on standard input and answers in JSON lines: progress, then what it made or why it could not.
It builds under the temporary name it is given; names, hashes, cards and renames are the parent's (`sources.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.sql.profile import profile_table
from core.sql.readers import columnar, database, delimited, workbook
from core.sql.readers.stage import Settled, Staged, quoted, settle, text_literal
from core.sql.zygote import limit_memory

READERS: dict[str, Callable[..., list[Staged]]] = {
    "delimited": delimited.read,
    "workbook": workbook.read,
    "parquet": columnar.read_parquet,
    "json": columnar.read_json,
    "sqlite": database.read_sqlite,
    "duckdb": database.read_duckdb,
}


def say(**frame: Any) -> None:
    sys.stdout.write(json.dumps(frame) + "\n")
    sys.stdout.flush()


def main() -> None:
    """One request, one answer; an unexpected failure ends the process, and the parent says so."""
    import duckdb

    request = json.loads(sys.stdin.readline())
    limit_memory(request["memory_mb"])
    try:
        if request["task"] == "rename":
            rename_tables(request["out"], request["names"])
            say(done=True)
        else:
            say(made=build_dataset(request))
    except AppError as error:
        say(error=[error.key, error.params])
    except (MemoryError, duckdb.OutOfMemoryException):
        say(error=["sql.sources.memory", {"limit_mb": request["memory_mb"]}])
    except (duckdb.Error, OSError, ValueError, UnicodeError) as error:
        detail = _without_paths(str(error), request)
        say(error=["sql.sources.unreadable", {"detail": detail}])


def _without_paths(message: str, request: dict[str, Any]) -> str:
    """An engine's message as its user may read it: where their file lies is nobody's business but theirs."""
    first = message.split("\n")[0]
    for path in (request["work"], request.get("path", ""), str(Path(request.get("path", "")).parent)):
        first = first.replace(path, "") if len(path) > 1 else first
    return first[:200]


def open_output(request: dict[str, Any]) -> Any:
    import duckdb

    con = duckdb.connect(request["out"])
    con.execute(f"SET memory_limit = '{request['memory_mb'] * 2 // 5}MB'")
    con.execute(f"SET temp_directory = {text_literal(str(Path(request['work']) / 'spill'))}")
    con.execute("SET threads = 2")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET python_enable_replacements = false")
    con.execute(f"ATTACH {text_literal(str(Path(request['work']) / 'stage.duckdb'))} AS stage")
    return con


def build_dataset(request: dict[str, Any]) -> dict[str, Any]:
    """Read, settle and profile every table of the file; `{"tables": [...], "notes": [...]}` for the card."""
    con = open_output(request)
    work, options = Path(request["work"]), request["options"]
    say(progress=0.02, step="read")
    staged = READERS[request["kind"]](
        con,
        Path(request["path"]),
        request["stem"],
        options,
        work,
        lambda share: say(progress=0.02 + 0.58 * share, step="read"),
    )
    names = table_names([table.wanted for table in staged], request["keep_names"])
    settled = []
    for number, (table, name) in enumerate(zip(staged, names, strict=True)):
        settled.append(settle(con, table, name, options))
        say(progress=0.6 + 0.2 * (number + 1) / len(staged), step="convert")
    by_source = {table.wanted: name for table, name in zip(staged, names, strict=True)}
    tables = []
    for number, table in enumerate(settled):
        tables.append(_card_of(con, table, by_source))
        say(progress=0.8 + 0.18 * (number + 1) / len(settled), step="profile")
    con.execute("CHECKPOINT")
    con.close()
    return {"tables": tables}


def _card_of(con: Any, table: Settled, by_source: dict[str, str]) -> dict[str, Any]:
    profile = profile_table(con, table.name, table.staged.primary_key)
    for column in profile["columns"]:
        decision = table.decisions.get(column["name"])
        if decision:
            column.update({key: value for key, value in decision.items() if key != "type" and value})
    return {
        "name": table.name,
        "wanted": table.staged.wanted,
        "facts": table.staged.facts,
        "notes": table.notes,
        "foreign_keys": [
            {**key, "ref_table": by_source[key["ref_table"]]}
            for key in table.staged.foreign_keys
            if key["ref_table"] in by_source
        ],
        **profile,
    }


def table_names(wanted: list[str], keep: bool) -> list[str]:
    """Names inside one data set: folded unless the file's own are kept, and no two alike."""
    from core.sql.datasets import fold_name, free_name

    taken: set[str] = set()
    names = []
    for name in wanted:
        names.append(free_name(name if keep else fold_name(name), taken))
        taken.add(names[-1].lower())
    return names


def rename_tables(path: str, names: dict[str, str]) -> None:
    """Give tables their final names, through names nobody has: two may swap."""
    import duckdb

    con = duckdb.connect(path)
    for number, old in enumerate(names):
        con.execute(f"ALTER TABLE {quoted(old)} RENAME TO {quoted(f'__moving_{number}')}")
    for number, new in enumerate(names.values()):
        con.execute(f"ALTER TABLE {quoted(f'__moving_{number}')} RENAME TO {quoted(new)}")
    con.execute("CHECKPOINT")
    con.close()


if __name__ == "__main__":
    main()
