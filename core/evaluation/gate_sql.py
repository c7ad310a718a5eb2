"""Do the statements that a language model writes give the right rows? Base and adapter are asked held-out questions in
the chat's own words, and what they write is mended, guarded and run in the sandbox as any statement of a model is.

It reads a workspace's tables and writes nothing; which statements are held out is the data set's split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core import settings as settings_table
from core.errors import AppError
from core.evaluation.compare import Comparison, compare
from core.evaluation.sql_cases import is_ordered
from core.models.engine import Call
from core.models.local_model import LocalModel
from core.records import Message, QueryResult
from core.sql.generate import TOKENS_MAX, extract_sql
from core.sql.parser.compare import same_answer
from core.sql.repair import repair_sql
from core.sql.tables import Tables
from core.training.examples import Example

RunSql = Callable[[str, bool], QueryResult]  # (statement, whether small slips are mended first)
Pair = tuple[Path | None, Path]  # folders of two adapters of one base, the first None for the bare base
_ASKED_MOST = 20  # answers are written out, token by token
_ASKED_LEAST = 5


@contextmanager
def open_tables(workspace: Path) -> Iterator[RunSql]:
    """How a statement is run over a workspace's tables; what the guard refuses comes back as an error."""
    tables = Tables(settings_table.load(workspace))

    def run(sql: str, mend: bool) -> QueryResult:
        try:
            result = tables.run(repair_sql(sql, tables.catalog()) if mend else sql).result
        except AppError as error:
            return QueryResult(error=(error.key, error.params))
        return result or QueryResult(error=("generate.no_statement", {"model": ""}))

    try:
        yield run
    finally:
        tables.close()


def measure_statements(model: LocalModel, pair: Pair, examples: Sequence[Example], run: RunSql) -> Comparison | None:
    """The share of questions whose statement gives the right statement's rows, under the first adapter and under the
    second; None where fewer than five of the right statements run here."""
    asked = []
    for one in examples:
        gold = extract_sql(one.completion) if one.database else ""
        rows = run(gold, False) if gold else None
        if rows is not None and not rows.error and len(asked) < _ASKED_MOST:
            asked.append((one, gold, rows))
    if len(asked) < _ASKED_LEAST:
        return None
    sides: list[dict[str, float]] = []
    for place in (str(folder) if folder else None for folder in pair):
        scores = {}
        for n, (one, gold, rows) in enumerate(asked):
            messages = [Message(role, text) for role, text in one.messages]
            said = "".join(piece.text for piece in model.generate(messages, TOKENS_MAX, place, Call()))
            sql = extract_sql(said)
            scores[str(n)] = float(bool(sql) and same_answer(rows, run(sql, True), is_ordered(gold)))
        sides.append(scores)
    return compare(*sides)
