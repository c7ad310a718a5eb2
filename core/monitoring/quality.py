"""What in the holdings deserves a look: an old version of a document beside a new one, sentences that say the same
with other figures, tables whose newest date lies far back. It reads what is stored and changes nothing.

Versions are found by the share of sentences that two documents have in common once figures are taken out (the overlap
coefficient of the sets); so a figure that changed between two versions is exactly what is then shown. Which figures
exclude each other is told by `Amounts`, as where an answer's documents differ; 7,410 and 7410 are one.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.amounts import Amounts
from core.records import Catalog, Document
from core.state import documents as stored
from core.state.database import Database

_FIGURE = re.compile(r"\d[\d.,]*")
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 5
_SAME_SHARE = 0.5
_LEAST_SHARED = 4
_COMMON_TO = 6  # a sentence in more documents than this is a form's wording, not a statement
_SHOWN = 20
_STALE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sentences that differ in their figures alone."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Versions:
    """Two documents that are versions of one, by the `share` (0..1) of the smaller one's sentences that both hold;
    `older` came first. `differences` are their sentences with other figures."""

    older: str
    newer: str
    share: float
    differences: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """A table whose newest date is `days` before today."""

    table: str
    column: str
    newest: str
    days: int


def find_versions(db: Database, held: Sequence[Document]) -> tuple[Versions, ...]:
    """Pairs of documents of which one is a version of the other, the most alike first."""
    by_id = {document.id: document for document in held}
    told = _statements(db, set(by_id))
    shared: Counter[tuple[int, int]] = Counter()
    where: dict[str, list[int]] = defaultdict(list)
    for document_id, statements in told.items():
        for bare in statements:
            where[bare].append(document_id)
    for owners in where.values():
        if len(owners) <= _COMMON_TO:
            shared.update((a, b) for place, a in enumerate(sorted(owners)) for b in sorted(owners)[place + 1 :])
    found = []
    for (a, b), count in shared.items():
        share = count / max(1, min(len(told[a]), len(told[b])))
        if count >= _LEAST_SHARED and share >= _SAME_SHARE:
            old, new = sorted((by_id[a], by_id[b]), key=lambda document: (document.added_at, document.id))
            found.append(Versions(old.name, new.name, share, _differences(told[old.id], told[new.id])))
    return tuple(sorted(found, key=lambda one: -one.share))


def _statements(db: Database, wanted: set[int]) -> dict[int, dict[str, str]]:
    """Per document: a sentence without its figures -> the sentence; short ones say too little to be told apart."""
    pieces = {piece.id: piece for piece in stored.pieces_after(db, 0) if piece.document_id in wanted}
    told: dict[int, dict[str, str]] = defaultdict(dict)
    for sentence in stored.sentences_after(db, 0):
        piece = pieces.get(sentence.piece_id)
        if piece is None:
            continue
        text = " ".join(piece.text[sentence.start - piece.start : sentence.end - piece.start].split())
        bare = _FIGURE.sub("#", text.casefold())
        if len(_WORD.findall(bare)) >= _LEAST_WORDS:
            told[piece.document_id].setdefault(bare, text)
    return told


def _differences(older: dict[str, str], newer: dict[str, str]) -> tuple[Contradiction, ...]:
    both = [bare for bare in older if bare in newer and _exclude(older[bare], newer[bare])]
    return tuple(Contradiction(older[bare], newer[bare]) for bare in both[:_SHOWN])


def _exclude(one: str, other: str) -> bool:
    """Whether two sentences of the same words cannot both be true: some figure excludes the one in its place."""
    mine, others = _FIGURE.findall(one), _FIGURE.findall(other)
    clashes = (Amounts().clash(a.rstrip(".,"), b.rstrip(".,")) for a, b in zip(mine, others, strict=False))
    return len(mine) != len(others) or any(clashes)


def find_stale(catalog: Catalog, today: datetime.date, days: int = _STALE_DAYS) -> tuple[Stale, ...]:
    """Tables whose newest date of all their columns lies more than `days` back; the longest first."""
    found = []
    for table in catalog.tables:
        newest = max(
            ((_day(column.maximum), column.name) for column in table.columns if _day(column.maximum)), default=None
        )
        if newest and newest[0] and (today - newest[0]).days > days:
            found.append(Stale(table.name, newest[1], newest[0].isoformat(), (today - newest[0]).days))
    return tuple(sorted(found, key=lambda one: -one.days))


def _day(value: object) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", value) if isinstance(value, str) else None
    try:
        return datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
