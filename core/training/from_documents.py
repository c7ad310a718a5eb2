"""Question-passage pairs made from the user's own documents, without a model: headings, definitions, key sentences.

A heading asks for what stands under it. A definition ('A credit note is ...') answers what the thing is. A key
sentence, taken out of its passage, asks for the rest (the inverse cloze task, Lee et al. 2019): how the encoder learns
which words of this field go together. It reads stored pieces and trains nothing.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from core.documents.sentences import split_sentences
from core.i18n import fold_space
from core.state import documents
from core.state.database import Database
from core.state.documents import StoredPiece
from core.training.dataset import fold_words
from core.training.pairs import Pair

_NAME = r"([\w][\w’' -]{2,60}?)"
_DEFINITIONS = {
    "en": (re.compile(rf"(?:An? |The )?{_NAME} (?:is|are|means|refers to) (?:an? |the |any )"), "What is {}?"),
    "es": (
        re.compile(
            rf"(?:Una? |El |L[ao]s? |Un[ao]s )?{_NAME} (?:es|son|significa|consiste en) (?:un[ao]?s? |el |l[ao]s? )"
        ),
        "¿Qué es {}?",
    ),
}
_NOT_NAMES = set("it this that these those there he she they we here what which este esta esto eso estas estos".split())
_WORDS_LEAST = 6  # of a sentence that may ask
_REST_LEAST = 12  # of the passage that is left
_DEFINED_MOST = 5  # words of a name


def pairs_from_documents(db: Database, *, seed: int = 0, limit: int = 20_000) -> list[Pair]:
    """Pairs from every document of a workspace, at most `limit`, drawn evenly; the same seed gives the same pairs."""
    names, pieces = _read_pieces(db)
    rarity = _rarity(pieces)
    found = []
    for piece in pieces:
        name, _, lang = names[piece.document_id]
        found += make_pairs(piece.text, piece.heading, lang, document=name, key=str(piece.id), rarity=rarity)
    return found if len(found) <= limit else random.Random(seed).sample(found, limit)


def sentences_from_documents(db: Database) -> Iterator[Pair]:
    """Every sentence of every document, with the passage that it stands in."""
    names, pieces = _read_pieces(db)
    for piece in pieces:
        name, _, lang = names[piece.document_id]
        for start, end in split_sentences(piece.text):
            yield Pair(piece.text[start:end].strip(), piece.text, name, str(piece.id), lang, lang)


def passage_keys(db: Database) -> dict[str, tuple[str, str]]:
    """(document, key) that the pairs of a passage have, by its text with white space folded."""
    names, pieces = _read_pieces(db)
    return {fold_space(piece.text): (names[piece.document_id][0], str(piece.id)) for piece in pieces}


def _read_pieces(db: Database) -> tuple[dict, list[StoredPiece]]:
    names = documents.read_names(db)
    return names, [piece for piece in documents.pieces_after(db, 0) if piece.document_id in names]


def make_pairs(
    text: str, heading: str, lang: str, *, document: str, key: str, rarity: Counter[str] | None = None
) -> Iterator[Pair]:
    """The pairs of one passage. `rarity`: in how many passages each folded word stands."""

    def pair(question: str, passage: str) -> Pair:
        return Pair(question, passage, document, key, lang, lang)

    last = heading.rsplit(" > ", 1)[-1].strip()
    if len(fold_words(last)) >= 2 and len(fold_words(text)) >= _REST_LEAST:
        yield pair(last, text)
    spans = split_sentences(text)
    if len(spans) < 2:
        return
    for start, end in spans:
        asked = _define(text[start:end].strip(), lang)
        if asked:
            yield pair(asked, text[start:end].strip())
    best = max(spans, key=lambda span: _weight(text[span[0] : span[1]], rarity or Counter()))
    sentence, rest = text[best[0] : best[1]].strip(), (text[: best[0]] + text[best[1] :]).strip()
    if len(fold_words(sentence)) >= _WORDS_LEAST and len(fold_words(rest)) >= _REST_LEAST:
        yield pair(sentence, rest)


def _define(sentence: str, lang: str) -> str:
    """The question that a definition answers, or nothing."""
    if lang not in _DEFINITIONS:
        return ""
    pattern, question = _DEFINITIONS[lang]
    match = pattern.match(sentence)
    words = match[1].split() if match else []
    if not words or len(words) > _DEFINED_MOST or words[0].lower() in _NOT_NAMES:
        return ""
    return question.format(" ".join(words))


def _rarity(pieces: Sequence[StoredPiece]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts.update(set(fold_words(piece.text)))
    return counts


def _weight(sentence: str, rarity: Counter[str]) -> float:
    """How much a sentence says: its rare words, for a sentence of the usual length."""
    words = fold_words(sentence)
    return sum(1 / math.log(2 + rarity[word]) for word in set(words)) / (8 + len(words)) ** 0.5
