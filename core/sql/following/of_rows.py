"""What is asked of the rows that were shown: how many they stand
for ('¿y cuántas hubo?'), those that did something ('and those who left?', '¿y los que se devolvieron?'), when they were
('that year', 'ese mes').

Each rule gives the whole question, with the statement where that itself can be changed. Nothing is run here.
"""

from __future__ import annotations

import datetime
import re

from core.i18n import translate
from core.records import SqlAnswer
from core.sql.following.edit_statement import retake_sql
from core.sql.following.reshape import Edit
from core.sql.following.result_columns import time_of
from core.sql.language.lexicon import fold

_HOW_MANY = re.compile(
    r"^(?:and |y )?(?:how many|cuant[oa]s)"
    r"(?: (?:were|are|was|is) (?:there|they|it|that)| (?:hubo|hay|son|fueron|eran|habia))?"
    r"(?: (?:in total|en total|of them|altogether))?$"
)
_THOSE = {
    "en": re.compile(
        r"^(?:and |but |what about |how about )*(?:those|the ones|the \w+s) (?P<who>who|that|which) (?P<did>.+)$"
    ),
    "es": re.compile(r"^(?:y |pero |que hay |que tal )*(?:de |con )?(?:los|las) que (?P<did>.+)$"),
}
_COUNTED = {
    "en": re.compile(r"\bhow many (?P<noun>[^\W\d_]+)"),
    "es": re.compile(r"\bcuant[oa]s (?P<noun>[^\W\d_]+)"),
}
_THERE = {
    "en": re.compile(r"^\s*(?:(?:are|were|is|was) there|do we have|did we have|have we(?: got)?|exist(?:ed)?)\b"),
    "es": re.compile(r"^\s*(?:hay|hubo|habia|tenemos|tuvimos|teniamos|existen|son|fueron)\b"),
}


def ask_of_rows(text: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """`text` (without its marks) after the question `before` and its rows; None where it asks nothing of them."""
    return _how_many(text, before, answer, lang) or _retaken(text, before, answer, lang) or _those(text, before, lang)


def _how_many(text: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """'¿y cuántas hubo?' after their cost: the same rows, counted."""
    if not _HOW_MANY.match(fold(text)):
        return None
    name = "number_of_rows" if lang == "en" else "número_de_filas"
    sql = retake_sql(answer.sql.text, "count", name)
    return Edit(_joined(before, ", how many" if lang == "en" else ", cuántos"), ("measure",), sql=sql) if sql else None


_TAKEN = {
    "en": {"sum": "total|sum", "average": "average|mean", "highest": "maximum|max", "lowest": "minimum|min"},
    "es": {
        "sum": "total|suma", "average": "media|medio|promedio", "highest": "maximo|maxima", "lowest": "minimo|minima",
    },
}  # fmt: skip
_TOLD = {
    "en": {"sum": "in total", "average": "on average", "highest": "maximum", "lowest": "minimum"},
    "es": {"sum": "en total", "average": "en promedio", "highest": "máximo", "lowest": "mínimo"},
}
_TAKE = r"^(?:and |y |what about |how about |what is |cual es |que tal )*(?:the |el |la |en |on |in |de )*(?:{words})$"


def _retaken(text: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """'and the average?', '¿y el total?' of the same column over the same rows."""
    ways = _TAKEN[lang].items()
    taking = next((way for way, words in ways if re.match(_TAKE.format(words=words), fold(text))), None)
    if taking is None:
        return None
    told = _TOLD[lang][taking]
    sql = retake_sql(answer.sql.text, taking, told.replace(" ", "_"))
    if sql is None:
        return None
    said = re.search(rf"[,\s]*(?:\b(?:in|on|en) )?\b(?:{'|'.join(words for _, words in ways)})\b", fold(before))
    bare = (before[: said.start()] + before[said.end() :]).strip() if said else before
    return Edit(_joined(bare[:1].upper() + bare[1:], f", {told}"), ("measure",), sql=sql)


def _those(text: str, before: str, lang: str) -> Edit | None:
    """'and those who left?' after 'how many members are there?' asks how many members left."""
    match, counted = _THOSE[lang].match(fold(text)), _COUNTED[lang].search(fold(before))
    if match is None or counted is None:
        return None
    did = text[match.start("did") :]
    head, rest = before[: counted.end("noun")], before[counted.end("noun") :]
    there = _THERE[lang].match(fold(rest))
    if there:
        return Edit(_joined(f"{head} {did}{rest[there.end() :]}", ""), ("filter",))
    link = match["who"] if lang == "en" else "que"
    return Edit(f"{head} {link} {did}{rest}", ("filter",))


_THEN = re.compile(
    r"\b(?:(?P<lead>in|of|during|for|en|de|durante) )?(?:that|the same|es[ea]|aquel|dich[oa]|(?:el|la) mism[oa]) "
    r"(?P<unit>year|month|quarter|ano|mes|trimestre)\b"
)
_MONTH = re.compile(r"(?:month|mes)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def name_time(text: str, before: str, answer: SqlAnswer, lang: str) -> str:
    """`text` with 'that year', 'ese mes' as the time of the one row that was shown, else of the question `before`; ''
    where it means none, or none is told."""
    meant = _THEN.search(fold(text))
    if meant is None:
        return ""
    time = _told_time(meant["unit"], before, answer, lang)
    lead = meant["lead"] or ("in" if lang == "en" else "en")
    return f"{text[: meant.start()]}{lead} {time}{text[meant.end() :]}" if time else ""


def _told_time(unit: str, before: str, answer: SqlAnswer, lang: str) -> str:
    year = next(iter(_YEAR.findall(before)[-1:]), "")
    column = time_of(answer.result) if answer.result is not None and len(answer.result.rows) == 1 else None
    cell = answer.result.rows[0][answer.result.columns.index(column)] if column else None
    if isinstance(cell, str) and re.match(r"(?:19|20)\d\d-\d\d", cell):
        cell = datetime.date(int(cell[:4]), int(cell[5:7]), 1)
    if isinstance(cell, datetime.date):
        year, month = str(cell.year), cell.month
    else:
        month = cell if isinstance(cell, int) and _MONTH.match(fold(column)) else None
    if unit in ("year", "ano"):
        return year
    if unit not in ("month", "mes") or month is None or not year:
        return ""
    return f"{translate(f'sql.reading.month_{month}', lang)} {'of' if lang == 'en' else 'de'} {year}"


def _joined(before: str, added: str) -> str:
    core, mark = before.rstrip(" ?.!"), "?" if before.rstrip().endswith("?") else ""
    return f"{core}{'' if not added or added.startswith(',') else ' '}{added}{mark}"
