"""The built-in answer from documents: chosen sentences, quoted and numbered, or an honest 'not in your documents'.

It writes nothing of its own but connecting marks: every statement is a quote. Search, follow-ups and checks that read
the documents again live elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.chat import rank
from core.chat.citations import make_citation, same_fact
from core.chat.compared import Search, compare_sides
from core.chat.decline import Judgement, judge
from core.chat.differ import Amounts, find_other_figure, short_of
from core.chat.extract import HITS_READ, Evidence, Ranked, order_hits, rank_sentences
from core.chat.gather import Pages, ReadPage
from core.chat.lists import choose_list, counts_entries, find_lists, group_items
from core.chat.question import Understood, understand
from core.chat.summed import PageCount, answer_summary
from core.chat.wants import join_answers, split_wants
from core.chat.wording import (
    POINTS_SURE,
    SHORT_FROM,
    SHORT_FROM_ROW,
    cite,
    compose,
    differ_message,
    hidden_message,
    plain,
)
from core.chat.words import Terms, Vocabulary
from core.i18n import says_topic, translate
from core.records import DocumentsAnswer, SearchResult

_QUOTES_MAX = 3
_LIST_MAX = 5
_ITEMS_MAX = 8
_SECOND_CHANCE = 0.3  # a runner-up this likely, as a share of the best one's chance, is shown too
_NEXT_CHANCE = 0.12  # less is asked of the sentence right after the best: the gold is often there
_LIST_CHANCE = 0.2


@dataclass(frozen=True, slots=True)
class _Means:
    """What an answer is made with; see `answer`."""

    vocabulary: Vocabulary
    pages: Pages
    page_count: PageCount | None
    search: Search | None
    amounts: Amounts | None


def answer(
    question: str,
    result: SearchResult,
    index: Terms,
    lang: str,
    read_page: ReadPage,
    page_count: PageCount | None = None,
    search: Search | None = None,
    amounts: Amounts | None = None,
) -> DocumentsAnswer:
    """Answer `question` (completed, in `lang`) from the passages of `result`.

    `read_page(document_id, number)` gives a page; `page_count(document_id)` how many there are, for summaries;
    `search(text)` the passages on one side of a comparison, which are among `result` without it, and on each of two
    questions in one; `amounts` tells figures apart, without which none are held against each other."""
    started = time.perf_counter()
    understood = understand(question, lang)
    means = _Means(Vocabulary(index), Pages(read_page), page_count, search, amounts)
    if not result.hits:
        done = DocumentsAnswer("not_found", "", translate("chat.decline.empty", lang))
    else:
        done = _special(understood, result, means)
        plain_fact = replace(understood, kind="fact") if understood.kind == "summarise" and page_count else understood
        done = done or _quoted(plain_fact, result, means)
    elapsed = (time.perf_counter() - started) * 1000
    return replace(done, timings_ms={"answer": round(elapsed, 2)})


def _special(understood: Understood, result: SearchResult, means: _Means) -> DocumentsAnswer | None:
    """The answer of a question that wants more than the best sentences; None where it wants no more or gets none."""
    if understood.kind == "summarise" and means.page_count is not None:
        return answer_summary(understood, result, means.vocabulary, means.pages, means.page_count)
    if understood.kind == "compare":
        return compare_sides(understood, result, means.vocabulary, means.pages, means.search, means.amounts)
    wants = split_wants(understood.text, understood.lang) if means.search is not None else None
    if wants is None:
        return None
    first, second = (_quoted(understand(want, understood.lang), means.search(want), means, 1) for want in wants)
    both = first.status == second.status == "answered"
    return join_answers(first, second) if both else None


def _quoted(understood: Understood, result: SearchResult, means: _Means, most: int = _QUOTES_MAX) -> DocumentsAnswer:
    """The best sentences, `most` of them where no list is asked for, or why none answers."""
    vocabulary, pages = means.vocabulary, means.pages
    ranked = rank_sentences(understood, result, vocabulary, pages)
    hits = order_hits(result, ranked)
    if ranked.evidence and (understood.kind == "list" or counts_entries(understood)):
        listed = _listed(understood, ranked, result, means)
        if listed is not None:
            return replace(listed, hits=hits)
    verdict = judge(understood, ranked, result, vocabulary)
    if not verdict.answers:
        message = decline_message(verdict, understood.lang)
        return DocumentsAnswer(
            "not_found", "", message, 1 - verdict.chance, hits=hits, chance=verdict.chance, unseen=verdict.unseen
        )
    other = find_other_figure(understood, ranked, vocabulary, means.amounts) if means.amounts else None
    chosen = choose(understood, ranked, most) if other is None else [ranked.evidence[0], other]
    cited = [cite(n, item, understood, ranked, result, vocabulary, pages) for n, item in enumerate(chosen, start=1)]
    citations = tuple(citation for citation, _ in cited)
    # The share of the best one is right about that often, and so is that of two that answer alike.
    confidence = verdict.chance * (chosen[0].chance + (other.chance if other else 0.0))
    sure = confidence >= (SHORT_FROM if chosen[0].row is None else SHORT_FROM_ROW)
    cited = cited if sure else [(citation, "") for citation in citations]
    message = hidden_message(citations, understood.lang)
    if other is not None:
        citations = citations[0], replace(citations[1], against=1)
        told = [short_of(item, understood, ranked, vocabulary) for item in chosen]
        message = f"{differ_message(citations, told, understood.lang)} {message}".strip()
    text = compose(cited, listed=understood.kind == "list", each=other is not None)
    return DocumentsAnswer(
        "answered", text, message, round(confidence, 4), citations, hits, {}, verdict.chance, verdict.unseen
    )


def _listed(understood: Understood, ranked: Ranked, result: SearchResult, means: _Means) -> DocumentsAnswer | None:
    """The items of a list that announces itself in the question's words, or how many they are; None where a sentence
    holds more of them."""
    places = dict.fromkeys(
        (hit, page) for hit in result.hits[:HITS_READ] for page in sorted({hit.page, *(s.page for s in hit.sentences)})
    )
    found = [(one, hit) for hit, page in places for one in find_lists(means.pages(hit.document_id, page))]
    chosen = choose_list(found, ranked.asked, result.lang, means.vocabulary)
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
    if understood.kind != "list":
        count = translate("chat.answer.counted", understood.lang, n=len(one.items))
        text = compose([(cited[0], count), *((citation, "") for citation in cited[1:])])
        return DocumentsAnswer("answered", text, "", round(POINTS_SURE * share, 4), cited)
    shown = [(item, n) for n, (_, items) in enumerate(groups, start=1) for item in items]
    lines = [f"- “{plain(one.page.text[slice(*item)])}” [{n}]" for item, n in shown]
    left = len(one.items) - len(shown)
    lines += [f"- {translate('chat.answer.more_items', understood.lang, n=left)}"] if left else []
    return DocumentsAnswer("answered", "\n".join(lines), "", round(POINTS_SURE * share, 4), cited)


def decline_message(verdict: Judgement, lang: str) -> str:
    """Why nothing is answered, naming the words that found nothing."""
    for key, found in (("unseen", verdict.unseen), ("missing", verdict.missing)):
        words = [word for word in found if says_topic(word, lang)]
        if words:
            quoted = ", ".join(f"«{word}»" if lang == "es" else f"“{word}”" for word in words[:5])
            return translate(f"chat.decline.{key}", lang, words=quoted)
    return translate("chat.decline.unsupported", lang)


def choose(understood: Understood, ranked: Ranked, most: int = _QUOTES_MAX) -> list[Evidence]:
    """The sentences to quote, best first: no fact twice, a second one only where it is likely or follows the best."""
    best = ranked.evidence[0]
    most = _LIST_MAX if understood.kind == "list" else most
    chosen = [best]
    following = next((e for e in ranked.evidence if _follows(best, e)), None)
    if following is not None and most > 1 and _adds(following, chosen):
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
