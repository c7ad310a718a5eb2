"""Makes the vectors that are missing, in the background: passages of every document first, then sentences.

A change of embedder swaps only when the new model has embedded every passage; until then the old one answers.
It searches nothing.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import AppError
from core.index.trust import TRUST, Trust, refresh_trust, trust_of
from core.models.embedder import Embedder
from core.state import vectors
from core.state.database import Database

_ACTIVE = "embedder.active"
_FAILURE = "embedder.failure"
_AT_ONCE = {"piece": 64, "sentence": 256}


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """The model whose vectors answer: its name in the settings, and the id under which they are stored."""

    name: str
    id: str


def read_active(db: Database) -> ActiveModel | None:
    stored = vectors.read_meta(db, _ACTIVE)
    return ActiveModel(**json.loads(stored)) if stored else None


def read_revision(db: Database) -> tuple[tuple[int, int, int], ActiveModel | None, Trust]:
    """How far the state has come, whose vectors answer and how far they are trusted: what a live index compares
    itself with."""
    found, (active, trust) = vectors.revision_and_meta(db, (_ACTIVE, TRUST))
    model = ActiveModel(**json.loads(active)) if active else None
    return found, model, trust_of(trust, model.id if model else "")


def note_failure(db: Database, error: AppError | None) -> None:
    """Keep why no model can be had, for whoever waits for vectors; None when one was loaded."""
    vectors.write_meta(db, _FAILURE, json.dumps([error.key, error.params]) if error else "")


def read_failure(db: Database) -> AppError | None:
    stored = vectors.read_meta(db, _FAILURE)
    if not stored:
        return None
    key, params = json.loads(stored)
    return AppError(key, **params)


def embed_missing(
    db: Database,
    embedder: Embedder,
    name: str,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[dict[vectors.Kind, tuple[int, int]]], None] | None = None,
) -> bool:
    """Embed all that `embedder` (called `name` in the settings) has not; True when nothing is missing any more.

    Looks at `stop` between batches of some seconds at most, tells `progress` what `embedding_progress` says."""
    if read_active(db) is None:  # the first model serves from its first vectors on
        _activate(db, ActiveModel(name, embedder.id))
    kinds: tuple[vectors.Kind, ...] = ("piece", "sentence")
    for kind in kinds:
        while missing := vectors.next_missing(db, embedder.id, kind, _AT_ONCE[kind]):
            if stop():
                return False
            _embed_batch(db, embedder, missing)
            if progress:
                progress(vectors.embedding_progress(db, embedder.id))
        if kind == "piece":
            _activate(db, ActiveModel(name, embedder.id))
    refresh_trust(db, embedder.id, name)
    return True


def _embed_batch(db: Database, embedder: Embedder, missing: list[vectors.Missing]) -> None:
    """The texts of a language together, stored a run a document."""
    runs: list[tuple[vectors.Missing, bytes]] = []
    for lang in dict.fromkeys(part.lang for part in missing):
        mine = [part for part in missing if part.lang == lang]
        rows = embedder.encode([text for part in mine for text in part.texts], lang=lang).astype(np.float16)
        bounds = np.cumsum([0, *(len(part.texts) for part in mine)])
        runs += [(part, rows[a:b].tobytes()) for part, (a, b) in zip(mine, itertools.pairwise(bounds), strict=True)]
    vectors.put_vectors(db, embedder.id, runs)


def _activate(db: Database, model: ActiveModel) -> None:
    if read_active(db) != model:
        vectors.write_meta(db, _ACTIVE, json.dumps({"name": model.name, "id": model.id}))
        vectors.forget_other_models(db, {model.id})
