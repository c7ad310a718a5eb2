"""What a correction is kept as, and what an approved one becomes: a case that later runs must get right, a question-SQL
pair for the writer of SQL, a question-passage pair for the retriever, words of the house (`glossary`). Each keeps where
it came from. It decides nothing: a person approves.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from core.house_words import replace_words, stems_of
from core.i18n import detect_language
from core.records import Catalog
from core.state import case_sets, feedback, house_words, jobs, pairs
from core.state.database import Database
from core.state.feedback import Feedback
from core.state.house_words import HouseWord
from core.training import queue
from core.training.from_documents import pairs_from_documents
from core.training.pairs import Pair, fill_in

CORRECTIONS = "corrections"  # the name of the set that corrections go to


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
    """The same as pairs of a data set, each passage a document of its own."""
    return [fill_in(Pair(one.question, one.passage, "", "", one.lang)) for one in training_pairs(db)]


def pairs_in_house_words(db: Database) -> list[Pair]:
    """Pairs made from the documents, and those whose question holds what a word of the house means once more with the
    word that people say: so that an adapter learns it from more than its corrections."""
    pairs = pairs_from_documents(db)
    words = [word for word in house_words.list_words(db) if word.place is None]
    spoken = [
        replace(pair, question=said)
        for word in words
        for pair in pairs
        if pair.lang == word.lang and (said := say_instead(pair.question, word)) != pair.question
    ]
    return [*pairs, *spoken]


def say_instead(text: str, word: HouseWord) -> str:
    """The text with the house's word where its meaning stands."""
    return replace_words(text, word.lang, {stems_of(word.meant, word.lang): word.said}).text


def untaught(db: Database) -> list[TrainingPair]:
    """Those of `training_pairs` that no training has used, be it ended or under way; one that failed used none."""
    runs = [run for run in queue.list_runs(db) if run.state in ("done", *jobs.OPEN)]
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
