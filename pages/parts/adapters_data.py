"""The two kinds of data that adapters learn from: question-passage pairs, and conversations for a language model."""

from __future__ import annotations

from dataclasses import replace

from core.evaluation import learn
from core.state.database import Database
from core.training.dataset import Dataset, prepare
from core.training.examples import Example, format_examples, from_pairs, prepare_examples, read_examples
from core.training.from_documents import pairs_from_documents
from core.training.pairs import PAIR_ENDINGS, Pair, fill_in, format_pairs, read_pairs
from core.training.rows import ENDINGS
from pages.parts import services
from pages.parts.adapters_editor import Kind
from pages.parts.adapters_sources import Material

_DROPPED = ("empty", "too_long", "duplicates", "near_duplicates", "personal", "foreign", "leaks")

# ---------------------------------------------------------------- pairs


def _gather_pairs(db: Database, source: str) -> list[Pair]:
    return learn.corrected_pairs(db) if source == "corrections" else learn.pairs_in_house_words(db)


def _offer_pairs(db: Database) -> list[str]:
    return ["documents", *(["corrections"] if learn.training_pairs(db) else []), "file"]


def _rewrite_pair(old: Pair | None, question: str, passage: str) -> Pair:
    """An edited pair is of the same document; its passage names it anew."""
    if old is None:
        return fill_in(Pair(question.strip(), passage.strip(), "", ""))
    key = old.key if passage == old.passage else ""
    return fill_in(replace(old, question=question.strip(), passage=passage.strip(), key=key))


def _split_of_pairs(data: Dataset) -> str:
    return f"adapters_page.split_{data.split_by}"


PAIRS = Material(
    edited=Kind(
        "pairs",
        "adapters_page.pairs",
        ("question", "passage"),
        lambda pair: (pair.question, pair.passage),
        _rewrite_pair,
    ),
    prefix="adapter",
    topic="adapters_page",
    gather=_gather_pairs,
    offered=_offer_pairs,
    read=read_pairs,
    format=format_pairs,
    prepare=prepare,
    endings=tuple(ending.removeprefix(".") for ending in PAIR_ENDINGS),
    dropped=_DROPPED,
    split=_split_of_pairs,
)

# ---------------------------------------------------------------- conversations


def _gather_examples(db: Database, source: str) -> list[Example]:
    if source == "corrections":
        return [Example((("user", one.question),), one.passage) for one in learn.training_pairs(db)]
    if source == "sql":
        return learn.sql_examples(db, services.workspace().tables.catalog())
    return from_pairs(pairs_from_documents(db))


def _offer_examples(db: Database) -> list[str]:
    there = [name for name in ("corrections", "sql") if _gather_examples(db, name)]
    return ["documents", *there, "file"]


def _rewrite_example(old: Example | None, asked: str, said: str) -> Example:
    """An edited example keeps what was said before the question, and its document."""
    if old is None:
        return Example((("user", asked.strip()),), said.strip())
    return replace(old, messages=(*old.messages[:-1], ("user", asked.strip())), completion=said.strip())


EXAMPLES = Material(
    edited=Kind(
        "examples",
        "adapters_chat.examples",
        ("asked", "said"),
        lambda one: (one.messages[-1][1], one.completion),
        _rewrite_example,
    ),
    prefix="chat",
    topic="adapters_chat",
    gather=_gather_examples,
    offered=_offer_examples,
    read=read_examples,
    format=format_examples,
    prepare=prepare_examples,
    endings=tuple(ending.removeprefix(".") for ending in ENDINGS),
    dropped=_DROPPED,
    split=lambda data: "adapters_chat.split",
)

MATERIALS = {"retriever": PAIRS, "chat": EXAMPLES}
