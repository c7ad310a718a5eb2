"""The built-in answer from documents: chosen sentences, quoted and numbered, or an honest 'not in your documents'.

It writes nothing of its own but connecting marks: every statement is a quote. Search, follow-ups and checks that read
the documents again live elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.chat import rank
from core.chat.citations import fit_quote, key_span, make_citation, read_on, same_fact
from core.chat.decline import Judgement, judge
from core.chat.extract import HITS_READ, Evidence, Pages, Ranked, ReadPage, rank_sentences
from core.chat.lists import choose_list, find_lists, group_items
from core.chat.question import Understood, one_side, topic_words, understand
from core.chat.scope import identify
from core.chat.spans import Span
from core.chat.summary import summarise
from core.chat.tables import Row, choose_cell, describe
from core.chat.topic import documents_named, speak_of
from core.chat.words import Terms, Vocabulary, Word, fold
from core.i18n import translate
from core.records import Citation, DocumentsAnswer, SearchResult

_QUOTES_MAX = 3
_LIST_MAX = 5
_SUMMARY_SENTENCES = 5
_ITEMS_MAX = 8
_READ_FOR_SUMMARY = 250
_POINTS_SURE = 0.8
_SUMMARY_PAGES = 200
_SECOND_CHANCE = 0.3  # a runner-up this likely, as a share of the best one's chance, is shown too
_NEXT_CHANCE = 0.12  # less is asked of the sentence right after the best: the gold is often there
_LIST_CHANCE = 0.2
_SAYS_MORE = 3.0  # on a side that is compared, so much may a sentence lack that says what is asked of both
_SHORT_FROM = 0.3  # less sure than this, the quotes speak without a short answer before them: it was right in 0 of 6


def answer(
    question: str,
    result: SearchResult,
    index: Terms,
    lang: str,
    read_page: ReadPage,
    page_count: PageCount | None = None,
    search: Search | None = None,
) -> DocumentsAnswer:
    """Answer `question` (completed, in `lang`) from the passages of `result`.

    `read_page(document_id, number)` gives a page; `page_count(document_id)` how many there are, for summaries;
    `search(text)` the passages on one side of a comparison, which are among `result` without it."""
    started = time.perf_counter()
    understood = understand(question, lang)
    pages, vocabulary = Pages(read_page), Vocabulary(index)
    if not result.hits:
        done = DocumentsAnswer("not_found", "", translate("chat.decline.empty", lang))
    elif understood.kind == "summarise" and page_count is not None:
        done = _summary(understood, result, vocabulary, pages, page_count)
    else:
        done = _compared(understood, result, vocabulary, pages, search) or _quoted(
            understood, result, vocabulary, pages
        )
    elapsed = (time.perf_counter() - started) * 1000
    return replace(done, timings_ms={"answer": round(elapsed, 2)})


class PageCount(Protocol):
    def __call__(self, document_id: int) -> int: ...


class Search(Protocol):
    def __call__(self, text: str) -> SearchResult: ...


def _quoted(understood: Understood, result: SearchResult, vocabulary: Vocabulary, pages: Pages) -> DocumentsAnswer:
    ranked = rank_sentences(understood, result, vocabulary, pages)
    if understood.kind == "list" and ranked.evidence:
        listed = _listed(understood, ranked, result, vocabulary, pages)
        if listed is not None:
            return listed
    verdict = judge(understood, ranked, result, vocabulary)
    if not verdict.answers:
        message = decline_message(verdict, understood.lang)
        return DocumentsAnswer(
            "not_found", "", message, 1 - verdict.chance, hits=result.hits, chance=verdict.chance, unseen=verdict.unseen
        )
    chosen = choose(understood, ranked)
    cited = [_cite(n, item, understood, ranked, result, vocabulary, pages) for n, item in enumerate(chosen, start=1)]
    citations = tuple(citation for citation, _ in cited)
    confidence = verdict.chance * chosen[0].chance  # the share of the best one is right about that often
    cited = cited if confidence >= _SHORT_FROM else [(citation, "") for citation in citations]
    text = compose(cited, listed=understood.kind == "list")
    message = _hidden_message(citations, understood.lang)
    return DocumentsAnswer(
        "answered", text, message, round(confidence, 4), citations, result.hits, {}, verdict.chance, verdict.unseen
    )


def _listed(understood, ranked: Ranked, result, vocabulary, pages) -> DocumentsAnswer | None:
    """The items of a list that announces itself in the question's words; None where a sentence holds more of them."""
    places = dict.fromkeys(
        (hit, page) for hit in result.hits[:HITS_READ] for page in sorted({hit.page, *(s.page for s in hit.sentences)})
    )
    found = [(one, hit) for hit, page in places for one in find_lists(pages(hit.document_id, page))]
    chosen = choose_list(found, ranked.asked, result.lang, vocabulary)
    if chosen is None:
        return None
    one, hit, share = chosen
    best = ranked.evidence[0]
    if share < rank.coverage(ranked.asked_of(best), rank.matches(ranked.asked_of(best), best.words)):
        return None
    groups = group_items(one, _ITEMS_MAX)
    cited = tuple(
        make_citation(n, hit, one.page, (start, items[-1][1]), round(share, 4), None)
        for n, (start, items) in enumerate(groups, start=1)
    )
    shown = [(item, n) for n, (_, items) in enumerate(groups, start=1) for item in items]
    lines = [f"- “{_plain(one.page.text[slice(*item)])}” [{n}]" for item, n in shown]
    left = len(one.items) - len(shown)
    lines += [f"- {translate('chat.answer.more_items', understood.lang, n=left)}"] if left else []
    return DocumentsAnswer("answered", "\n".join(lines), "", round(_POINTS_SURE * share, 4), cited, result.hits)


def decline_message(verdict: Judgement, lang: str) -> str:
    """Why nothing is answered, naming the words that found nothing."""
    for key, words in (("unseen", verdict.unseen), ("missing", verdict.missing)):
        if words:
            quoted = ", ".join(f"«{word}»" if lang == "es" else f"“{word}”" for word in words[:5])
            return translate(f"chat.decline.{key}", lang, words=quoted)
    return translate("chat.decline.unsupported", lang)


def choose(understood: Understood, ranked: Ranked) -> list[Evidence]:
    """The sentences to quote, best first: no fact twice, a second one only where it is likely or follows the best."""
    best = ranked.evidence[0]
    most = _LIST_MAX if understood.kind == "list" else _QUOTES_MAX
    chosen = [best]
    following = next((e for e in ranked.evidence if _follows(best, e)), None)
    if following is not None and _adds(following, chosen):
        explain = understood.kind in ("define", "how", "why") and following.row is None
        if explain or following.chance >= _NEXT_CHANCE * best.chance:
            chosen.append(following)
    needed = _LIST_CHANCE if understood.kind == "list" else _SECOND_CHANCE
    for item in ranked.evidence[1:12]:
        if len(chosen) >= most or item.chance < needed * best.chance:
            break
        if item not in chosen and _adds(item, chosen):
            chosen.append(item)
    return chosen


def _follows(best: Evidence, other: Evidence) -> bool:
    return (
        other.hit is best.hit
        and other.page == best.page
        and other.order == best.order + 1
        and 0 <= other.start - best.end <= 3
    )


def _adds(item: Evidence, chosen: Sequence[Evidence]) -> bool:
    return not any(
        same_fact(item.words, other.words)
        or (
            item.page == other.page
            and item.start < other.end
            and other.start < item.end
            and item.hit.document_id == other.hit.document_id
        )
        for other in chosen
    )


def _compared(understood: Understood, result, vocabulary, pages, search: Search | None) -> DocumentsAnswer | None:
    """The best quote on each thing that is compared; None where less than two of them are answered."""
    sides = _sides(understood, result, vocabulary, pages, search) if understood.kind == "compare" else []
    if len(sides) < 2:
        return None
    cited = [_cite(n, s.item, s.understood, s.ranked, s.result, vocabulary, pages) for n, s in enumerate(sides, 1)]
    confidence = min(side.chance for side in sides)
    cited = cited if confidence >= _SHORT_FROM else [(citation, "") for citation, _ in cited]
    citations = tuple(citation for citation, _ in cited)
    text, message = compose(cited, [side.name for side in sides]), _hidden_message(citations, understood.lang)
    hits = tuple({hit.piece_id: hit for side in sides for hit in side.result.hits}.values())
    return DocumentsAnswer("answered", text, message, round(confidence, 4), citations, hits, {}, confidence)


def _hidden_message(citations: Sequence[Citation], lang: str) -> str:
    return translate("chat.answer.hidden", lang) if any(citation.hidden for citation in citations) else ""


def _sides(understood: Understood, result, vocabulary, pages, search: Search | None) -> list[Compared]:
    """The best sentence on each thing that is compared, each asked for by itself, where it answers."""
    found: list[Compared] = []
    shared = vocabulary.question_words(understood.shared, understood.lang)
    for side in understood.sides:
        alone = one_side(understood, side)
        own = search(alone.text) if search is not None else result
        ranked = rank_sentences(alone, own, vocabulary, pages)
        words = vocabulary.question_words(side, understood.lang)
        fit = [e for e in ranked.evidence if _holds_all(words, e) and not any(_same(e, c.item) for c in found)]
        fit = [e for e in fit if e.score > fit[0].score - _SAYS_MORE and _meets(shared, e)] or fit
        if not fit:
            continue
        ranked = replace(ranked, evidence=(fit[0], *(e for e in ranked.evidence if e is not fit[0])))
        verdict = judge(alone, ranked, own, vocabulary)
        if verdict.answers:
            share = fit[0].chance / (sum(e.chance for e in fit) or 1.0)
            found.append(Compared(side, alone, own, ranked, fit[0], verdict.chance * share))
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """One side of a comparison: what was asked of it and found, all its candidates, the best of them, and the chance
    that this is its answer."""

    name: str
    understood: Understood
    result: SearchResult
    ranked: Ranked
    item: Evidence
    chance: float


def _same(one: Evidence, other: Evidence) -> bool:
    return one.place == other.place and one.row is None


def _meets(words: Sequence[Word], item: Evidence) -> bool:
    """Whether a sentence itself, not what stands over it, holds one of the words."""
    held = {key for word in item.words for key in word.keys}
    return any(word.weight > 0 and word.keys & held for word in words)


def _holds_all(words: Sequence[Word], item: Evidence) -> bool:
    """Whether a sentence speaks of a thing: its words, its headings or its file's name hold half of the thing's own."""
    held = {key for word in (*item.words, *item.context) for key in word.keys}
    return 2 * sum(bool(word.keys & held) for word in words) >= len(words)


def _cite(n, item: Evidence, understood, ranked, result, vocabulary, pages) -> tuple[Citation, str]:
    """The citation of `item`, and the short answer to put before it ('' where there is none)."""
    page = pages(item.hit.document_id, item.page)
    lang, asked = item.hit.lang or result.lang, ranked.asked_of(item)
    if item.row is not None:
        column = choose_cell(item.row, asked, understood.text, lang, vocabulary, understood.want)
        if column is not None and _is_named(item.row, asked, lang, vocabulary):
            value, start, end = item.row.cells[column]
            where = fit_quote(page, item.start, item.end, (), asked, Span(start - item.start, end - item.start, "cell"))
            short = translate("chat.answer.row", understood.lang, value=_plain(value), what=describe(item.row, column))
            return make_citation(n, item.hit, page, where, item.chance, (start, end)), short
        if len(item.row.cells) > 2:  # several figures and no telling which: the row speaks for itself
            return make_citation(n, item.hit, page, (item.start, item.end), item.chance, None), ""
    key = key_span(understood, item.text, item.words, asked, lang)
    end = read_on(page, item.start, item.end) if item.text.rstrip().endswith(":") else item.end
    where = fit_quote(page, item.start, end, item.words, asked, key)
    span = (item.start + key.start, item.start + key.end) if key else None
    citation = make_citation(n, item.hit, page, where, item.chance, span)
    return citation, _plain(page.text[slice(*citation.key)]) if citation.key else ""


def _is_named(row: Row, asked: Sequence[Word], lang: str, vocabulary: Vocabulary) -> bool:
    """Whether the question says which row it means: a neighbour's figure is worse than none."""
    keys = {key for word in asked for key in word.keys}
    return any(word.weight > 0 and word.keys & keys for word in vocabulary.words(row.label, lang))


def compose(cited: Sequence[tuple[Citation, str]], sides: Sequence[str] = (), listed: bool = False) -> str:
    """The answer's text (Markdown): the short answer first where there is one, then the quotes with their marks; a
    point a quote where things are listed or `sides` are compared."""
    quotes = [f"“{_plain(citation.quote)}” [{citation.n}]" for citation, _ in cited]
    shorts = [short for _, short in cited]
    if sides:
        heads = [f"**{side}**{f': {short}' if short else ''} — " for side, short in zip(sides, shorts, strict=True)]
    elif listed and len(cited) > 1:
        heads = [f"**{short}** — " if short else "" for short in shorts]
    else:
        heads = [f"**{short}** — " if short and number == 0 else "" for number, short in enumerate(shorts)]
        return "\n\n".join(head + quote for head, quote in zip(heads, quotes, strict=True))
    return "\n".join(f"- {head}{quote}" for head, quote in zip(heads, quotes, strict=True))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _summary(understood, result, vocabulary, pages, page_count) -> DocumentsAnswer:
    """What the passages say on the topic that is named, else the whole document that is meant."""
    fact = replace(understood, kind="fact", want="")
    ranked = rank_sentences(fact, result, vocabulary, pages, most=_READ_FOR_SUMMARY)
    known = {
        h.document_id: identify(h, pages(h.document_id, 1), h.lang or result.lang, vocabulary) for h in result.hits
    }
    words = {lang: topic_words(understood, asked) for lang, asked in ranked.asked.items()}
    main = words.get(result.hits[0].lang or result.lang, [])
    named = documents_named(main, known)
    topic = [word for word in main if not any(word.keys & known[number].keys for number in named)]
    if not topic or (named and not any(vocabulary.seen(word) for word in topic)):
        return _whole(understood, result, vocabulary, pages, page_count, named)
    chosen = speak_of(topic, ranked, named, _SUMMARY_SENTENCES)
    if not chosen:
        return _quoted(fact, result, vocabulary, pages)
    cited = tuple(_cite(n, item, fact, ranked, result, vocabulary, pages)[0] for n, item in enumerate(chosen, start=1))
    files = ", ".join(
        f"«{file}»" if understood.lang == "es" else f"“{file}”" for file in dict.fromkeys(c.file for c in cited)
    )
    head = translate("chat.answer.summary_topic", understood.lang, files=files)
    return _in_points(head, cited, result)


def _in_points(head: str, citations: tuple[Citation, ...], result: SearchResult) -> DocumentsAnswer:
    lines = [head, "", *(f"- “{_plain(c.quote)}” [{c.n}]" for c in citations)]
    return DocumentsAnswer("answered", "\n".join(lines), "", _POINTS_SURE, citations, result.hits)


def _whole(understood, result, vocabulary, pages, page_count, named: set[int]) -> DocumentsAnswer:
    """The central sentences of one document."""
    hit = _document_meant(understood, result, named)
    count = page_count(hit.document_id)
    read = [pages(hit.document_id, number) for number in range(1, min(count, _SUMMARY_PAGES) + 1)]
    central = summarise(read, hit.lang or result.lang, vocabulary, _SUMMARY_SENTENCES)
    if not central:
        return _quoted(replace(understood, kind="fact"), result, vocabulary, pages)
    citations = tuple(
        make_citation(n, hit, c.page, (c.start, c.end), round(c.score, 4), None) for n, c in enumerate(central, start=1)
    )
    key = "chat.answer.summary" if count <= _SUMMARY_PAGES else "chat.answer.summary_part"
    params = {"file": hit.file} if count <= _SUMMARY_PAGES else {"file": hit.file, "pages": _SUMMARY_PAGES}
    return _in_points(translate(key, understood.lang, **params), citations, result)


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
