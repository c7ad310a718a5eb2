"""The words of the house: what people say, and what documents or tables say for it, each with where it came from.

A word for tables is written into the catalog's notes as well (`catalog_notes`), where questions find it, and goes from
there when it is removed. A word that was left aside is kept too, so that it is not proposed again. It proposes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select

from core.state import catalog_notes
from core.state.catalog_notes import Note
from core.state.database import Database, now
from core.state.schema import house_words

State = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class HouseWord:
    """`meant` is what the documents say; for tables it is a name to show, and `place` is (table, column, value), the
    column and the value empty where a table or a column is meant. `lang` is the language of the questions; `origins`
    are the ids of the corrections that it was learned from, none where a person wrote it unasked."""

    said: str
    meant: str
    lang: str
    place: tuple[str, str, str] | None = None
    origins: tuple[int, ...] = ()
    state: State = "approved"
    at: str = ""
    id: int = 0

    @property
    def target(self) -> Literal["documents", "data"]:
        return "documents" if self.place is None else "data"


def add(db: Database, word: HouseWord) -> int:
    """Keep a word, in place of one that says the same of the same; its id."""
    row = {
        "said": word.said.strip(),
        "meant": word.meant.strip(),
        "lang": word.lang,
        "place": json.dumps(word.place),
        "origins": json.dumps(word.origins),
        "state": word.state,
        "at": now(),
    }
    with db.write() as connection:
        for old in _read(connection, None):
            if _same(old, word):
                connection.execute(delete(house_words).where(house_words.c.id == old.id))
        number = connection.execute(insert(house_words).values(row)).inserted_primary_key[0]
    if word.place is not None and word.state == "approved":
        _note(db, word, taken=True)
    return number


def remove(db: Database, word: HouseWord) -> None:
    """Take a word back, from the catalog's notes too."""
    with db.write() as connection:
        connection.execute(delete(house_words).where(house_words.c.id == word.id))
    if word.place is not None and word.state == "approved":
        _note(db, word, taken=False)


def list_words(db: Database, state: State | None = "approved") -> list[HouseWord]:
    """Newest first; `state` None for all."""
    with db.read() as connection:
        return _read(connection, state)


def revision(db: Database) -> tuple[int, int]:
    """Another one after every change."""
    with db.read() as connection:
        row = connection.execute(select(func.max(house_words.c.id), func.count()).select_from(house_words)).one()
    return row[0] or 0, row[1]


def _read(connection: Connection, state: State | None) -> list[HouseWord]:
    query = select(house_words).order_by(house_words.c.id.desc())
    if state is not None:
        query = query.where(house_words.c.state == state)
    return [
        HouseWord(
            row.said,
            row.meant,
            row.lang,
            tuple(place) if (place := json.loads(row.place)) else None,
            tuple(json.loads(row.origins)),
            row.state,
            row.at,
            row.id,
        )
        for row in connection.execute(query)
    ]


def _same(one: HouseWord, other: HouseWord) -> bool:
    """A word for documents has one meaning a language; one that was left aside is another matter for each meaning."""
    if (one.said.casefold(), one.lang, one.place) != (other.said.strip().casefold(), other.lang, other.place):
        return False
    settled = one.place is None and one.state == other.state == "approved"
    return settled or one.meant.casefold() == other.meant.strip().casefold()


def _note(db: Database, word: HouseWord, taken: bool) -> None:
    """Write the word into the notes of its place, or take it out."""
    table, column, value = word.place
    note = catalog_notes.read(db).of(table, column)
    catalog_notes.describe(db, table, column, _with(note, word.said, value) if taken else _without(note, word, value))


def _with(note: Note, said: str, value: str) -> Note:
    if value:
        return replace(note, value_names=tuple(dict.fromkeys((*note.value_names, (said, value)))))
    return replace(note, synonyms=tuple(dict.fromkeys((*note.synonyms, said))))


def _without(note: Note, word: HouseWord, value: str) -> Note:
    if value:
        return replace(note, value_names=tuple(pair for pair in note.value_names if pair != (word.said, value)))
    return replace(note, synonyms=tuple(name for name in note.synonyms if name != word.said))
