"""Execution accuracy of questions to tables: the rows of an answer against the rows of a gold statement, case by case.

A case is a line of JSON: `id`, `question`, `db` (or `file`), `gold_sql` (a list where several answers are right) and
`lang`, which may be missing. How a question is answered and how gold statements are run is handed in; the parser is not
known here.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.records import QueryResult, SqlAnswer
from core.sql.parser.compare import same_answer

SURE = 0.8  # an answer of this confidence is shown as sure


@dataclass(frozen=True, slots=True)
class SqlCase:
    """A question with the statement whose rows are right; `db` names the database or file that it asks about. The rows
    of the `others` are as right."""

    id: str
    question: str
    db: str
    gold_sql: str
    lang: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SqlOutcome:
    """`right`: the first reading's rows are the gold's; `among`: those of one of the readings shown."""

    case: SqlCase
    kind: str
    right: bool
    among: bool
    confidence: float
    ms: float
    sql: str | None


@dataclass(frozen=True, slots=True)
class SqlScore:
    """Shares over all cases (0..1), by kind of query and of the confident answers (SURE or more) as (right, cases), and
    milliseconds a question."""

    cases: int
    right: float
    among: float
    by_kind: dict[str, tuple[int, int]]
    sure_right: float
    p50_ms: float
    p95_ms: float
    confident: tuple[int, int] = (0, 0)


def read_sql_cases(path: Path) -> list[SqlCase]:
    """The cases of a JSONL file; a line without a gold statement is left out."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        raw = json.loads(line)
        gold = raw.get("gold_sql") or raw.get("gold_duckdb") or raw.get("sql")
        if gold:
            golds = [gold] if isinstance(gold, str) else gold
            db = raw.get("db") or raw.get("file") or ""
            others = tuple(golds[1:])
            cases.append(SqlCase(str(raw.get("id", number)), raw["question"], db, golds[0], raw.get("lang"), others))
    return cases


def kind_of_query(sql: str) -> str:
    """The hardest thing a statement does: window, set, nested, group, top, aggregate, filter or list."""
    text = re.sub(r"'(?:[^']|'')*'", "''", sql.upper())
    if re.search(r"\bOVER\s*\(", text):
        return "window"
    if re.search(r"\b(UNION|INTERSECT|EXCEPT)\b", text):
        return "set"
    if len(re.findall(r"\bSELECT\b", text)) > 1:
        return "nested"
    if "GROUP BY" in text:
        return "group"
    if "ORDER BY" in text and "LIMIT" in text:
        return "top"
    if re.search(r"\b(COUNT|SUM|AVG|MIN|MAX)\s*\(", text):
        return "aggregate"
    return "filter" if " WHERE " in text else "list"


def is_ordered(sql: str) -> bool:
    """Whether the statement itself (not a part in brackets) asks for an order."""
    flat, depth = [], 0
    for char in sql:
        depth += (char == "(") - (char == ")")
        flat.append(char if depth == 0 else " ")
    return bool(re.search(r"\bORDER\s+BY\b", "".join(flat), re.IGNORECASE))


def measure_cases(
    cases: Iterable[SqlCase],
    answer: Callable[[SqlCase], SqlAnswer],
    run: Callable[[str, str], QueryResult],
) -> list[SqlOutcome]:
    """One outcome a case. `answer` answers it, `run(db, sql)` runs its gold statement and its other readings.

    A case whose gold statement fails is left out."""
    outcomes = []
    for case in cases:
        golds = [(run(case.db, text), is_ordered(text)) for text in (case.gold_sql, *case.others)]
        if any(gold.error for gold, _ in golds):
            continue
        started = time.perf_counter()
        found = answer(case)
        ms = 1000 * (time.perf_counter() - started)
        right = found.result is not None and _is_right(found.result, golds)
        among = right or any(_is_right(run(case.db, other.sql), golds) for other in found.alternatives)
        sql = found.sql.text if found.sql else None
        outcomes.append(SqlOutcome(case, kind_of_query(case.gold_sql), right, among, found.confidence, ms, sql))
    return outcomes


def _is_right(result: QueryResult, golds: list[tuple[QueryResult, bool]]) -> bool:
    return any(same_answer(gold, result, ordered) for gold, ordered in golds)


def summarize(outcomes: list[SqlOutcome]) -> SqlScore:
    """Shares, kinds and milliseconds; `sure_right` is the share that is right in the surest quarter."""
    if not outcomes:
        return SqlScore(0, 0.0, 0.0, {}, 0.0, 0.0, 0.0)
    kinds: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.kind].append(outcome.right)
    surest = sorted(outcomes, key=lambda o: -o.confidence)[: max(1, len(outcomes) // 4)]
    times = sorted(outcome.ms for outcome in outcomes)
    return SqlScore(
        len(outcomes),
        sum(o.right for o in outcomes) / len(outcomes),
        sum(o.among for o in outcomes) / len(outcomes),
        {kind: (sum(hits), len(hits)) for kind, hits in sorted(kinds.items())},
        sum(o.right for o in surest) / len(surest),
        statistics.median(times),
        times[min(len(times) - 1, int(0.95 * len(times)))],
        (sum(o.right for o in outcomes if o.confidence >= SURE), sum(o.confidence >= SURE for o in outcomes)),
    )
