"""Example questions made from what the workspace holds: its documents' own headings. Only answered ones are offered.

It draws nothing and keeps nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.assistant import Assistant, last_answer
from core.i18n import translate
from core.records import Document
from core.state import documents as stored
from core.state.database import Database

_DOCUMENTS_READ = 6
_TRIED = 10
_NUMBERING = re.compile(r"^\W*(?:(?:\d+|[IVXLC]+|[A-Za-z])[.)]|\d+(?:\.\d+)*)\s*\W*\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")


def questions(db: Database, assistant: Assistant, held: Sequence[Document], lang: str, n: int = 3) -> list[str]:
    """Up to `n` questions in `lang` about the newest documents, each tried on the assistant and answered."""
    found: list[str] = []
    for tried, question in enumerate(_candidates(db, held, lang)):
        if len(found) == n or tried == _TRIED:
            break
        if last_answer(assistant.ask(question, lang=lang)).status == "answered":
            found.append(question)
    return found


def _candidates(db: Database, held: Sequence[Document], lang: str) -> Iterator[str]:
    """A summary first, then a topic of each document in turn."""
    newest = [document for document in held if document.pieces][:_DOCUMENTS_READ]
    if newest:
        yield translate("suggest.summary", lang, document=newest[0].name)
    topics = [topics_of(stored.list_headings(db, document.id)) for document in newest]
    for rank in range(max(map(len, topics), default=0)):
        for own in topics:
            if rank < len(own):
                yield translate("suggest.topic", lang, topic=own[rank])


def topics_of(headings: Sequence[str]) -> list[str]:
    """The headings that can stand in a question: the last part of each path, unnumbered, of two to eight words."""
    topics: list[str] = []
    for heading in headings:
        topic = _NUMBERING.sub("", heading.rsplit(" > ", 1)[-1]).strip(" .:;–—-")
        words = _WORD.findall(topic)
        letters = sum(char.isalpha() for char in topic)
        if 2 <= len(words) <= 8 and len(topic) <= 70 and letters >= 0.7 * len(topic) and topic not in topics:
            topics.append(topic.capitalize() if topic.isupper() else topic)
    return topics
