"""The catalog: every table of the workspace with its columns, profile, keys and relations, and what its users added.

Built from the cards of the data sets, without opening one. Relations that a file does not declare are inferred where
the names say so and the values agree; they are kept in `relations.json` until the data sets change. Descriptions,
synonyms and named metrics are the users' own (`core.state.catalog_notes`). Nothing here runs a statement.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.records import Catalog, Column, ForeignKey, Metric, Table
from core.sql.data.datasets import read_cards
from core.sql.safety.frames import decode
from core.sql.language.lexicon import builtin_lexicon, fold
from core.sql.data.named_metrics import check_metric
from core.sql.data.profile import included, numbers_rows
from core.sql.language.spanish import in_english
from core.sql.data.spellings import fold_spelling
from core.state.catalog_notes import Note, Notes

INCLUSION_MIN = 0.95
_VERSION = 4


def build_catalog(folder: Path | str, notes: Notes | None = None) -> Catalog:
    """All tables of the data sets in `folder`, with declared and inferred foreign keys, and what users said of them.

    A metric whose table is gone, or lost a column that it needs, is left out until it comes back."""
    folder, notes = Path(folder), notes or Notes()
    cards = read_cards(folder)
    tables = tuple(_table(card, table, notes) for card in cards for table in card["tables"])
    return Catalog(tables, _foreign_keys(folder, cards), _metrics(tables, notes))


def _table(card: dict[str, Any], table: dict[str, Any], notes: Notes) -> Table:
    said = notes.of(table["name"])
    return Table(
        name=table["name"],
        columns=tuple(_column(column, notes.of(table["name"], column["name"])) for column in table["columns"]),
        rows=table["rows"],
        dataset=card["path"],
        source=card["source"],
        primary_key=tuple(table["primary_key"]),
        description=said.description,
        synonyms=said.synonyms,
        origin=card.get("origin", "file"),
        page=table["facts"].get("page", 0),
    )


def _column(column: dict[str, Any], said: Note) -> Column:
    return Column(
        name=column["name"],
        type=column["type"],
        nulls=column["nulls"],
        distinct=column["distinct"],
        minimum=decode(column["minimum"]),
        maximum=decode(column["maximum"]),
        values=tuple(column.get("values", ())),
        description=said.description or column.get("unit", ""),
        synonyms=said.synonyms,
        value_names=said.value_names,
    )


def _metrics(tables: tuple[Table, ...], notes: Notes) -> tuple[Metric, ...]:
    by_name = {table.name: table for table in tables}
    found = []
    for metric in notes.metrics:
        try:
            metric = check_metric(metric, by_name[metric.table])
        except (AppError, KeyError):
            continue
        # Questions are typed without accents as often as with them.
        names = dict.fromkeys((*metric.synonyms, *map(fold, (metric.name, *metric.synonyms))))
        found.append(replace(metric, synonyms=tuple(name for name in names if name != metric.name)))
    return tuple(found)


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, path)


# ---------------------------------------------------------------- relations


def _foreign_keys(folder: Path, cards: list[dict[str, Any]]) -> tuple[ForeignKey, ...]:
    state = [_VERSION, *(card["hash"] for card in cards)]
    path = folder / "relations.json"
    if path.exists():
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["of"] == state:
                return tuple(ForeignKey(*_tuples(key)) for key in kept["keys"])
        except (ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)
    keys = infer_relations(cards)
    if folder.exists():
        rows = [[k.table, k.columns, k.ref_table, k.ref_columns, k.declared] for k in keys]
        _write_json(path, {"of": state, "keys": rows})
    return keys


def _tuples(key: list[Any]) -> tuple[str, tuple[str, ...], str, tuple[str, ...], bool]:
    return key[0], tuple(key[1]), key[2], tuple(key[3]), key[4]


def infer_relations(cards: list[dict[str, Any]]) -> tuple[ForeignKey, ...]:
    """Declared keys, and for columns without one the parent that fits best by name and by values, or by the values of
    text alone.

    Tables found in documents take no part: each is a statement of its own."""
    tables = [
        {**table, "home": card["hash"], "alone": len(card["tables"]) == 1}
        for card in cards
        if card.get("origin", "file") == "file"
        for table in card["tables"]
    ]
    declared = [key for table in tables for key in _declared(table, {t["name"]: t for t in tables})]
    taken = {(key.table, column) for key in declared for column in key.columns}
    parents = _parents(tables)
    inferred = []
    for table in tables:
        for column in table["columns"]:
            if (table["name"], column["name"]) in taken or "sketch" not in column:
                continue
            near = [parent for word in _words(column["name"]) for parent in parents.get(word, ())]
            best = max(filter(None, (_fit(table, column, *parent) for parent in near)), default=None)
            best = best or _meant_by_values(table, column, tables)
            if best is not None:
                inferred.append(ForeignKey(table["name"], (column["name"],), best[1], (best[2],), declared=False))
    return tuple(declared + inferred)


def _declared(table: dict[str, Any], by_name: dict[str, dict[str, Any]]) -> list[ForeignKey]:
    keys = []
    for key in table["foreign_keys"]:
        parent = by_name[key["ref_table"]]
        # SQLite leaves the target out where it is the primary key, and does not mind case.
        targets = [c or (parent["primary_key"] + [""] * 9)[i] for i, c in enumerate(key["ref_columns"])]
        own, theirs = _spelled(table, key["columns"]), _spelled(parent, targets)
        if all(own) and all(theirs):
            keys.append(ForeignKey(table["name"], tuple(own), parent["name"], tuple(theirs), declared=True))
    return keys


def _spelled(table: dict[str, Any], names: list[str]) -> list[str]:
    known = {column["name"].lower(): column["name"] for column in table["columns"]}
    return [known.get(name.lower(), "") for name in names]


def _parents(tables: list[dict[str, Any]]) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Tables with a one-column key, found by the words a column that points at them would be called by."""
    index: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for table in tables:
        if len(table["primary_key"]) != 1:
            continue
        key = next(c for c in table["columns"] if c["name"] == table["primary_key"][0])
        if "sketch" not in key:
            continue
        for word in _words(table["name"]) | _words(key["name"]):
            index.setdefault(word, []).append((table, key))
    return index


_KEY_WORDS = frozenset("id code cod codigo key clave fk num no ref raw stg dim fact".split())


def _bare(name: str) -> str:
    """A name without its key word and plural: `customer_id`, `id_customer`, `Customers` -> `customer`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    parts = [p for p in re.split(r"[^a-z0-9]+", fold(spaced)) if p]
    parts = [part for part in parts if part not in _KEY_WORDS]
    return "_".join(_singular(part) for part in parts)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("es") and word[-3] in "rnlszdjx":
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _words(name: str) -> set[str]:
    """What a column may call the table that it points at, or a table may be called by, its own word and in English."""
    bare = _bare(name)
    last = bare.split("_")[-1]
    return {bare, last, *_other_words(last)} - {""}


def _other_words(word: str) -> set[str]:
    """`cliente` -> customer, client; `user` -> customer: a key may be named in other words, or another language."""
    lexicon = builtin_lexicon()
    texts = [*in_english(word, lexicon)[0], *lexicon.synonyms.get(word, ())]
    return {_singular(fold(text)) for text in texts if " " not in text}


def _fit(table: dict[str, Any], column: dict[str, Any], parent: dict[str, Any], key: dict[str, Any]) -> tuple | None:
    """(score, parent table, parent column) where the column may point at that key, else None."""
    if table["home"] != parent["home"] and not (table["alone"] or parent["alone"]):
        return None  # Two databases: each is complete in itself, and small numbers agree by chance.
    if parent is table or (column["type"] == "VARCHAR") != (key["type"] == "VARCHAR"):
        return None
    both_keys = table["primary_key"] == [column["name"]]
    if both_keys and table["home"] != parent["home"] and not (table["alone"] and parent["alone"]):
        return None
    if both_keys and (
        table["rows"] > parent["rows"] or (table["rows"] == parent["rows"] and table["name"] < parent["name"])
    ):
        return None
    share = _share_of_values(column, key)
    if share is not None and share < INCLUSION_MIN:
        return None
    same_name = column["name"].lower() == key["name"].lower() and column["name"].lower() != "id"
    bare, target = _bare(column["name"]), _bare(parent["name"])
    named = bare in (target, target.split("_")[-1])
    # The other language's word is weaker: the values must speak for it too.
    meant = share is not None and bool(_words(column["name"]) & (_words(parent["name"]) | _words(key["name"])))
    if column["name"].lower() == "id" or not (same_name or named or bare.endswith("_" + target) or meant):
        return None
    told = named or bare.endswith("_" + target)
    numbering = (numbers_rows(c["name"], c["minimum"], c["maximum"], c["distinct"]) for c in (column, key))
    if not told and any(numbering):
        return None  # '1, 2, 3' are among '1, 2, 3, 4', whatever they number
    return (2 * named + meant + same_name + (share or 0) / 2 - both_keys, parent["name"], key["name"])


def _share_of_values(column: dict[str, Any], key: dict[str, Any]) -> float | None:
    """The share of a column's values that the key holds, told by the sketches; by the lists of values where the two
    spell them otherwise."""
    share = included(column["sketch"], key["sketch"])
    if share is None or share >= INCLUSION_MIN or not (column.get("values") and key.get("values")):
        return share
    own, theirs = ({fold_spelling(value) for value in side["values"]} for side in (column, key))
    return len(own & theirs) / len(own)


_TEXTS_MIN, _LETTERS_MIN = 3, 4  # different values, and letters of them in the mean, that no chance makes agree


def _meant_by_values(table: dict[str, Any], column: dict[str, Any], tables: list[dict[str, Any]]) -> tuple | None:
    """The same for a file's column of texts that are all among the names that another table has as its key: 'Vet' and
    the table of veterinarians. None where several tables hold them."""
    if not table["alone"] or table["primary_key"] == [column["name"]]:
        return None
    values = {fold_spelling(value) for value in column.get("values", ())}
    if len(values) < _TEXTS_MIN or sum(map(len, values)) < _LETTERS_MIN * len(values):
        return None
    found = []
    for parent in tables:
        keys = [c for c in parent["columns"] if [c["name"]] == parent["primary_key"] and c.get("values")]
        names = {fold_spelling(value) for key in keys for value in key["values"]}
        if parent is not table and parent["alone"] and values <= names:
            found.append((0.0, parent["name"], keys[0]["name"]))
    return found[0] if len(found) == 1 else None
