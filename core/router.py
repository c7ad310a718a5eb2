"""Where a question should look: documents, tables, both, the workspace itself, or small talk. It answers nothing but
what needs no source: greetings and 'what do you have?'.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from core.i18n import LANGUAGES, plural, translate
from core.records import Document, Route

_NAMES_SHOWN = 12


def route(question: str, lang: str) -> Route:
    """The route of a completed question, with its reason in words."""
    said = _fold(question)
    if said in _phrases("smalltalk"):
        return Route("smalltalk", translate("router.smalltalk_reason", lang))
    if said in _phrases("workspace"):
        return Route("workspace", translate("router.workspace_reason", lang))
    return Route("documents", translate("router.documents_reason", lang))


@functools.cache
def _phrases(kind: str) -> frozenset[str]:
    """What is said for small talk, or to ask what is here, in every language, folded."""
    return frozenset(_fold(phrase) for lang in LANGUAGES for phrase in translate(f"router.{kind}", lang).split("|"))


def _fold(text: str) -> str:
    """Lower case, no accents, words alone: '¿Qué hay aquí?' -> 'que hay aqui'."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.findall(r"[^\W_]+", "".join(mark for mark in plain if not unicodedata.combining(mark))))


def reply(route: Route, lang: str, documents: Sequence[Document]) -> str:
    """What small talk and questions about the workspace get: what is here, in words."""
    if not documents:
        return translate("router.empty_workspace", lang)
    count = plural("router.documents", len(documents), lang)
    if route.kind == "smalltalk":
        return translate("router.greeting", lang, count=count)
    pages = plural("router.pages", sum(document.pages for document in documents), lang)
    names = "\n".join(f"- {document.name}" for document in documents[:_NAMES_SHOWN])
    more = len(documents) - _NAMES_SHOWN
    rest = "\n" + plural("router.more", more, lang) if more > 0 else ""
    return translate("router.inventory", lang, count=count, pages=pages) + "\n\n" + names + rest
