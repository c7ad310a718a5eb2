"""What a correction is kept as, and what an approved one becomes: a case that later runs must get right, a question-SQL
pair for the writer of SQL, a question-passage pair for the retriever, words of the house (`glossary`). Each keeps where
it came from. It decides nothing: a person approves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import cast

from core.house_words import Stems, replace_words, stems_of
from core.i18n import detect_language, fold_space
from core.index.lexical import fold, word_spans
from core.models.writer import Writer
from core.records import Catalog
from core.sql.generate import ask_sql
from core.state import case_sets, feedback, house_words, jobs, pairs
from core.state.database import Database
from core.state.feedback import Feedback
from core.state.house_words import HouseWord
from core.training import queue
from core.training.examples import UNNAMED, Example
from core.training.from_documents import pairs_from_documents, passage_keys, sentences_from_documents
from core.training.pairs import Pair, fill_in
from core.training.presets import draw_pairs

CORRECTIONS = "corrections"  # the name of the set that corrections go to
_MENTIONS_MOST = 40  # phrases for one word of the house
_AROUND = 4  # words of a phrase beside it
_BEGINNING = 3  # letters that a word and its stem share


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """A question and the passage that answers it, from the correction `origin` (its id)."""

    question: str
    passage: str
    lang: str
    origin: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Where the right answer stands: `quote` is text of that page."""

    document_id: int
    file: str
    page: int
    quote: str


def correct(
    db: Database, turn_id: int, *, reason: str = "", text: str = "", sql: str = "", place: Passage | None = None
) -> list[int]:
    """Keep what a person says is right of an answer, for review: the statement (which the caller has had run), the
    passage with the right words, or the words alone; the ids of what was kept. It counts as a thumb down."""
    feedback.vote(db, turn_id, -1, reason)
    kept = []
    if sql:
        kept.append(feedback.correct(db, turn_id, "sql", {"sql": sql}))
    if place is not None:
        kept.append(feedback.correct(db, turn_id, "citation", {**asdict(place), "text": text}))
    elif text:
        kept.append(feedback.correct(db, turn_id, "answer", {"text": text}))
    return kept


def approve(db: Database, correction: Feedback, catalog: Catalog) -> None:
    """Take a correction in: as a case, and as a pair where it names a statement."""
    lang = correction.answer.lang if correction.answer else detect_language(correction.question)
    set_id = case_sets.create_set(db, CORRECTIONS)
    case_sets.add_cases(db, set_id, [to_case_data(correction, lang)], "feedback")
    if correction.kind == "sql":
        sql = correction.value["sql"]
        named = [table.name for table in catalog.tables if table.name.lower() in sql.lower()]
        known = pairs.hashes(catalog, named)
        pairs.add(db, correction.question, sql, lang, known, origin="user", verdict="corrected")
    feedback.review(db, correction.id, approved=True)


def to_case_data(correction: Feedback, lang: str) -> dict:
    """The case that a correction stands for, as `cases.to_case` reads it."""
    question = correction.question
    if correction.answer is not None and correction.answer.completed_question:
        question = correction.answer.completed_question
    data: dict = {"question": question, "lang": lang}
    value = correction.value
    if correction.kind == "sql":
        return {**data, "kind": "data", "gold_sql": value["sql"]}
    if correction.kind == "citation":
        answers = [value["text"]] if value.get("text") else []
        return {**data, "kind": "documents", "files": [value["file"]], "page": value["page"], "answers": answers}
    return {**data, "kind": "documents", "answers": [value["text"]]}


def training_pairs(db: Database) -> list[TrainingPair]:
    """Approved corrections of the citation, as pairs to train the retriever with."""
    found = []
    for correction in feedback.corrections(db, "approved"):
        if correction.kind == "citation" and correction.value.get("quote"):
            lang = correction.answer.lang if correction.answer else detect_language(correction.question)
            found.append(TrainingPair(correction.question, correction.value["quote"], lang, correction.id))
    return found


def corrected_pairs(db: Database) -> list[Pair]:
    """The same as pairs of a data set, each with the document of its passage where that is still there; a question that
    holds a word of the house once more as the documents would say it."""
    keys = passage_keys(db)
    pairs = [
        fill_in(Pair(one.question, one.passage, *keys.get(fold_space(one.passage), ("", "")), one.lang))
        for one in training_pairs(db)
    ]
    return [*pairs, *_said_otherwise(pairs, [(word.lang, word.said, word.meant) for word in _words_of_documents(db)])]


def pairs_in_house_words(db: Database) -> list[Pair]:
    """Pairs made from the documents, and what of them holds the meaning of a word of the house once more with the word
    that people say: so that an adapter learns it from more than its corrections.

    Beside the questions of the pairs those are phrases of every sentence: what stands before the word, and after it."""
    pairs, words = pairs_from_documents(db), _words_of_documents(db)
    spoken = _said_otherwise(pairs, [(word.lang, word.meant, word.said) for word in words])
    sentences = [(fold(pair.question.lower()), pair) for pair in sentences_from_documents(db)] if words else []
    return [*pairs, *spoken, *(pair for word in words for pair in _mentions(sentences, word))]


def _words_of_documents(db: Database) -> list[HouseWord]:
    return [word for word in house_words.list_words(db) if word.place is None]


def _said_otherwise(pairs: Iterable[Pair], words: Iterable[tuple[str, str, str]]) -> list[Pair]:
    """Those pairs whose question holds a word (language, word, other word), with the other one in its place."""
    words = list(words)
    return [
        replace(pair, question=text)
        for pair in pairs
        for lang, word, other in words
        if pair.lang == lang and (text := say_instead(pair.question, lang, word, other)) != pair.question
    ]


def _mentions(sentences: Iterable[tuple[str, Pair]], word: HouseWord) -> list[Pair]:
    """Phrases that hold the word in the place of its meaning, each with its passage; at most `_MENTIONS_MOST`.
    `sentences`: the folded text of each beside it, as most can be passed over by that."""
    said, meant = stems_of(word.said, word.lang), word_spans(word.meant)
    if not said or not meant:
        return []
    begins, found = fold(meant[0][0])[:_BEGINNING], []
    for folded, pair in sentences:
        if pair.lang != word.lang or begins not in folded:
            continue
        text = say_instead(pair.question, word.lang, word.meant, word.said)
        if text != pair.question:
            found += [replace(pair, question=phrase) for phrase in _phrases_at(text, said, word.lang)]
    return draw_pairs(found, _MENTIONS_MOST)


def _phrases_at(text: str, stems: Stems, lang: str) -> list[str]:
    """The words up to the first place of `stems` in a text, and those from there on."""
    spans = word_spans(text)
    held = [stems_of(word, lang)[0] for word, _, _ in spans]
    at = next((n for n in range(len(held)) if tuple(held[n : n + len(stems)]) == stems), None)
    if at is None:
        return []
    runs = (range(max(at - _AROUND, 0), at + len(stems)), range(at, min(at + len(stems) + _AROUND, len(spans))))
    return [text[spans[run[0]][1] : spans[run[-1]][2]] for run in runs if len(run) > len(stems)]


class _Room:
    """The length that a statement's prompt may have: short enough for what a chat adapter reads at once."""

    room_tokens = 700

    @staticmethod
    def count_tokens(text: str) -> int:
        return round(len(text) / 3.2)


def sql_examples(db: Database, catalog: Catalog) -> list[Example]:
    """Questions with the statements that a user holds for right, asked as the chat asks a language model for one. The
    database of a pair is the data sets that its tables lie in."""
    found = []
    for pair in pairs.list_pairs(db, [table.name for table in catalog.tables]):
        messages = ask_sql(pair.question, catalog, pair.lang, cast(Writer, _Room()), ())
        named = "+".join(sorted({one[:12] for one in pair.tables.values()})) or UNNAMED
        turns = tuple((message.role, message.text) for message in messages)
        found.append(Example(turns, f"```sql\n{pair.sql.strip()}\n```", named, named))
    return found


def say_instead(text: str, lang: str, word: str, other: str) -> str:
    """The text with another word where one stands, in whatever form."""
    return replace_words(text, lang, {stems_of(word, lang): other}).text


def untaught(db: Database) -> list[TrainingPair]:
    """Those of `training_pairs` that no training has used, be it ended or under way; one that failed used none."""
    runs = [run for run in queue.list_runs(db) if run.state in ("done", "paused", *jobs.OPEN)]
    used = {number for run in runs for number in run.payload.get("corrections", ())}
    return [pair for pair in training_pairs(db) if pair.origin not in used]


@dataclass(frozen=True, slots=True)
class Loop:
    """How far the loop has come: corrections made, taken in, and how many of their cases the newest run gets right."""

    corrections: int
    approved: int
    cases: int
    fixed: int


def loop_state(db: Database) -> Loop:
    made = feedback.corrections(db, None)
    sets = {held.name: held for held in case_sets.list_sets(db)}
    held = sets.get(CORRECTIONS)
    runs = [run for run in case_sets.list_runs(db, held.id) if run.state == "done"] if held else []
    scores = case_sets.scores_of(db, runs[0].id) if runs else {}
    fixed = sum(one.get("right", 0.0) == 1.0 for one in scores.values())
    return Loop(len(made), sum(one.state == "approved" for one in made), held.cases if held else 0, fixed)
