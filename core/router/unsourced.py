"""What needs no source: greetings and thanks, and questions about the workspace itself ('what do you have?').

It answers these from what is here, and nothing else.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from core.i18n import LANGUAGES, plural, translate
from core.records import Catalog, Document, Route, Table
from core.router.phrases import cue, fold

_NAMES_SHOWN = 12


def without_source(question: str, lang: str, tables: Sequence[str] = ()) -> Route | None:
    """The route of what needs no source (small talk, 'what do you have?', 'which columns has the sales table?'), else
    None; `tables` are the names of those that are here."""
    words = _words(question)
    if not words:
        return None
    if _is_smalltalk(words):
        return Route("smalltalk", translate("router.smalltalk_reason", lang))
    named = {word for name in tables for word in _words(name)}
    if " ".join(words) in _phrases("workspace") or any(_asks_holdings(words, said, named) for said in LANGUAGES):
        return Route("workspace", translate("router.workspace_reason", lang))
    return None


def asks_place(question: str, lang: str) -> bool:
    """'Where does the report say so?', 'which page?': asks for the place of what was just answered."""
    return re.search(cue("place", lang), " ".join(_words(question))) is not None


def asks_to_explain(question: str, lang: str) -> bool:
    """'Explain that', 'tell me more', 'how was it calculated?': asks more of what was just answered."""
    return re.search(cue("explain", lang), " ".join(_words(question))) is not None


def language_of(question: str) -> str | None:
    """The language of a set phrase ('hola'), which says too little for its words to tell; else None."""
    words = _words(question)
    spoken = [lang for lang in LANGUAGES if words and _greets(words, lang)]
    spoken = spoken or [lang for lang in LANGUAGES if " ".join(words) in _said(lang)]
    return spoken[0] if len(spoken) == 1 else None


def _is_smalltalk(words: list[str]) -> bool:
    return " ".join(words) in _phrases("smalltalk") or any(_greets(words, lang) for lang in LANGUAGES)


def _greets(words: list[str], lang: str) -> bool:
    """Nothing but words of greeting and thanks, one of which greets or thanks."""
    core, beside = _group("greeting", lang), _group("greeting_with", lang)
    return any(core.fullmatch(word) for word in words) and all(
        core.fullmatch(word) or beside.fullmatch(word) for word in words
    )


def _asks_holdings(words: list[str], lang: str, named: set[str]) -> bool:
    """Nothing but words that ask what is here ('which tables are loaded?'), the names of tables among them."""
    core, beside = _group("holding", lang), _group("about_holding", lang)
    hits = [word for word in words if core.fullmatch(word)]
    rest = [word for word in words if not core.fullmatch(word) and not beside.fullmatch(word)]
    if not hits or len(words) < 2 or not set(rest) <= named:
        return False
    return not rest or any(_COLUMNS.fullmatch(word) for word in hits)


_THANKS = frozenset(("thanks", "thank", "gracias"))
_COLUMNS = re.compile(r"columns?|fields?|columnas?|campos?")


@functools.cache
def _group(name: str, lang: str) -> re.Pattern[str]:
    return re.compile(cue(name, lang))


@functools.cache
def _said(lang: str) -> frozenset[str]:
    phrases = [*translate("router.smalltalk", lang).split("|"), *translate("router.workspace", lang).split("|")]
    return frozenset(" ".join(_words(phrase)) for phrase in phrases)


@functools.cache
def _phrases(kind: str) -> frozenset[str]:
    """What is said for small talk, or to ask what is here, in every language, folded."""
    said = [phrase for lang in LANGUAGES for phrase in translate(f"router.{kind}", lang).split("|")]
    return frozenset(" ".join(_words(phrase)) for phrase in said)


def _words(text: str) -> list[str]:
    """Lower case, no accents, words alone: '¿Qué hay aquí?' -> ['que', 'hay', 'aqui']."""
    return re.findall(r"[^\W_]+", fold(text))


def reply(route: Route, question: str, lang: str, documents: Sequence[Document], catalog: Catalog) -> str:
    """What small talk and questions about the workspace get: what is here, in words; a table's columns where it is
    named."""
    if route.kind == "smalltalk" and _THANKS & set(_words(question)):
        return translate("router.welcome", lang)
    if not documents and not catalog.tables:
        return translate("router.empty_workspace", lang)
    count = plural("router.documents", len(documents), lang)
    if catalog.tables:
        tables = plural("router.tables", len(catalog.tables), lang)
        count = translate("router.and", lang, first=count, second=tables) if documents else tables
    if route.kind == "smalltalk":
        return translate("router.greeting", lang, count=count)
    asked = set(_words(question))
    named = [table for table in catalog.tables if set(_words(table.name)) <= asked]
    if named:
        return "\n\n".join(_describe(table, lang) for table in named[:_NAMES_SHOWN])
    lines = [f"- {name}" for name in [found.name for found in documents][:_NAMES_SHOWN]]
    more = len(documents) - _NAMES_SHOWN
    if more > 0:
        lines.append(plural("router.more", more, lang))
    lines += [f"- {table.name}: {plural('router.rows', table.rows, lang)}" for table in catalog.tables[:_NAMES_SHOWN]]
    return translate("router.inventory", lang, count=count) + "\n\n" + "\n".join(lines)


def _describe(table: Table, lang: str) -> str:
    head = translate("router.columns", lang, table=table.name, rows=plural("router.rows", table.rows, lang))
    return head + "\n\n" + "\n".join(f"- {column.name} ({column.type})" for column in table.columns)
