"""May an adapter be used? It and what is in use answer the same held-out questions, and general ones beside them.

The questions go through the very index and sentence ranker that the app uses, in a workspace of their own. What counts
is the paired difference with its interval: a gain must be shown, and `compare.find_losses` says what counts as a loss.
It trains nothing and changes no adapter; the caller writes the verdict to the card.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.chat.extract import rank_sentences
from core.chat.gather import Pages
from core.chat.question import understand
from core.chat.words import Vocabulary
from core.documents.chunk import chunk_document
from core.documents.layout import layout_to_json, page_from_json
from core.errors import AppError
from core.evaluation.compare import Comparison, compare, find_losses
from core.i18n import fold_space
from core.index.embed import embed_missing
from core.index.search import SearchIndex
from core.metrics import recall_at, reciprocal_rank
from core.models.embedder import Embedder
from core.records import Page, ParsedDocument
from core.settings import Settings
from core.state import documents
from core.state.database import Database
from core.state.vectors import embedding_text
from core.training.pairs import Pair

GENERAL = Path(__file__).with_name("general_cases.jsonl")
Scores = dict[str, dict[str, float]]
Sides = tuple[Scores, Scores]  # of what is in use, of the adapter

_QUESTIONS_MOST = 400
_PAIRS_LEAST = 100  # fewer than this are learned by heart
_TEST_LEAST = 40
_DEPTH = 10
_FORGOT_BY_CHANCE = 0.05  # half of what it is elsewhere: two languages of 120 questions, of which a few always move


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict: `reasons` are (message key, params), empty where it passed; `measures` by name, what is in use
    against the adapter."""

    passed: bool
    reasons: tuple[tuple[str, dict[str, Any]], ...]
    measures: dict[str, Comparison]

    def scores(self) -> Scores:
        """The measures as a card keeps them."""
        return {
            name: {
                "base": round(found.mean_a, 4),
                "adapter": round(found.mean_b, 4),
                "low": round(found.low, 4),
                "high": round(found.high, 4),
                "cases": found.cases,
            }
            for name, found in self.measures.items()
        }


def judge(
    used: tuple[str, Embedder],
    adapted: tuple[str, Embedder],
    test: Sequence[Pair],
    train_pairs: int | None,
    *,
    shipped: Embedder | None = None,
    step: Callable[[float], None] = lambda _: None,
    seed: int = 0,
) -> Gate:
    """Measure both (each with its `encoder_name`) on `test`, of which no document was trained on, and on the general
    cases. `shipped` answers the general ones in place of `used` where that is an adapter itself: else each of a row of
    adapters could forget a little. `train_pairs`: None where it was trained elsewhere. `step` is told how far it is
    (0..1). Raises AppError `gate.few` below 40 test pairs."""
    check_enough(len(test))
    return decide(ask_held_out(used, adapted, test, step, seed), shipped or used[1], adapted[1], train_pairs)


def check_enough(tested: int) -> None:
    """Raises AppError `gate.few` where so many held-out questions are no test."""
    if tested < _TEST_LEAST:
        raise AppError("gate.few", n=tested, least=_TEST_LEAST)


def ask_held_out(
    used: tuple[str, Embedder],
    adapted: tuple[str, Embedder],
    test: Sequence[Pair],
    step: Callable[[float], None] = lambda _: None,
    seed: int = 0,
) -> Sides:
    """The scores of both on `test`, each over an index of its own vectors."""
    asked = list(test)
    random.Random(seed).shuffle(asked)
    asked = asked[:_QUESTIONS_MOST]
    sides: list[Scores] = []
    with tempfile.TemporaryDirectory(prefix="cotejo-gate-") as place:
        db = Database(Path(place) / "state.sqlite")
        try:
            _store(db, test)
            for n, (name, embedder) in enumerate((used, adapted)):
                embed_missing(db, embedder, name)
                step(0.4 + 0.5 * n)
                sides.append(_ask(db, embedder, asked))
                step(0.5 * (n + 1))
        finally:
            db.close()
    return sides[0], sides[1]


def join(folds: Sequence[Sides]) -> Sides:
    """The scores of several tests on different questions as those of one."""
    joined: Sides = ({}, {})
    for n, sides in enumerate(folds):
        for whole, scores in zip(joined, sides, strict=True):
            for name, found in scores.items():
                whole.setdefault(name, {}).update({f"{n}-{case}": value for case, value in found.items()})
    return joined


def decide(held_out: Sides, shipped: Embedder, adapted: Embedder, train_pairs: int | None) -> Gate:
    """The verdict from what both scored on held-out questions, and what they score on the general ones."""
    before, after = (scores | measure_general(one) for scores, one in zip(held_out, (shipped, adapted), strict=True))
    measures = {name: compare(before[name], after[name]) for name in before}
    reasons = tuple(find_faults(measures, train_pairs))
    return Gate(not reasons, reasons, measures)


def find_faults(measures: dict[str, Comparison], train_pairs: int | None) -> list[tuple[str, dict[str, Any]]]:
    """Why an adapter may not be used; empty where it may."""
    faults: list[tuple[str, dict[str, Any]]] = []
    if train_pairs is not None and train_pairs < _PAIRS_LEAST:
        faults.append(("gate.pairs", {"n": train_pairs, "least": _PAIRS_LEAST}))
    dense = measures["dense_mrr"]
    if dense.winner != "b" or measures["dense_recall1"].difference <= 0:
        faults.append(("gate.no_gain", _told(dense)))
    held_out = {name: found for name, found in measures.items() if not name.startswith("general_")}
    general = {name: found for name, found in measures.items() if name.startswith("general_recall1")}
    lost = [("gate.worse", name) for name in find_losses(held_out)]
    lost += [("gate.forgot", name) for name in find_losses(general, _FORGOT_BY_CHANCE)]
    return faults + [(key, _told(measures[name]) | {"measure": name}) for key, name in lost]


def _told(found: Comparison) -> dict[str, Any]:
    return {
        "base": round(found.mean_a, 3),
        "adapter": round(found.mean_b, 3),
        "low": round(found.low, 3),
        "high": round(found.high, 3),
    }


# ---------------------------------------------------------------- the held-out questions


def _store(db: Database, pairs: Sequence[Pair]) -> None:
    """Every passage as a document of one page; those of one key are named alike."""
    forms: dict[str, int] = defaultdict(int)
    for text, pair in {pair.passage: pair for pair in pairs}.items():
        page = Page(1, text)
        parsed = ParsedDocument("text/plain", "", pair.passage_lang or "en", (page,))
        name = f"{pair.key}#{forms[pair.key]}"
        forms[pair.key] += 1
        parts = chunk_document(parsed)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        layouts = [layout_to_json(page).encode()]
        documents.add_document(db, parsed, layouts, parts, sha256=sha256, name=name, size=len(text))


def _ask(db: Database, embedder: Embedder, pairs: Sequence[Pair]) -> Scores:
    """Measure -> question's number -> score. Recall and rank are of passages by their key."""
    index = SearchIndex(db, Settings(Path()), embedder=embedder)
    found: Scores = defaultdict(dict)
    for number, pair in enumerate(pairs):
        case, right = str(number), {pair.key}
        dense = _keys(index.rank_plainly(pair.question, 100, lang=pair.lang)["dense"])
        result = index.search(pair.question, lang=pair.lang, k=_DEPTH)
        fused = _keys([hit.file for hit in result.hits])
        scores = {
            "dense_recall1": recall_at(dense, right, 1),
            "dense_mrr": reciprocal_rank(dense, right),
            "dense_recall5": recall_at(dense, right, 5),
            "fused_recall1": recall_at(fused, right, 1),
        }
        if pair.answer:
            scores["answer_first"] = _answers(index, db, pair, result)
        kind = pair.lang if pair.lang == pair.passage_lang else f"{pair.lang}_on_{pair.passage_lang}"
        for name, value in scores.items():
            found[name][case] = value
            if name in ("dense_recall1", "dense_recall5", "fused_recall1", "answer_first"):
                found[f"{name}_{kind}"][case] = value
    return found


def _keys(files: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.rpartition("#")[0] for name in files))


def _answers(index: SearchIndex, db: Database, pair: Pair, result) -> float:
    """Whether the best sentence holds the answer, white space folded."""

    def read(document_id: int, number: int) -> Page:
        stored = documents.read_page(db, document_id, number)
        return page_from_json(stored.layout, stored.text)

    ranked = rank_sentences(understand(pair.question, pair.lang), result, Vocabulary(index), Pages(read))
    first = ranked.evidence[0] if ranked.evidence else None
    return float(first is not None and fold_space(pair.answer) in fold_space(first.text))


# ---------------------------------------------------------------- the general ones


def measure_general(embedder: Embedder) -> Scores:
    """recall@1 and reciprocal rank of the general cases: a question in each language among all passages of it."""
    rows = [json.loads(line) for line in GENERAL.read_text(encoding="utf-8").splitlines()]
    found: Scores = {}
    for lang in ("en", "es"):
        asked = [f"{row[f'topic_{lang}']}: {row[f'question_{lang}']}" for row in rows]
        told = [embedding_text(row[f"topic_{lang}"], "", row[f"passage_{lang}"]) for row in rows]
        questions = embedder.encode(asked, kind="question", lang=lang)
        passages = embedder.encode(told, lang=lang)
        cosines = questions @ passages.T
        places = (cosines > np.diag(cosines)[:, None]).sum(1) + 1
        found[f"general_recall1_{lang}"] = {str(row["id"]): float(n == 1) for row, n in zip(rows, places, strict=True)}
        found[f"general_mrr_{lang}"] = {str(row["id"]): 1 / float(n) for row, n in zip(rows, places, strict=True)}
    return found
