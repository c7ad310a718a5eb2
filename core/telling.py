"""What the sides said, as the answer to a turn: rows in words, passages quoted, both in one text, or why there is none.

It asks nothing and checks nothing; sentences about rows are `sql.insight`'s, quotes `chat.answer`'s.
"""

from __future__ import annotations

import dataclasses

from core.both.match import Pages
from core.both.weave import weave
from core.conversation import Turn
from core.i18n import plural, translate
from core.records import Answer, DocumentsAnswer, Route, SqlAnswer
from core.sides import Asked
from core.sql.following.reshape import Edit


def tell(turn: Turn, chosen: Route, asked: Asked, shelf: Pages) -> Answer:
    """The answer of the chosen sides; its route is `none` where they have none."""
    if chosen.kind == "both":
        answer = from_both(turn, asked, chosen, shelf)
    elif chosen.kind == "none":
        hits = asked.written.hits if asked.written else ()
        answer = dataclasses.replace(turn.answer(chosen, "not_found", message=chosen.reason), hits=hits)
    elif chosen.kind == "data" and asked.data is not None:
        answer = from_rows(turn, asked.data, chosen)
    elif asked.written is not None:
        answer = from_passages(turn, asked.written, chosen)
    else:
        answer = turn.answer(chosen, "not_found")
    if answer.status != "answered":
        answer = dataclasses.replace(answer, route=Route("none", answer.message or chosen.reason))
    timings = {**(asked.written.timings_ms if asked.written else {}), **(asked.data.timings_ms if asked.data else {})}
    return dataclasses.replace(answer, timings_ms=timings)


def from_passages(turn: Turn, found: DocumentsAnswer, route: Route) -> Answer:
    """What the documents say, or why they say nothing."""
    answer = turn.answer(route, found.status, found.text, found.confidence, found.message)
    return _by_engine(dataclasses.replace(answer, citations=found.citations, hits=found.hits), found)


def from_rows(turn: Turn, data: SqlAnswer, route: Route) -> Answer:
    """A result in words: its sentences, or what it holds; and why, where there is none."""
    status, text, message = words_of_rows(data, turn.lang)
    answer = turn.answer(route, status, text, data.confidence, f"{message} {data.message}".strip())
    return _by_engine(dataclasses.replace(answer, data=data, timings_ms=data.timings_ms), data)


def from_both(turn: Turn, asked: Asked, chosen: Route, shelf: Pages) -> Answer:
    """Rows and passages in one text, laid side by side where both state a figure."""
    written, data = asked.written, asked.data
    woven = weave(asked.parts, written, data, turn.lang, shelf)
    confidence = min(data.confidence, max(written.confidence, written.chance / 2))
    answer = dataclasses.replace(
        turn.answer(chosen, "answered", woven.text, round(confidence, 4), data.message),
        citations=woven.citations,
        hits=written.hits,
        data=data,
        agreement=woven.agreement,
        comparisons=woven.comparisons,
    )
    return _by_engine(answer, data)


def tell_place(turn: Turn, past: Answer) -> Answer:
    """Where the documents say what was answered before: file and page of its citations, with their words."""
    lines = []
    for citation in past.citations:
        head = translate("assistant.stated_at", turn.lang, file=citation.file, page=str(citation.page))
        lines.append(f"{head} “{' '.join(citation.quote.split())}” [{citation.n}]")
    route = Route("documents", translate("router.place_reason", turn.lang))
    answer = turn.answer(route, "answered", "\n\n".join(lines), past.confidence)
    return dataclasses.replace(answer, citations=past.citations, hits=past.hits, data=past.data)


def explain_rows(turn: Turn, past: Answer) -> Answer:
    """How the rows before came about: the reading of the question, the tables, the conditions; the rows stand again."""
    data = past.data
    lines = [translate("assistant.explained", turn.lang, tables=", ".join(data.sql.tables))]
    if data.reading:
        lines.append(translate("assistant.explained_reading", turn.lang, reading=data.reading))
    if data.sql.filters:
        lines.append(translate("assistant.explained_filters", turn.lang, filters="; ".join(data.sql.filters)))
    lines += [" ".join(data.insight)] if data.insight else []
    route = Route("data", translate("router.explain_reason", turn.lang))
    return dataclasses.replace(turn.answer(route, "answered", "\n\n".join(lines), past.confidence), data=data)


def say_edit(edit: Edit, lang: str) -> str:
    """Why rows are shown: the statement before was changed, in what."""
    changed = ", ".join(translate(f"router.changed_{name}", lang) for name in edit.changed)
    return translate("router.edit_reason", lang, changed=changed)


def words_of_rows(data: SqlAnswer, lang: str) -> tuple[str, str, str]:
    """(status, text, message) of an answer from tables."""
    if data.error is not None or data.result is None:
        key, params = data.error or ("assistant.no_table_has", {"words": ", ".join(data.unknown)})
        status = "error" if data.sql is not None else "not_found"
        return status, "", translate(key, lang, **params)
    rows = len(data.result.rows)
    if not rows:
        return "answered", translate("assistant.no_row", lang), ""
    text = " ".join(data.insight) or plural("assistant.rows", rows, lang)
    return "answered", text, translate("assistant.truncated", lang, n=rows) if data.result.truncated else ""


def _by_engine(answer: Answer, side: DocumentsAnswer | SqlAnswer) -> Answer:
    """The answer with who wrote it, and what that took."""
    adapter = side.uses[0].adapter if side.uses and side.engine != "builtin" else None
    return dataclasses.replace(answer, engine=side.engine, adapter=adapter, uses=side.uses)
