"""Answers that are summaries: what the passages say on a topic that is named, else the central sentences of the
document that is meant.

Which sentences are central is `summary`'s, which speak of a topic `topic`'s.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from core.chat.citations import make_citation
from core.chat.extract import rank_sentences
from core.chat.gather import Pages
from core.chat.question import Understood, topic_words
from core.chat.scope import identify
from core.chat.summary import summarise
from core.chat.topic import documents_named, speak_of
from core.chat.wording import cite, in_points
from core.chat.words import Vocabulary, fold
from core.i18n import translate
from core.records import DocumentsAnswer, SearchResult

_SUMMARY_SENTENCES = 5
_READ_FOR_SUMMARY = 250
_SUMMARY_PAGES = 200


class PageCount(Protocol):
    def __call__(self, document_id: int) -> int: ...


def answer_summary(
    understood: Understood, result: SearchResult, vocabulary: Vocabulary, pages: Pages, page_count: PageCount
) -> DocumentsAnswer | None:
    """What the passages say on the topic that is named, else the whole document that is meant; None where neither has
    a sentence fit to quote."""
    fact = replace(understood, kind="fact", want="")
    ranked = rank_sentences(fact, result, vocabulary, pages, most=_READ_FOR_SUMMARY)
    known = {
        h.document_id: identify(h, pages(h.document_id, 1), h.lang or result.lang, vocabulary) for h in result.hits
    }
    words = {lang: topic_words(understood, asked) for lang, asked in ranked.asked.items()}
    main = words.get(result.hits[0].lang or result.lang, [])
    named = documents_named(main, known)
    spoken = {hit.lang or result.lang for hit in result.hits if hit.document_id in named}
    main = words[spoken.pop()] if len(spoken) == 1 else main  # as the documents that are meant call it
    topic = [word for word in main if not any(word.keys & known[number].keys for number in named)]
    if not topic or (named and not any(vocabulary.seen(word) for word in topic)):
        return _whole(understood, result, vocabulary, pages, page_count, named)
    chosen = speak_of(topic, ranked, named, _SUMMARY_SENTENCES)
    if not chosen:
        return None
    cited = tuple(cite(n, item, fact, ranked, result, vocabulary, pages)[0] for n, item in enumerate(chosen, start=1))
    files = ", ".join(
        f"«{file}»" if understood.lang == "es" else f"“{file}”" for file in dict.fromkeys(c.file for c in cited)
    )
    head = translate("chat.answer.summary_topic", understood.lang, files=files)
    return in_points(head, cited, result)


def _whole(
    understood: Understood,
    result: SearchResult,
    vocabulary: Vocabulary,
    pages: Pages,
    page_count: PageCount,
    named: set[int],
) -> DocumentsAnswer | None:
    """The central sentences of one document."""
    hit = _document_meant(understood, result, named)
    count = page_count(hit.document_id)
    read = [pages(hit.document_id, number) for number in range(1, min(count, _SUMMARY_PAGES) + 1)]
    central = summarise(read, hit.lang or result.lang, vocabulary, _SUMMARY_SENTENCES)
    if not central:
        return None
    citations = tuple(
        make_citation(n, hit, c.page, (c.start, c.end), round(c.score, 4), None) for n, c in enumerate(central, start=1)
    )
    key = "chat.answer.summary" if count <= _SUMMARY_PAGES else "chat.answer.summary_part"
    params = {"file": hit.file} if count <= _SUMMARY_PAGES else {"file": hit.file, "pages": _SUMMARY_PAGES}
    return in_points(translate(key, understood.lang, **params), citations, result)


def _document_meant(understood: Understood, result: SearchResult, named: set[int]):
    """The hit whose document the question names, else the document with the best passages."""
    asked = set(fold(understood.text).replace("-", " ").replace("_", " ").split())
    weight: dict[int, float] = {}
    for place, hit in enumerate(result.hits):
        if named and hit.document_id not in named:
            continue
        stem = fold(hit.file.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        shared = asked & {part for part in stem.replace("-", " ").replace("_", " ").split() if len(part) > 2}
        weight[hit.document_id] = (
            weight.get(hit.document_id, 0.0) + 1 / (1 + place) + 2 * len(shared) / (place + 1) ** 0.1
        )
    best = max(weight, key=weight.__getitem__)
    return next(hit for hit in result.hits if hit.document_id == best)
