"""Learns how far each reading is to be trusted (`weights/trust.json`); a part of `python -m core.sql.learning.train`.

Each question is read by both readers, all readings run, and each one's rows are compared with the gold's: four
logistic models follow (`trust.py`), and three that tell how sure the chosen reading is. The parser's part must come
from databases that it did not see, so it is handed in by database. Business questions come from folders of one's own:
`*.jsonl` (`db`, `lang`, `question`, `gold_sql` as a text or a list of texts, any of which is right) beside a folder of
table files for each `db`. Nothing here is used while a question is answered.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.records import Catalog, QueryResult
from core.sql.arrange import choose_lead
from core.sql.data.catalog import build_catalog
from core.sql.data.schema import Schema, schema_of
from core.sql.data.sources import import_source
from core.sql.language.lexicon import builtin_lexicon
from core.sql.learning.pairs import Pair, Runner, run_statement
from core.sql.linking.link import Links
from core.sql.parser.compare import same_answer
from core.sql.parser.propose import Parser
from core.sql.readings import Option, Readings, find_readings, link_corrected
from core.sql.trust import (
    CHOOSING,
    MODELS,
    SURETY,
    alone_signals,
    first_signals,
    further_signals,
    signs_of,
    sure_signals,
)
from core.sql.unlinked import unknown_words

TODAY = datetime.date(2026, 11, 23)  # 'last month' of a case means the same at each training
STRENGTH = 0.3  # inverse of the ridge penalty
BUSINESS_WEIGHT = 2.0  # there are fewer of them than of other questions
CAUTION = 2.0  # a wrong answer told as sure costs more than a right one told as doubtful: odds are halved
SURE_CAUTION = 1.25  # the same for the confidence that is shown: .92 of those from .8 on are right
FURTHER_MAX = 12
ROWS_MAX = 5000


@dataclass(frozen=True)
class Judged:
    """A question with both readers' readings, each known to be right or not; `business` tells whose question it is."""

    links: Links
    schema: Schema
    readings: Readings
    unknown: int
    ruled: tuple[bool, ...]
    parsed: tuple[bool, ...]
    business: bool

    def is_right(self, option: Option) -> bool:
        sides = ((self.readings.ruled, self.ruled), (self.readings.parsed, self.parsed))
        return any(truth for options, truths in sides for o, truth in zip(options, truths, strict=True) if o is option)


def judge_question(
    question: str,
    lang: str,
    catalog: Catalog,
    golds: list[tuple[QueryResult, bool]],
    parser: Parser,
    run: Callable[[list[str]], list[QueryResult]],
    business: bool,
) -> Judged:
    """Read a question with `parser` and the rules; `golds` are (rows that are right, whether their order counts)."""
    lexicon = builtin_lexicon()
    schema = schema_of(catalog, lexicon)
    links, _ = link_corrected(question, lang, schema, lexicon, parser)
    readings = find_readings(links, schema, parser, run, lang, TODAY)
    sides = [
        tuple(any(same_answer(gold, option.result, ordered) for gold, ordered in golds) for option in options)
        for options in (readings.ruled, readings.parsed)
    ]
    return Judged(links, schema, readings, len(unknown_words(links, schema, parser)), *sides, business)


def judge_pair(pair: Pair, catalog: Catalog, parser: Parser, runner: Runner) -> Judged:
    """A question read on its own database; statements go to `runner`."""
    run = functools.partial(runner.run, pair.db)
    return judge_question(pair.question, pair.lang, catalog, runner.golds(pair), parser, run, pair.business)


def read_business(folder: Path, work: Path, runner: Runner) -> tuple[list[Pair], dict[str, Catalog]]:
    """(the questions of one folder, catalog by database): its tables are imported below `work` once, and `runner` is
    told of them. A question on a database of the archive keeps that one's name and has no catalog here."""
    pairs: list[Pair] = []
    catalogs: dict[str, Catalog] = {}
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    for case in map(json.loads, lines):
        name = case["db"]
        if (folder / name).is_dir():
            name = f"{folder.name}/{name}"
            if name not in catalogs:
                catalogs[name], runner.connections[name] = open_tables(folder / case["db"], work / name)
        golds = [case["gold_sql"]] if isinstance(case["gold_sql"], str) else case["gold_sql"]
        pairs.append(Pair(name, case["question"], golds[0], case["lang"], tuple(golds[1:]), True))
    return pairs, catalogs


def run_statements(connection: Any, statements: list[str]) -> list[QueryResult]:
    """A result each, over the tables that `open_tables` made."""
    import duckdb

    return [run_statement(connection, statement, ROWS_MAX, duckdb) for statement in statements]


def open_tables(source: Path, target: Path) -> tuple[Catalog, Any]:
    """(catalog, a connection with a view a table) of a folder of table files."""
    import duckdb

    target.mkdir(parents=True, exist_ok=True)
    if not any(target.glob("*.duckdb")):
        for path in sorted(source.iterdir()):
            import_source(path, path.name, target)
    catalog = build_catalog(target)
    connection = duckdb.connect()
    alias = {path: f"d{place}" for place, path in enumerate(dict.fromkeys(str(t.dataset) for t in catalog.tables))}
    for path, name in alias.items():
        connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
    for table in catalog.tables:
        connection.execute(f'CREATE VIEW "{table.name}" AS SELECT * FROM {alias[str(table.dataset)]}."{table.name}"')
    return catalog, connection


# ---------------------------------------------------------------- fitting


def fit_trust(judged: list[Judged], kept: dict[str, list[float]] | None = None) -> dict[str, dict[str, float]]:
    """model -> signal -> weight, the form of `trust.json`; the models that choose are not learned anew where their
    weights are to be `kept`."""
    weights = kept or _fit_choosing(judged)
    weights = {name: weights[name] for name in CHOOSING} | fit_surety(judged, weights)
    return {name: dict(zip(signals, weights[name], strict=True)) for name, signals in MODELS.items()}


def _fit_choosing(judged: list[Judged]) -> dict[str, list[float]]:
    both = [j for j in judged if j.readings.ruled]
    alone = [j for j in judged if not j.readings.ruled and j.readings.parsed]
    rows = {
        "rule": [_judged_row(j, _first_row(j, j.readings.ruled[0]), j.ruled[0]) for j in both],
        "parser": [_judged_row(j, _first_row(j, j.readings.parsed[0]), j.parsed[0]) for j in both if j.readings.parsed],
        "alone": [_judged_row(j, alone_signals(j.readings, j.links, j.schema, j.unknown), j.parsed[0]) for j in alone],
    }
    weights = {name: fit_logistic(found, signs_of(name)) for name, found in rows.items()}
    weights["further"] = fit_logistic(list(_further_rows(judged, weights)), signs_of("further"))
    return weights


def fit_surety(judged: list[Judged], weights: dict[str, list[float]]) -> dict[str, list[float]]:
    """The models that tell how sure a reading is that was chosen by `weights`."""
    rows: dict[str, list[tuple[list[float], bool, float]]] = {name: [] for name in SURETY}
    for j in judged:
        lead, chances = choose_lead(j.readings, j.links, j.schema, j.unknown, weights)
        if lead is not None:
            name, signals = sure_signals(lead, chances, j.readings, j.links, j.schema, j.unknown)
            right = j.is_right(lead)
            rows[name].append((signals, right, 1.0 if right else SURE_CAUTION))
    return {name: fit_logistic(found, signs_of(name)) for name, found in rows.items()}


def _first_row(j: Judged, option: Option) -> list[float]:
    return first_signals(option, j.readings, j.links, j.schema, j.unknown)


def _judged_row(j: Judged, signals: list[float], right: bool) -> tuple[list[float], bool, float]:
    return signals, right, (BUSINESS_WEIGHT if j.business else 1.0) * (1.0 if right else CAUTION)


def _further_rows(judged: list[Judged], weights: dict[str, list[float]]) -> Iterable[tuple[list[float], bool, float]]:
    """(signals, right, weight) of the readings that are not the first, where the first is wrong."""
    known = {**weights, "further": [0.0] * len(MODELS["further"])}
    for j in judged:
        lead, chances = choose_lead(j.readings, j.links, j.schema, j.unknown, known)
        if lead is None or j.is_right(lead):
            continue
        for option in [o for o in (*j.readings.ruled, *j.readings.parsed) if o is not lead][:FURTHER_MAX]:
            signals = further_signals(option, lead, chances, j.links, j.schema)
            yield _judged_row(j, signals, j.is_right(option))


def fit_logistic(found: list[tuple[list[float], bool, float]], signs: list[int]) -> list[float]:
    """Ridge logistic regression on (signals, right, weight) without intercept (a signal is always 1); zeros where there
    is nothing to learn.

    What a statement leaves unsaid can only speak against it (`signs`): where chance taught otherwise, such a signal is
    left out and the others are learned anew."""
    if len({right for _, right, _ in found}) < 2:
        return [0.0] * len(signs)
    rows, truth, weights = (np.array(part, float) for part in zip(*found, strict=True))
    kept = np.ones(len(signs))
    while True:
        learned = _fit_ridge(rows * kept, truth, weights)
        wrong = learned * np.array(signs) < 0
        if not wrong.any():
            return [round(float(weight), 3) for weight in learned]
        kept[wrong] = 0.0


def _fit_ridge(rows: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=2000)
    model.fit(rows, truth, sample_weight=weights)
    return model.coef_[0]


def save_trust(path: Path, weights: dict[str, dict[str, float]]) -> None:
    """Write the weights of the models of trust."""
    path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
