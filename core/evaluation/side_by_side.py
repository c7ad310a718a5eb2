"""One question, several adapters: what each finds or says, side by side, for a person to look at. It scores nothing.

Searching with another adapter needs its vectors of every passage. Here each orders the best candidates of the index
alone, which are read anew: seconds for a question, whatever the library holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.index.search import SearchIndex
from core.models.embedder import Embedder, reader_of
from core.models.engine import Call
from core.models.loading import load_model
from core.records import Message
from core.settings import Settings

CANDIDATES = 40
_SHOWN = 5
_TOKENS_MOST = 160


@dataclass(frozen=True, slots=True)
class Found:
    """A passage as one side orders it: `cosine` to the question, `was` its place on the other side (from 1)."""

    file: str
    page: int
    text: str
    cosine: float
    was: int


def order_candidates(index: SearchIndex, question: str, lang: str, sides: Sequence[Embedder]) -> list[list[Found]]:
    """For each side its best five among the candidates that the index in force brings."""
    hits = index.search(question, lang=lang, k=CANDIDATES).hits
    if not hits:
        return [[] for _ in sides]
    texts = [hit.piece or hit.text for hit in hits]
    orders = []
    for side in sides:
        rows = np.concatenate([side.encode([text], lang=hit.lang) for text, hit in zip(texts, hits, strict=True)])
        asked = {
            other: reader_of(side, other).encode([question], kind="question", lang=lang)[0]
            for other in {hit.lang for hit in hits}
        }
        cosines = (rows * np.stack([asked[hit.lang] for hit in hits])).sum(1)
        orders.append((np.argsort(-cosines, kind="stable"), cosines))
    found = []
    for n, (order, cosines) in enumerate(orders):
        other = list(orders[1 - n][0]) if len(orders) == 2 else list(order)
        found.append(
            [Found(hits[i].file, hits[i].page, texts[i], float(cosines[i]), other.index(i) + 1) for i in order[:_SHOWN]]
        )
    return found


def write_both(settings: Settings, base: str, folders: Sequence[Path | None], question: str) -> list[str]:
    """What the language model `base` says under each adapter (None: alone), in the very path that the chat takes."""
    model = load_model(settings.replace(chat_model=base, temperature=0.0))
    said = []
    for folder in folders:
        place = str(folder) if folder else None
        pieces = model.generate([Message("user", question)], _TOKENS_MOST, place, Call())
        said.append("".join(piece.text for piece in pieces).strip())
    return said
