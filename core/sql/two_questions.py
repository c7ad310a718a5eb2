"""Two questions in one ('how much was donated in 2024 and how many animals arrived?'): where to part them, and their
rows as one.

Each half must speak of something by itself, and be answered by one row; else the question is read whole. It asks
neither: `ask.py` does.
"""

from __future__ import annotations

import re

from core.i18n import translate
from core.records import SqlAnswer
from core.sql.linking.link import Links
from core.sql.safety.quoting import quote

_NAMED = 0.6  # how well a half must name a table or a column
_ASKS = (
    r"(?:how (?:much|many)|which|what|who|when|where|"
    r"cu[aá]nt[oa]s?|qu[eé]|cu[aá]l(?:es)?|qui[eé]n(?:es)?|cu[aá]ndo|d[oó]nde)\b"
)
_JOINT = re.compile(rf"[,;]?\s+(?:and|y)\s+(?:also\s+|tambi[eé]n\s+)?¿?(?={_ASKS})", re.I)
_YEAR = r"(?:in|en|during|durante)\s+(?:[^\W\d]+\s+(?:de\s+|of\s+)?)?(?:19|20)\d\d\b"
_STANDING = re.compile(r"\b(?:(?:are|is) there|(?:do|does) .+ have|hay|tenemos|tienen?|existen?)\b", re.I)  # at no time
_WHICH = re.compile(r"\W*(?:which|what|qu[eé])\s+(?P<noun>[^\W\d]+)", re.I)
_MANY = re.compile(
    r"\W*(?:how many|cu[aá]nt[oa]s)\s+(?P<noun>[^\W\d]+(?:\s(?!(?:in|on|at|en|de|del|se)\b)[^\W\d]+){0,2}?)\s+"
    r"(?:were|was|did|does|do|are|is|have|has|had|in|on|at|en|hubo|hay|tuv\w+|tiene\w*|se|son|fueron)\b",
    re.I,
)
_BARE_MANY = re.compile(
    r"(?:how many|cu[aá]nt[oa]s)\s+(?=(?:in|on|at|for|of|from|were|was|did|does|do|are|have|has|had|en|de|del|para|"
    r"hubo|tuv\w+|tiene\w*|se|fueron)\b)",
    re.I,
)
_LEANS = re.compile(  # a half whose subject is told in the other
    r"\b(?:tuvo|tuvieron|tiene|tienen|hizo|hicieron|gana|gan[oó]|cobra|cobr[oó]|vendi[oó]|recibi[oó]|gast[oó]|pag[oó])\b"
    r"(?!\s+(?:el|la|los|las|(?-i:[A-ZÁÉÍÓÚÑ])))|\b(?:he|she|it|they|his|her|its|their)\b",
    re.I,
)
_STORED = re.compile(r"'([^']+)'")
_BARE_WHICH = re.compile(
    r"(?P<ask>which|what|cu[aá]l|qu[eé])\s+(?P<rest>(?:has|have|had|tiene|tuvo|sold|vend\w+)\b)", re.I
)


def part_question(question: str) -> tuple[str, str] | None:
    """The two questions, the second with the noun and the year of the first where it says neither."""
    joints = list(_JOINT.finditer(question))
    if len(joints) != 1 or not re.match(rf"\W*(?:and\s+|y\s+)?{_ASKS}", question, re.I):
        return None
    first, second = question[: joints[0].start()].strip(), question[joints[0].end() :].strip(" ?")
    noun, bare = _WHICH.match(first), _BARE_WHICH.match(second)
    if noun and bare:
        ask = "qué" if bare["ask"].lower().startswith("cu") else bare["ask"]
        second = f"{ask} {noun['noun']} {second[bare.start('rest') :]}"
    many, bare = _MANY.match(first), _BARE_MANY.match(second)
    if many and bare:
        second = f"{bare[0].strip()} {many['noun']} {second[bare.end() :].strip()}"
    year = re.search(_YEAR, first, re.I)
    if year and not re.search(r"\b(?:19|20)\d\d\b", second) and not _STANDING.search(second):
        second = f"{second} {year[0]}"
    return f"{first}?", f"{second[:1].upper()}{second[1:]}?"


def speaks_for_itself(links: Links) -> bool:
    """Whether a half names a table, or a stored value and a column, and its subject: 'and what was the average?', 'and
    how much does she earn?' go on from what stands before."""
    values = any(m.hits and m.kind in ("text", "quoted") for m in links.values)
    if not values and _LEANS.search(links.question):
        return False
    columns = any(m.score >= _NAMED for mentions in links.columns.values() for m in mentions)
    return (values and columns) or any(m.score >= _NAMED for mentions in links.tables.values() for m in mentions)


def join_rows(first: SqlAnswer, second: SqlAnswer) -> str | None:
    """One statement whose only row holds both answers; None where one of them is not one row."""
    halves = (first, second)
    if any(half.sql is None or half.result is None or half.result.error for half in halves):
        return None
    if any(len(half.result.rows) != 1 for half in halves) or first.sql.text == second.sql.text:
        return None
    names = [(mark, name) for mark, half in zip("ab", halves, strict=True) for name in half.result.columns]
    count = translate("sql.column.count", first.lang)
    shown = [count if name == "count_star()" else name for _, name in names]
    if len(set(shown)) < len(shown):  # the same figure of two names, or of two tables
        of = dict(zip("ab", _told_apart(first, second), strict=True))
        shown = [f"{name} ({of[mark]})" for (mark, _), name in zip(names, shown, strict=True)]
    if len(set(shown)) < len(shown):
        return None
    columns = ", ".join(
        f"{mark}.{quote(name)} AS {quote(told)}" for (mark, name), told in zip(names, shown, strict=True)
    )
    return f"SELECT {columns} FROM ({first.sql.text}) AS a CROSS JOIN ({second.sql.text}) AS b"


def _told_apart(first: SqlAnswer, second: SqlAnswer) -> list[str]:
    """What each half is of: the stored values of its conditions, or its tables where these do not tell."""
    values = [", ".join(_STORED.findall(" ".join(half.sql.filters))) for half in (first, second)]
    if all(values) and values[0] != values[1]:
        return values
    return [", ".join(sorted(half.sql.tables)) for half in (first, second)]
