"""How well a question's words link to the tables, before any statement is composed or run: what a router reads.

It is the first tenth of `ask` (link only, no candidates). It decides nothing.
"""

from __future__ import annotations

import datetime

from core.records import Catalog, Sounding
from core.sql.assertion import find_assertion
from core.sql.business.unread import uncovered
from core.sql.contests import find_contest
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from core.sql.linking.link import Links, ValueMention, cue_rows, is_content
from core.sql.parser.propose import builtin_parser, link_question
from core.sql.readings import business_statements
from core.sql.unlinked import unknown_words

_NAMED = 0.45  # a link this strong names a column or a table; weaker ones only share a stem


def sound(question: str, lang: str, catalog: Catalog, anew: bool = False) -> Sounding:
    """The links of `question` in numbers; an empty sounding where there are no tables. `anew` reads it as it stands: it
    is another one in other words."""
    if not catalog.tables:
        return Sounding()
    lexicon, parser = builtin_lexicon(), builtin_parser()
    schema = schema_of(catalog, lexicon)
    links = link_question(question, lang, schema, lexicon, parser)
    claim = None if anew else find_assertion(links, schema)
    other = None if anew else claim.question if claim else find_contest(links, schema)
    if other is not None:
        return sound(other, lang, catalog, anew=True)
    plan = next((plan for plan, _ in business_statements(links, schema, datetime.date.today())), None)
    content = [place for place, token in enumerate(links.tokens) if is_content(token)]
    covered, cues = _covered(links), cue_rows(links.tokens)
    hits = [mention for mention in links.values if mention.hits]
    return Sounding(
        words=len(content),
        linked=sum(place in covered for place in content) / max(1, len(content)),
        unknown=unknown_words(links, schema, parser),
        column=max((m.score for ms in links.columns.values() for m in ms), default=0.0),
        table=max((m.score for ms in links.tables.values() for m in ms), default=0.0),
        value=max((weight for mention in hits for _, _, weight in mention.hits), default=0.0),
        values=len(hits),
        numbers=sum(mention.kind in ("number", "date") for mention in links.values),
        cues=sum(bool(row.any()) for row in cues) / max(1, len(links.tokens)),
        measured=plan is not None,
        left=len(uncovered(plan, links)) if plan else 0,
        named=tuple(_said(question, links, mention) for mention in hits if mention.kind in ("text", "quoted")),
    )


def _said(question: str, links: Links, mention: ValueMention) -> tuple[str, str]:
    said = question[links.tokens[mention.start].start : links.tokens[mention.end - 1].end].strip("\"'“”«»")
    return said, str(mention.hits[0][1])


def _covered(links: Links) -> set[int]:
    """Places of the tokens that name something well."""
    named = [m for ms in (*links.columns.values(), *links.tables.values()) for m in ms if m.score >= _NAMED]
    named += [mention for mention in links.values if mention.hits]
    return {place for mention in named for place in range(mention.start, mention.end)}
