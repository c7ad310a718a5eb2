"""Where a question should look: documents, tables, both, the workspace itself, or small talk. It answers nothing but
what needs no source: greetings and 'what do you have?'.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from core.i18n import LANGUAGES, plural, translate
from core.records import Answer, Catalog, Document, Route, SqlAnswer

Hint = Literal["auto", "documents", "data"]

_NAMES_SHOWN = 12
_PER_UNKNOWN = 0.12  # what each word that no table knows takes off the rows' confidence
_ROWS_ALONE = 0.3
_ROWS_SURE = 0.5
_ROWS_LEAD = 0.15


def without_source(question: str, lang: str) -> Route | None:
    """The route of what needs no source (small talk, 'what do you have?'), else None."""
    said = _fold(question)
    if said in _phrases("smalltalk"):
        return Route("smalltalk", translate("router.smalltalk_reason", lang))
    if said in _phrases("workspace"):
        return Route("workspace", translate("router.workspace_reason", lang))
    return None


def language_of(question: str) -> str | None:
    """The language of a set phrase ('hola'), which says too little for its words to tell; else None."""
    said = _fold(question)
    spoken = [lang for lang in LANGUAGES if said in _said(lang)]
    return spoken[0] if len(spoken) == 1 else None


@functools.cache
def _said(lang: str) -> frozenset[str]:
    phrases = [*translate("router.smalltalk", lang).split("|"), *translate("router.workspace", lang).split("|")]
    return frozenset(map(_fold, phrases))


def sides(hint: Hint, has_tables: bool, has_documents: bool) -> tuple[str, ...]:
    """Which sides to ask: what the hint names, else what the workspace holds."""
    if hint != "auto":
        return (hint,)
    held = (("documents", has_documents or not has_tables), ("data", has_tables))
    return tuple(side for side, is_held in held if is_held)


def choose(question: str, lang: str, written: Answer | None, data: SqlAnswer | None) -> Route:
    """Which side's answer to show, by how sure each is of its own.

    Rows win where the whole question was understood and the parser is at least as sure as the quotes are; a question
    with a word that no table knows is the documents', unless they decline."""
    if written is None or data is None:
        side = "data" if written is None else "documents"
        return Route(side, translate(f"router.{side}_reason", lang))
    has_rows = data.result is not None and data.result.error is None and data.sql is not None
    if not has_rows:
        return Route("documents", translate("router.documents_reason", lang))
    quoted = written.confidence if written.status == "answered" else 0.0
    sure = data.confidence - _PER_UNKNOWN * len(data.unknown)
    if written.status != "answered" and sure >= _ROWS_ALONE:
        return Route("data", translate("router.data_reason", lang))
    if sure >= _ROWS_SURE and sure >= quoted - _ROWS_LEAD:
        return Route("data", translate("router.data_over_reason", lang))
    return Route("documents", translate("router.documents_reason", lang))


@functools.cache
def _phrases(kind: str) -> frozenset[str]:
    """What is said for small talk, or to ask what is here, in every language, folded."""
    return frozenset(_fold(phrase) for lang in LANGUAGES for phrase in translate(f"router.{kind}", lang).split("|"))


def _fold(text: str) -> str:
    """Lower case, no accents, words alone: '¿Qué hay aquí?' -> 'que hay aqui'."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.findall(r"[^\W_]+", "".join(mark for mark in plain if not unicodedata.combining(mark))))


def reply(route: Route, lang: str, documents: Sequence[Document], catalog: Catalog) -> str:
    """What small talk and questions about the workspace get: what is here, in words."""
    if not documents and not catalog.tables:
        return translate("router.empty_workspace", lang)
    count = plural("router.documents", len(documents), lang)
    if catalog.tables:
        tables = plural("router.tables", len(catalog.tables), lang)
        count = translate("router.and", lang, first=count, second=tables) if documents else tables
    if route.kind == "smalltalk":
        return translate("router.greeting", lang, count=count)
    lines = [f"- {name}" for name in [found.name for found in documents][:_NAMES_SHOWN]]
    more = len(documents) - _NAMES_SHOWN
    if more > 0:
        lines.append(plural("router.more", more, lang))
    lines += [f"- {table.name}: {plural('router.rows', table.rows, lang)}" for table in catalog.tables[:_NAMES_SHOWN]]
    return translate("router.inventory", lang, count=count) + "\n\n" + "\n".join(lines)
