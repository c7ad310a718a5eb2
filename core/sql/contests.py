"""Which of some named things comes first: 'who has more animals, Norte or Sur?', '¿pesan más los perros o los gatos?'.

Such a question is asked anew as one for the first of a ranking among them. It measures nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.i18n import translate
from core.sql.data.schema import Schema
from core.sql.language.lexicon import fold
from core.sql.linking.link import Links, ValueMention
from core.sql.linking.ordering import SUPERLATIVES

_ENDS = SUPERLATIVES["high"] | SUPERLATIVES["low"]
_FIRST = {"more": "most", "less": "least", "fewer": "fewest", "better": "best", "worse": "worst", "further": "farthest"}
_SPANISH = frozenset("mas menos mayor mayores menor menores mejor mejores peor peores".split())
_ASKING = re.compile(
    r"^\W*(?:(?:which|who|what|qu[eé]|qui[eé]n(?:es)?|cu[aá]l(?:es)?)\b)?"
    r"(?:\s*(?:of|entre)? ?(?:the|these|l[oa]s) (?:two|three|both|dos|tres)\b)?\s*(?:(?:does|do|did)\b)?\W*",
    re.I,
)
_BOUND = re.compile(r"\s+(?:than|que|de(?=\s+[\d$€£]))\b", re.I)  # 'more than 3' compares with no other thing
_ARTICLES = frozenset("the a an el la los las un una".split())
_NAMED = 0.6  # how well a word must name the column that holds them


def find_contest(links: Links, schema: Schema) -> str | None:
    """The question for the first of the things that a question names with 'or'; None where it asks for none, or is that
    question."""
    named = _alternatives(links)
    if named is None:
        return None
    start, end = links.tokens[named[0].start].start, links.tokens[named[-1].end - 1].end
    before = re.sub(r"[\s,:;]+(?:(?:the|el|la|los|las|between|entre)\s+)*$", "", links.question[:start], flags=re.I)
    after = links.question[end:].strip(" ,;:¿?")
    rest = _ASKING.sub("", f"{before} {after}".strip(), count=1)
    asked = first_of(rest, named, links, schema)
    return None if asked is None or fold(asked) == fold(links.question) else asked


def first_of(rest: str, named: Sequence[ValueMention], links: Links, schema: Schema) -> str | None:
    """'Which <column> <rest>, A or B?', what is compared in `rest` as a superlative; None where nothing is, or where no
    column holds them all."""
    asked, found = _superlative(rest)
    column = column_of(named, links, schema)
    if not found or column is None:
        return None
    name = schema.columns[column].key[1]
    of = "" if asked.startswith(name) or _opening_name(asked, column, links) else name
    texts = [links.question[links.tokens[m.start].start : links.tokens[m.end - 1].end] for m in named]
    things = f"{', '.join(texts[:-1])} {'or' if links.lang == 'en' else 'o'} {texts[-1]}"
    return " ".join(translate("sql.assertion.first", links.lang, of=of, rest=asked, things=things).split())


def column_of(named: Sequence[ValueMention], links: Links, schema: Schema) -> int | None:
    """The column that holds all of them: of the table that is named best, in a table of more than their names."""
    shared = set.intersection(*({column for column, _, _ in mention.hits} for mention in named))
    if not shared:
        return None

    def fits(column: int) -> tuple[float, float, int]:
        table = schema.columns[column].table
        said = max((m.score for m in links.tables.get(table, ())), default=0.0)
        called = max((m.score for m in links.columns.get(column, ())), default=0.0)
        return (called, said, -column)

    return max(shared, key=fits)


def _alternatives(links: Links) -> list[ValueMention] | None:
    """The stored texts that commas and an 'or' join."""
    texts = sorted((m for m in links.values if m.kind in ("text", "quoted") and m.hits), key=lambda m: m.start)
    run: list[ValueMention] = []
    joined = False
    for mention in texts:
        between = [fold(t.source) for t in links.tokens[run[-1].end : mention.start]] if run else None
        words = {word for word in between or () if word.isalnum()}
        if run and mention.start >= run[-1].end and not words - _ARTICLES - {"or", "o", "u"}:
            run.append(mention)
            if words & {"or", "o", "u"}:
                joined = True
                break
        else:
            run = [mention]
    return run if joined and len({str(m.value) for m in run}) == len(run) else None


def _superlative(rest: str) -> tuple[str, bool]:
    """`rest` with its first comparative as a superlative, and whether it has one: English 'more' -> 'the most'; Spanish
    has one word for both."""
    rest = re.sub(r"\bde media\b", "en promedio", rest, flags=re.I)  # 'más de media' would be above it
    for word in re.finditer(r"[^\W\d_]+", rest):
        said = fold(word.group())
        if _BOUND.match(rest, word.end()):
            continue
        if said in _SPANISH:
            return rest, True
        first = _FIRST.get(said) or (f"{said[:-2]}est" if said.endswith("er") else "")
        if first in _FIRST.values() or first in _ENDS:
            the = "" if re.search(r"\bthe\s*$", rest[: word.start()], re.I) else "the "
            before = re.sub(r"\ban?\s*$", "", rest[: word.start()], flags=re.I)
            return f"{before}{the}{first}{rest[word.end() :]}", True
    return rest, False


def _opening_name(asked: str, column: int, links: Links) -> bool:
    """Whether what is asked opens with a name of the column ('shelter has the most animals')."""
    opening = asked.split()[:1]
    spoken = [m for m in links.columns.get(column, ()) if m.score >= _NAMED]
    return any(links.tokens[m.start].source.split()[:1] == opening for m in spoken)
