"""What needs no source: greetings and thanks, and questions about the workspace itself ('what do you have?').

It answers these from what is here, and nothing else.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from core.i18n import LANGUAGES, plural, translate
from core.records import Catalog, Document, Route

_NAMES_SHOWN = 12


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
