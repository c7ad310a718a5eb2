"""What a language model learns from: a conversation up to a question and what is to be said next; read, made, split.

Examples come from files (chat, instruction or question-answer columns, recognised by their names), from pairs of
questions and passages, and from questions with their SQL. It knows no model and trains nothing.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.training.dataset import fold_words
from core.training.pairs import Pair
from core.training.rows import ENDINGS, Unreadable, read_rows
from core.training.screening import holds_personal, is_foreign

_ASKED = ("prompt", "question", "instruction", "pregunta", "instruccion", "instrucción")
_SAID = ("completion", "answer", "output", "response", "sql", "query", "respuesta", "salida", "passage", "pasaje")
_GIVEN = ("input", "context", "entrada", "contexto")
_SOURCE = {"es": "Fuente", "en": "Source"}
_ROLES = ("system", "user", "assistant")
_WORDS_MOST = 14  # of what may be taken for a question; longer is a sentence of the passage
_LETTERS_MOST = 20_000
_DATABASES_LEAST = 3  # to split by them: one for each part
_LONG_ANSWER = 12  # words
UNNAMED = "-"


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation up to a question, and what is to be said next. `messages`: (role, text), the last the user's.
    `database`: what a completion that is a statement reads, by name or `UNNAMED`; '' for text."""

    messages: tuple[tuple[str, str], ...]
    completion: str
    document: str = ""
    database: str = ""


def read_examples(path: Path) -> list[Example]:
    """Examples of a .jsonl, .csv or .xlsx file: `messages` that end with the assistant's, or columns with what is asked
    (`prompt`, `question`, `instruction`, with `input`) and said (`completion`, `answer`, `output`, `sql`).

    Raises AppError `training.example_line` with the line that is neither, `training.example_kind`."""
    if path.suffix.lower() not in ENDINGS:
        raise AppError("training.example_kind", name=path.name, allowed=", ".join(ENDINGS))
    found, at = [], 0
    try:
        for line, row in read_rows(path):
            at = line
            found.append(to_example(row))
    except Unreadable as error:
        raise AppError("training.example_line", name=path.name, line=error.line, detail=error.detail) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AppError("training.example_line", name=path.name, line=max(at, 1), detail=str(error)[:200]) from None
    except OSError as error:
        raise AppError("training.pairs_file", name=path.name, detail=error.strerror) from None
    return found


def to_example(row: Mapping[str, Any]) -> Example:
    """An example from a row by the usual names. KeyError, TypeError or ValueError where it is none."""
    if row.get("messages"):
        return _from_messages(row["messages"], str(row.get("document", "")), str(row.get("database", "")))
    folded = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    asked, said = _first(folded, _ASKED), _first(folded, _SAID)
    given = next((str(folded[name]) for name in _GIVEN if folded.get(name)), "")
    database = str(folded.get("database") or folded.get("db_id") or "")
    document = str(folded.get("document") or database)
    states = said == folded.get("sql") or said == folded.get("query")
    messages = (("user", f"{asked}\n\n{given}" if given else asked),)
    return Example(messages, said, document, (database or UNNAMED) if states else "")


def _from_messages(turns: Any, document: str, database: str) -> Example:
    turns = json.loads(turns) if isinstance(turns, str) else turns  # a cell of a sheet holds it as text
    read = [(str(turn["role"]), str(turn["content"])) for turn in turns]
    if len(read) < 2 or read[-1][0] != "assistant" or any(role not in _ROLES for role, _ in read):
        raise ValueError("messages: the last must be the assistant's")
    return Example(tuple(read[:-1]), read[-1][1], document, database)


def _first(row: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        if row.get(name):
            return str(row[name])
    raise KeyError(names[0])


def format_examples(examples: Iterable[Example]) -> str:
    """As JSON lines that `read_examples` reads."""
    lines = []
    for one in examples:
        turns = [*one.messages, ("assistant", one.completion)]
        row = {"messages": [{"role": role, "content": text} for role, text in turns]}
        named = {"document": one.document, "database": one.database}
        lines.append(json.dumps(row | {name: text for name, text in named.items() if text}, ensure_ascii=False))
    return "".join(line + "\n" for line in lines)


def from_pairs(pairs: Iterable[Pair]) -> list[Example]:
    """A question of a document is answered by its passage and where it stands, as every answer of the app is. Pairs
    whose question is a sentence taken out of the passage ask nothing that anybody would, and are left out."""
    found = []
    for pair in pairs:
        if len(pair.question.split()) <= _WORDS_MOST:
            source = f"\n\n{_SOURCE.get(pair.passage_lang, 'Source')}: {pair.document}" if pair.document else ""
            found.append(Example((("user", pair.question),), f"{pair.passage}{source}", pair.document))
    return found


def clean(examples: Iterable[Example], counts: Counter[str]) -> list[Example]:
    """Those worth learning from; `counts` gains: read, empty, too_long, duplicates, near_duplicates (which differ in
    case, accents and punctuation alone), personal (see `screening`), foreign."""
    kept: dict[Example, None] = {}
    near: set[str] = set()
    for one in examples:
        counts["read"] += 1
        said = f"{one.messages[-1][1]}\n{one.completion}" if one.messages else ""
        folded = f"{' '.join(fold_words(said))} {one.database}"
        if not one.completion.strip() or not one.messages or not one.messages[-1][1].strip():
            counts["empty"] += 1
        elif sum(len(text) for _, text in one.messages) + len(one.completion) > _LETTERS_MOST:
            counts["too_long"] += 1
        elif one in kept:
            counts["duplicates"] += 1
        elif folded in near:
            counts["near_duplicates"] += 1
        elif not one.database and holds_personal(said):
            counts["personal"] += 1
        elif not one.database and is_foreign(said):
            counts["foreign"] += 1
        else:
            kept[one] = None
        near.add(folded)
    return list(kept)


def split_examples(
    examples: Sequence[Example], *, dev_share: float = 0.1, test_share: float = 0.2, seed: int = 0
) -> tuple[list[Example], list[Example], list[Example]]:
    """(train, dev, test) of the examples without repetitions, split by document, statements by database; where none is
    named or there are too few databases, by what is asked, so that no part asks what another does."""
    groups: dict[str, list[Example]] = {}
    few = len({one.database for one in examples if one.database}) < _DATABASES_LEAST
    for one in dict.fromkeys(examples):
        place = one.database or one.document
        if not place or (one.database and few):
            place = " ".join(one.messages[-1][1].casefold().split())
        groups.setdefault(place, []).append(one)
    order = sorted(groups)
    random.Random(seed).shuffle(order)
    parts: tuple[list[Example], ...] = ([], [], [])
    wanted = (1 - dev_share - test_share, dev_share, test_share)
    total = sum(map(len, groups.values()))
    for name in order:
        lacking = [share * total - len(part) for share, part in zip(wanted, parts, strict=True)]
        parts[lacking.index(max(lacking))].extend(groups[name])
    return parts[0], parts[1], parts[2]


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """`counts`: what was read, what was left out and why, what each part holds. `sha256` names the three parts."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]
    counts: dict[str, int]
    sha256: str


def prepare_examples(examples: Iterable[Example], *, seed: int = 0) -> ExampleSet:
    """Clean and split, as the job does it."""
    counts: Counter[str] = Counter()
    train, dev, test = (tuple(part) for part in clean_and_split(examples, counts, seed=seed))
    counts.update({"train": len(train), "dev": len(dev), "test": len(test)})
    return ExampleSet(train, dev, test, dict(counts), hash_examples([*train, *dev, *test]))


def clean_and_split(
    examples: Iterable[Example], counts: Counter[str] | None = None, **split: Any
) -> tuple[list[Example], list[Example], list[Example]]:
    """(train, dev, test) of those worth learning from; `counts` gains what `clean` says, and leaks: training examples
    whose question or whose answer of some length another part repeats."""
    counts = Counter() if counts is None else counts
    train, dev, test = split_examples(clean(examples, counts), **split)
    others = {mark for one in (*dev, *test) for mark in _marks(one)}
    kept = [one for one in train if not others.intersection(_marks(one))]
    counts["leaks"] += len(train) - len(kept)
    return kept, dev, test


def _marks(one: Example) -> Iterator[str]:
    """What gives away that two examples are of one making. The statement of another question may be the same."""
    yield f"asked: {' '.join(fold_words(one.messages[-1][1]))}"
    said = fold_words(one.completion)
    if len(said) >= _LONG_ANSWER and not one.database:
        yield f"said: {' '.join(said)}"


def hash_examples(examples: Iterable[Example]) -> str:
    return hashlib.sha256(format_examples(examples).encode()).hexdigest()
