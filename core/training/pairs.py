"""The record that a retriever learns from, a question and the passage that answers it, and reading it from files.

JSON lines, CSV, Excel sheets, and the JSON of the SQuAD family are read. It cleans, splits and trains nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.i18n import detect_language
from core.training.rows import ENDINGS, Unreadable, read_rows

# Columns as people name them, in either language; the first that is there counts.
_NAMES = {
    "question": ("question", "query", "pregunta", "consulta", "anchor"),
    "passage": ("passage", "text", "context", "positive", "pasaje", "texto", "contexto", "fragmento"),
    "document": ("document", "file", "source", "title", "documento", "archivo", "fuente", "titulo"),
    "key": ("key", "passage_id"),
    "lang": ("lang", "language", "idioma"),
    "passage_lang": ("passage_lang",),
    "answer": ("answer", "respuesta"),
}
PAIR_ENDINGS = (*ENDINGS, ".json")


@dataclass(frozen=True, slots=True)
class Pair:
    """`document` is what a split keeps together; `key` names the passage whatever its form or language, so that two
    forms of one passage are never each other's wrong answer; `negatives` are passages that do not answer; `answer`
    is what of the passage answers, where it is known."""

    question: str
    passage: str
    document: str
    key: str
    lang: str = ""
    passage_lang: str = ""
    negatives: tuple[str, ...] = ()
    answer: str = ""


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a .jsonl, .csv, .xlsx or SQuAD-like .json file, by its ending.

    Raises AppError `training.pairs_kind`, or `training.pairs_line` with the line (or the paragraph) that cannot be
    read."""
    if path.suffix.lower() not in PAIR_ENDINGS:
        raise AppError("training.pairs_kind", name=path.name, allowed=", ".join(PAIR_ENDINGS))
    reader = _read_squad if path.suffix.lower() == ".json" else read_rows
    found: list[Pair] = []
    at = 0
    try:
        for place, row in reader(path):
            at = place
            found.append(to_pair(row))
    except Unreadable as error:
        raise AppError("training.pairs_line", name=path.name, line=error.line, detail=error.detail) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AppError("training.pairs_line", name=path.name, line=max(at, 1), detail=str(error)[:200]) from None
    except OSError as error:
        raise AppError("training.pairs_file", name=path.name, detail=error.strerror) from None
    return found


def write_pairs(path: Path, pairs: list[Pair]) -> None:
    """As JSON lines, empty fields left out."""
    path.write_text(format_pairs(pairs), encoding="utf-8")


def format_pairs(pairs: Iterable[Pair]) -> str:
    """What `write_pairs` writes."""
    lines = (json.dumps({k: v for k, v in asdict(pair).items() if v}, ensure_ascii=False) for pair in pairs)
    return "".join(line + "\n" for line in lines)


def to_pair(row: Mapping[str, Any]) -> Pair:
    """A pair from a row by the usual names of its columns; what is missing is filled in. KeyError without a question
    or a passage."""
    folded = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    values = {field: _first(folded, names) for field, names in _NAMES.items()}
    for field in ("question", "passage"):
        if values[field] is None:
            raise KeyError(field)
    texts = {field: str(value).strip() if value is not None else "" for field, value in values.items()}
    negatives = folded.get("negatives") or ()
    if not isinstance(negatives, (list, tuple)):
        raise TypeError("negatives")
    return fill_in(Pair(**texts, negatives=tuple(str(text) for text in negatives)))


def fill_in(pair: Pair) -> Pair:
    """The pair with languages told from the texts, and the passage itself as its key and document where none is
    named."""
    key = pair.key or hashlib.sha256(pair.passage.encode()).hexdigest()[:16]
    return replace(
        pair,
        key=key,
        document=pair.document or key,
        lang=pair.lang or detect_language(pair.question),
        passage_lang=pair.passage_lang or detect_language(pair.passage),
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _read_squad(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """A row a question that is answered (Rajpurkar et al. 2016, 2018); `place` counts paragraphs."""
    place = 0
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                if question.get("answers"):
                    yield (
                        place,
                        {
                            "question": question["question"],
                            "passage": paragraph["context"],
                            "document": article.get("title", ""),
                            "answer": question["answers"][0]["text"],
                        },
                    )
            place += 1
