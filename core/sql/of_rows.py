"""What is asked of the rows that were shown: which of them comes first ('which one had the most?'), how many they stand
for ('¿y cuántas hubo?'), those that did something ('and those who left?', '¿y los que se devolvieron?').

Each rule gives the whole question, with the statement where that itself can be changed. Nothing is run here.
"""

from __future__ import annotations

import re

from core.records import SqlAnswer
from core.sql.edit_statement import count_sql, order_sql
from core.sql.lexicon import fold
from core.sql.reshape import Edit
from core.sql.result_columns import label_of, measure_of

_WHICH = (
    r"^(?:and |y )?(?:which|what|who|cual(?:es)?|quien(?:es)?|que)"
    r"(?: (?:one|ones|of (?:them|those|these)|de (?:ell[oa]s|es[oa]s)))?(?: \w+)?"
    r"(?: (?:is|was|are|were|has|had|did|sold|made|got|es|son|fue|fueron|tiene|tuvo|vendio|hizo))?"
    r"(?: (?:the|el|la|los|las|de))?"
)
_END = r"(?: (?:of all|of them|de tod[oa]s|de ell[oa]s|number|value))?$"
_MOST = re.compile(
    rf"{_WHICH} (?:most|highest|largest|biggest|best|top|first|mas|mayor|mejor|primer[oa])(?: alt[oa])?{_END}"
)
_LEAST = re.compile(
    rf"{_WHICH} (?:least|fewest|lowest|smallest|worst|last|menos|menor|peor|ultim[oa])(?: baj[oa])?{_END}"
)
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
    return _extreme(text, before, answer, lang) or _how_many(text, before, answer, lang) or _those(text, before, lang)


def _extreme(text: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    said = fold(text)
    most = _MOST.match(said) is not None
    measure = measure_of(answer.result)
    if not (most or _LEAST.match(said)) or measure is None or label_of(answer.result) is None:
        return None
    if len(answer.result.rows) < 2:
        return None
    sql = order_sql(answer.sql.text, measure, most, 1)
    told = {("en", False): "bottom 1", ("es", False): "los 1 menores"}.get((lang, most), "top 1")
    return Edit(_joined(before, told), ("limit",), sql=sql) if sql else None


def _how_many(text: str, before: str, answer: SqlAnswer, lang: str) -> Edit | None:
    """'¿y cuántas hubo?' after their cost: the same rows, counted."""
    if not _HOW_MANY.match(fold(text)):
        return None
    name = "number_of_rows" if lang == "en" else "número_de_filas"
    sql = count_sql(answer.sql.text, name)
    return Edit(_joined(before, ", how many" if lang == "en" else ", cuántos"), ("measure",), sql=sql) if sql else None


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


def _joined(before: str, added: str) -> str:
    core, mark = before.rstrip(" ?.!"), "?" if before.rstrip().endswith("?") else ""
    return f"{core}{'' if not added or added.startswith(',') else ' '}{added}{mark}"
