"""What benchmarks search and ask: passages recombined from real sentences until there are enough, sentences as
questions; and percentiles of what was measured. It times nothing."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

from core.documents.layout import layout_to_json
from core.evaluation.fill import fill
from core.records import Chunk, Page, ParsedDocument, Piece, Sentence
from core.state import documents
from core.workspace import Workspace


def fill_up(workspace: Workspace, folder: Path, wanted: int) -> None:
    """Index the folder, then recombine its sentences into new passages until there are enough; embed all."""
    fill(workspace, folder)
    have = len(documents.pieces_after(workspace.db, 0))
    if have < wanted:
        sentences = _all_sentences(workspace)
        documents.add_document(
            workspace.db, *_recombine(sentences, wanted - have), sha256="bench", name="bench", size=0
        )
    fill(workspace, folder)


def _all_sentences(workspace: Workspace) -> list[str]:
    texts = {piece.id: piece for piece in documents.pieces_after(workspace.db, 0)}
    found = []
    for sentence in documents.sentences_after(workspace.db, 0):
        piece = texts[sentence.piece_id]
        found.append(piece.text[sentence.start - piece.start : sentence.end - piece.start].replace("\n", " "))
    return found


def _recombine(sentences: list[str], count: int) -> tuple[ParsedDocument, list[bytes], tuple[list[Piece], list[Chunk]]]:
    """A document of `count` passages of six sentences each, drawn at random (fixed seed) from real ones."""
    draw = random.Random(0)
    pages, pieces = [], []
    for ordinal in range(count):
        chosen = [draw.choice(sentences) for _ in range(6)]
        text, spans = "", []
        for sentence in chosen:
            start = len(text) + (1 if text else 0)
            text = f"{text} {sentence}" if text else sentence
            spans.append(Sentence(ordinal + 1, start, len(text)))
        pages.append(Page(ordinal + 1, text))
        pieces.append(Piece(ordinal + 1, 0, len(text), "", ordinal, tuple(spans)))
    chunks = [Chunk(ordinal, ordinal, ordinal) for ordinal in range(count)]
    return (
        ParsedDocument("txt", "bench", "en", tuple(pages)),
        [layout_to_json(page).encode() for page in pages],
        (pieces, chunks),
    )


def make_questions(workspace: Workspace, path: Path | None, limit: int = 200) -> list[str]:
    """Those of a file of JSON lines, else sentences of the documents drawn at random (fixed seed)."""
    if path is not None:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["question"] for line in lines if line.strip()][:limit]
    sentences = [text for text in _all_sentences(workspace) if 40 < len(text) < 160]
    return random.Random(1).sample(sentences, min(limit, len(sentences)))


def tell_percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    if len(values) == 1:
        return {"p50": values[0], "p95": values[0]}
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1)}
