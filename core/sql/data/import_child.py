"""The program that reads table files: in a child process with limits, which builds one data set file and ends.

`fork` keeps a clean process that forks such a child for each file (two hundred small files must not take two hundred
starts of an interpreter); `once` serves one request over standard input and output, where fork does not exist. A child
takes one JSON request and answers in JSON lines: progress, then what it made or why it could not. It builds under the
temporary name it is given; names, hashes, cards and renames are the parent's (`sources.py`).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import i18n
from core.errors import AppError
from core.sql.data.profile import profile_table
from core.sql.safety.quoting import literal, quote
from core.sql.data.readers import columnar, database, delimited, grids, workbook
from core.sql.data.readers.stage import Settled, Staged, settle
from core.sql.safety.zygote import limit_memory, serve

READERS: dict[str, Callable[..., list[Staged]]] = {
    "delimited": delimited.read,
    "workbook": workbook.read,
    "parquet": columnar.read_parquet,
    "json": columnar.read_json,
    "sqlite": database.read_sqlite,
    "duckdb": database.read_duckdb,
    "grids": grids.read,
}


SMALL_BYTES = 8 << 20
_PLAIN = ("delimited", "json", "grids")  # kinds whose size on disk tells their size in memory
Say = Callable[..., None]


def answer_request(source: Any, sink: Any) -> None:
    """One request, one answer; an unexpected failure ends the process, and the parent says so."""
    import duckdb

    saying = threading.Lock()

    def say(**frame: Any) -> None:
        with saying:
            sink.write(json.dumps(frame).encode("ascii") + b"\n")
            sink.flush()

    say(pid=os.getpid())
    request = json.loads(source.readline())
    limit_memory(request["memory_mb"])
    try:
        if request["task"] == "rename":
            rename_tables(request["out"], request["names"])
            say(done=True)
        else:
            say(made=build_dataset(request, say))
    except AppError as error:
        say(error=[error.key, error.params])
    except (MemoryError, duckdb.OutOfMemoryException):
        say(error=["sql.sources.memory", {"limit_mb": request["memory_mb"]}])
    except (duckdb.Error, OSError, ValueError, UnicodeError, OverflowError, RecursionError) as error:
        detail = _without_paths(str(error), request)
        say(error=["sql.sources.unreadable", {"detail": detail}])


def _answers_apart() -> Any:
    """Standard output for frames alone: from here on no library's own words can get between them."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return sink


def main(mode: str) -> None:
    """Serve forks, or one request. What every child needs is imported before the first fork."""
    if mode == "once":
        answer_request(sys.stdin.buffer, _answers_apart())
        return
    import duckdb
    import openpyxl

    assert duckdb and openpyxl and i18n.messages("en") and i18n.messages("es")
    serve(answer_request)


def _without_paths(message: str, request: dict[str, Any]) -> str:
    """An engine's message as its user may read it: where their file lies is nobody's business but theirs."""
    first = message.split("\n")[0]
    for path in (request["work"], request.get("path", ""), str(Path(request.get("path", "")).parent)):
        first = first.replace(path, "") if len(path) > 1 else first
    return first[:200]


def open_output(request: dict[str, Any]) -> Any:
    """A connection that writes the data set, within the memory and on the scratch folder of the request."""
    import duckdb

    small = is_small(request)
    con = duckdb.connect(":memory:" if small else request["out"])
    con.execute(f"SET memory_limit = '{request['memory_mb'] // 2}MB'")
    con.execute(f"SET temp_directory = {literal(str(Path(request['work']) / 'spill'))}")
    con.execute(f"SET threads = {1 if small else 2}")
    con.execute("SET enable_progress_bar = true")
    con.execute("SET enable_progress_bar_print = false")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET python_enable_replacements = false")
    stage = ":memory:" if small else str(Path(request["work"]) / "stage.duckdb")
    con.execute(f"ATTACH {literal(stage)} AS stage")
    return con


def is_small(request: dict[str, Any]) -> bool:
    """Whether the tables are built in memory and written once: each statement on disk waits for it twice."""
    return request["kind"] in _PLAIN and Path(request["path"]).stat().st_size <= SMALL_BYTES


def write_output(con: Any, request: dict[str, Any]) -> None:
    """The finished tables on disk, whole."""
    if is_small(request):
        con.execute(f"ATTACH {literal(request['out'])} AS finished")
        con.execute("COPY FROM DATABASE memory TO finished")
        con.execute("DETACH finished")
    else:
        con.execute("CHECKPOINT")
    con.close()


class _Share:
    """Says how far the import is: by steps, and inside a long statement by the engine's own estimate."""

    def __init__(self, con: Any, say: Say) -> None:
        self.con = con
        self.say = say
        self.step, self.low, self.width, self.said = "read", 0.0, 0.0, -1.0
        self.ended = threading.Event()
        self.saying = threading.Lock()
        threading.Thread(target=self._look, daemon=True).start()

    def begin(self, step: str, low: float, width: float) -> None:
        self.step, self.low, self.width = step, low, width
        self.reach(0.0)

    def reach(self, share: float) -> None:
        with self.saying:
            now = round(self.low + self.width * min(1.0, share), 3)
            if now > self.said and not self.ended.is_set():
                self.said = now
                self.say(progress=now, step=self.step)

    def end(self) -> None:
        with self.saying:
            self.ended.set()

    def _look(self) -> None:
        while not self.ended.wait(0.5):
            self.reach(max(0.0, self.con.query_progress() / 100))


def build_dataset(request: dict[str, Any], say: Say) -> dict[str, Any]:
    """Read, settle and profile every table of the file; `{"tables": [...], "notes": [...]}` for the card."""
    con = open_output(request)
    work, options = Path(request["work"]), request["options"]
    share = _Share(con, say)
    share.begin("read", 0.02, 0.58)
    read = READERS[request["kind"]]
    staged = read(con, Path(request["path"]), request["stem"], options, work, share.reach)
    names = table_names([table.wanted for table in staged], request["keep_names"])
    share.begin("convert", 0.6, 0.2)
    settled = []
    for number, (table, name) in enumerate(zip(staged, names, strict=True), 1):
        settled.append(settle(con, table, name, options))
        share.reach(number / len(staged))
    by_source = {table.wanted.lower(): name for table, name in zip(staged, names, strict=True)}
    share.begin("profile", 0.8, 0.18)
    tables = []
    for number, table in enumerate(settled, 1):
        tables.append(_card_of(con, table, by_source))
        share.reach(number / len(settled))
    share.end()
    write_output(con, request)
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
        "part": table.staged.part,
        "facts": table.staged.facts,
        "notes": table.notes,
        "foreign_keys": [
            {**key, "ref_table": by_source[key["ref_table"].lower()]}
            for key in table.staged.foreign_keys
            if key["ref_table"].lower() in by_source
        ],
        **profile,
    }


def table_names(wanted: list[str], keep: bool) -> list[str]:
    """Names inside one data set: folded unless the file's own are kept, and no two alike."""
    from core.sql.data.datasets import fold_name, free_name

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
        con.execute(f"ALTER TABLE {quote(old)} RENAME TO {quote(f'__moving_{number}')}")
    for number, new in enumerate(names.values()):
        con.execute(f"ALTER TABLE {quote(f'__moving_{number}')} RENAME TO {quote(new)}")
    con.execute("CHECKPOINT")
    con.close()


if __name__ == "__main__":
    main(sys.argv[1])
