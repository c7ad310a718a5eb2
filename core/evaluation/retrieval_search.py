"""Looks for settings of the search that suit the user's own documents: length of a piece, weight of meaning, how many.

    python -m core.evaluation.retrieval_search WORKSPACE --out FOLDER [--minutes 10]

The documents are cut and embedded anew for every length, in a place of their own; every weight is then tried on
questions made from the documents and on corrections, of the development part alone: the test part stays the gate's. The
settings in force come first, and others are recommended only where the paired difference says so. It changes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core import settings as settings_table
from core.documents.chunk import chunk_document
from core.documents.layout import page_from_json
from core.errors import AppError
from core.evaluation import learn
from core.evaluation.compare import compare
from core.index.embed import embed_missing
from core.index.search import SearchIndex
from core.metrics import mean
from core.models.adapters import encoder_name
from core.models.embedder import Embedder, load_embedder
from core.records import ParsedDocument
from core.settings import Settings
from core.state import documents
from core.state.database import Database
from core.training.child import run_command, write_line
from core.training.dataset import fold_words, prepare
from core.training.pairs import Pair

TRIED = "tried.jsonl"
PIECES = (200, 120, 80, 300)  # tokens
WEIGHTS = (0, 20, 35, 50, 65, 80)  # percent of meaning; 0: told from the texts, as it comes
DEPTH = 20
_QUESTIONS_LEAST, _QUESTIONS_MOST = 20, 150
_WORDS_MOST = 14  # of what may be taken for a question
_PAGES_MOST = 400
_SHINGLE, _SAME = 4, 0.5  # words; of the shorter text's shingles
_AS_GOOD = 0.01


@dataclass(frozen=True, slots=True)
class Tried:
    """Settings and what they find: mean reciprocal rank, the share found first and among so many. `better` and `low`,
    `high`: against the settings in force, with the 95 % interval; `ranks`: of each question, 0 where not found."""

    values: dict[str, int]
    mrr: float
    recall: dict[str, float]
    low: float = 0.0
    high: float = 0.0
    better: bool = False
    ranks: list[int] = field(default_factory=list)


Tell = Callable[[dict[str, Any]], bool]


def search_settings(
    db: Database, held: Settings, embedder: Embedder, out: Path, minutes: float, tell: Tell
) -> list[Tried]:
    """Try lengths and weights until the minutes are over. Raises AppError `retrieval_search.few`."""
    asked = questions(db)
    if len(asked) < _QUESTIONS_LEAST:
        raise AppError("retrieval_search.few", n=len(asked), least=_QUESTIONS_LEAST)
    wanted = {pair.document for pair in asked}
    parsed = list(_read_documents(db, wanted))
    begun, found = time.perf_counter(), []
    lengths = list(dict.fromkeys((held.get("piece_tokens"), *PIECES)))
    weights = list(dict.fromkeys((held.get("dense_weight_percent"), *WEIGHTS)))
    out.mkdir(parents=True, exist_ok=True)
    (out / TRIED).unlink(missing_ok=True)
    for n, length in enumerate(lengths):
        for m, ranks in enumerate(_rank_all(parsed, held, embedder, length, weights, asked)):
            values = {"piece_tokens": length, "dense_weight_percent": weights[m]}
            found.append(_judge(values, ranks, found[0] if found else None))
            with (out / TRIED).open("a", encoding="utf-8") as target:
                target.write(json.dumps(asdict(found[-1])) + "\n")
            share = (n + (m + 1) / len(weights)) / len(lengths)
            if not tell({"progress": round(share, 3), "message": "retrieval_search.trying", "tried": len(found)}):
                return found
        if time.perf_counter() - begun > 60 * minutes:
            break
    return found


def questions(db: Database) -> list[Pair]:
    """Questions about the documents whose answers' places are known, of the development part."""
    pairs = [*learn.corrected_pairs(db), *learn.pairs_in_house_words(db)]
    short = [pair for pair in pairs if len(pair.question.split()) <= _WORDS_MOST]
    return list(prepare(short, dev_share=0.4, test_share=0.2).dev)[:_QUESTIONS_MOST]


def fewest_passages(recall: dict[str, float]) -> int:
    """The fewest passages that find nearly what the most do."""
    most = max(recall.values(), default=0.0)
    return min((int(k) for k, share in recall.items() if share >= most - _AS_GOOD), default=0)


def read_tried(folder: Path) -> list[Tried]:
    path = folder / TRIED
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Tried(**json.loads(line)) for line in lines if line.endswith("}")]


def best_of(tried: Sequence[Tried]) -> Tried | None:
    """The best of those that are surely better than the settings in force, which come first; else those in force."""
    better = [one for one in tried if one.better]
    return max(better, key=lambda one: one.mrr) if better else (tried[0] if tried else None)


def _judge(values: dict[str, int], ranks: list[int], first: Tried | None) -> Tried:
    scores = [1 / rank if rank else 0.0 for rank in ranks]
    recall = {str(k): round(mean([float(0 < rank <= k) for rank in ranks]), 4) for k in (1, 3, 5, 8, 12, DEPTH)}
    found = Tried(values, round(mean(scores), 4), recall, ranks=ranks)
    if first is None:
        return found
    before = {str(n): 1 / rank if rank else 0.0 for n, rank in enumerate(first.ranks)}
    told = compare(before, {str(n): score for n, score in enumerate(scores)})
    return Tried(values, found.mrr, recall, round(told.low, 4), round(told.high, 4), told.winner == "b", ranks)


# ---------------------------------------------------------------- one length of a piece


def _read_documents(db: Database, wanted: set[str]) -> Iterator[tuple[str, str, ParsedDocument, list[bytes]]]:
    """(name, sha256, pages, layouts) as they were read: those asked about first, then others beside them."""
    stored = sorted(documents.list_documents(db, ""), key=lambda one: (one.name not in wanted, one.id))
    pages = 0
    for one in stored:
        if pages > _PAGES_MOST:
            return
        rows = documents.read_pages(db, one.id)
        pages += len(rows)
        read = tuple(page_from_json(row.layout, row.text) for row in rows)
        yield one.name, one.sha256, ParsedDocument(one.media, one.title, one.lang, read), [row.layout for row in rows]


def _rank_all(
    parsed: Sequence[tuple[str, str, ParsedDocument, list[bytes]]],
    held: Settings,
    embedder: Embedder,
    length: int,
    weights: Sequence[int],
    asked: Sequence[Pair],
) -> Iterator[list[int]]:
    """For each weight the rank of each question's answer (0: not among the first), the documents cut to this length."""
    with tempfile.TemporaryDirectory(prefix="cotejo-retrieval-") as place:
        db = Database(Path(place) / "state.sqlite")
        try:
            tokens, overlap = held.get("passage_tokens"), held.get("passage_overlap_tokens")
            for name, sha256, document, layouts in parsed:
                parts = chunk_document(document, passage_tokens=tokens, overlap_tokens=overlap, piece_tokens=length)
                documents.add_document(db, document, layouts, parts, sha256=sha256, name=name, size=0)
            embed_missing(db, embedder, encoder_name(held))
            for weight in weights:
                index = SearchIndex(db, held.replace(dense_weight_percent=weight), embedder=embedder)
                yield [_rank(index, pair) for pair in asked]
        finally:
            db.close()


def _rank(index: SearchIndex, pair: Pair) -> int:
    hits = index.search(pair.question, lang=pair.lang, k=DEPTH).hits
    gold = _shingles(pair.passage)
    right = (n for n, hit in enumerate(hits, 1) if hit.file == pair.document and _holds(hit.piece or hit.text, gold))
    return next(right, 0)


def _holds(text: str, gold: set[tuple[str, ...]]) -> bool:
    own = _shingles(text)
    return len(own & gold) >= _SAME * min(len(own), len(gold))


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = fold_words(text)
    return {tuple(words[at : at + _SHINGLE]) for at in range(max(len(words) - _SHINGLE + 1, 1))}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.retrieval_search")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--child", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    return run_command(lambda: _search_in(options), options.child)


def _search_in(options: argparse.Namespace) -> int:
    held = settings_table.load(options.workspace)
    db = Database(options.workspace / "state.sqlite")
    try:
        embedder = load_embedder(encoder_name(held), settings_table.cache_folder())
        found = search_settings(db, held, embedder, options.out, options.minutes, write_line)
    finally:
        db.close()
    best = best_of(found)
    write_line({"progress": 1.0, "message": "retrieval_search.trying", "best": asdict(best) if best else None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
