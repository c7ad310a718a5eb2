"""Which documents a question's words name, by file name and title, and what those words mean in either language.

It opens no page.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from core.reconcile.scope import name_quarters
from core.records import Document
from core.sql.language.lexicon import builtin_lexicon, fold
from core.sql.language.question import tokenize
from core.sql.language.words import stem
from core.sql.linking.link import is_content

_NAME_LETTERS = 4
_SURE = 0.85  # a stem this close counts as the word


def named_documents(about: str, documents: Sequence[Document], lang: str) -> list[Document]:
    """The documents that a question's words for its source name best ('the January draft', 'el informe anual'), by
    file name and title; all alike where they name none."""
    asked = words_of(about, lang)
    shared = {document.id: sum(bool(word & _called(document)) for word in asked) for document in documents}
    most = max(shared.values(), default=0)
    return [document for document in documents if shared[document.id] == most] if most else []


def called_documents(subject: str, asked: str, documents: Sequence[Document], lang: str) -> set[int]:
    """The documents whose name says the subject and something else that is asked ('retraso-pedido-nordkork.eml')."""
    names = {word for word in re.findall(r"[^\W_]+", fold(subject)) if len(word) >= _NAME_LETTERS}
    others = [word for word in words_of(asked, lang) if not any(f"={name}" in word for name in names)]
    found = set()
    for document in documents:
        said = set(re.findall(r"[^\W_]+", fold(f"{document.name} {document.title}")))  # names have no other form
        if names & said and any(word & _called(document) for word in others):
            found.add(document.id)
    return found


def _called(document: Document) -> frozenset[str]:
    name = document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return terms(re.sub(r"[-_.]+", " ", f"{name} {document.title}"), document.lang or "en")


@functools.lru_cache(maxsize=20_000)
def terms(text: str, lang: str) -> frozenset[str]:
    """What the content words of a text mean, all together."""
    return frozenset().union(*words_of(text, lang))


def words_of(text: str, lang: str) -> tuple[frozenset[str], ...]:
    """The content words of a text, each as English stems, so that both languages meet; numbers as written."""
    found: list[frozenset[str]] = []
    for token in tokenize(name_quarters(text[:2000]), lang, builtin_lexicon()):
        if token.kind == "number":
            found.append(frozenset((token.source,)))
        elif is_content(token):
            found.append(frozenset((stem(token.word), *(root for root, w in token.stems if w >= _SURE))))
    return tuple(found)
