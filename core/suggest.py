"""Example questions made from what the workspace holds: its documents' own headings, the columns of its tables. Only
answered ones are offered.

It draws nothing and keeps nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from core.assistant import Assistant, last_answer
from core.i18n import translate
from core.records import Answer, Document
from core.state import documents as stored
from core.state.database import Database

_DOCUMENTS_READ = 6
_TRIED = 10
_SURE = 0.6  # of the reading of a question on tables
_NUMBERING = re.compile(r"^\W*(?:(?:\d+|[IVXLC]+|[A-Za-z])[.)]|\d+(?:\.\d+)*)\s*\W*\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")


def questions(db: Database, assistant: Assistant, held: Sequence[Document], lang: str, n: int = 3) -> list[str]:
    """Up to `n` questions in `lang` about the newest of the documents `held` and about the tables of files, in turn,
    each tried on the assistant and answered."""
    found: list[str] = []
    sources = {table.source for table in assistant.tables.catalog().tables if table.origin == "file"}
    written = _of_documents(db, [document for document in held if document.name not in sources], lang)
    for tried, question in enumerate(_take_turns(written, assistant.tables.examples(lang))):
        if len(found) == n or tried == _TRIED:
            break
        if _is_told(last_answer(assistant.ask(question, lang=lang))):
            found.append(question)
    return found


def _is_told(answer: Answer) -> bool:
    """Answered, and by a reading that needs no second look where the tables answered."""
    return answer.status == "answered" and (answer.data is None or answer.data.confidence >= _SURE)


def _take_turns(*kinds: Iterable[str]) -> Iterator[str]:
    """The first of each, the second of each, and so on; what lasts longer goes on alone."""
    return (question for rank in itertools.zip_longest(*kinds) for question in rank if question is not None)


def _of_documents(db: Database, held: Sequence[Document], lang: str) -> Iterator[str]:
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
