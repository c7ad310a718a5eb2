"""A follow-up to an answer from tables, as an edit of the question before it: a filter added or changed, another
period, grouping or chart, the first few, one of the rows that were shown.

`edit_question` gives the whole question anew, so that it can be shown, corrected and asked again; None where what was
said is a question of its own. Nothing is run here.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

from core.records import Catalog, QueryResult, SqlAnswer
from core.sql.chart_request import chart_asked, chart_said, splits_bars, without_chart
from core.sql.edit_statement import is_plain, restrict_sql
from core.sql.lexicon import builtin_lexicon, fold
from core.sql.of_rows import ask_of_rows
from core.sql.propose import builtin_parser, link_question
from core.sql.reshape import Edit, reshape
from core.sql.said_anew import read_said
from core.sql.schema import schema_of
from core.sql.splice import Parts, join, splice

_LISTED_MAX = 60
_OPENER = {
    "en": r"(?:and|but|now|then|so|ok(?:ay)?|also|just|only|please|same|what about|how about|the same|show|give me|"
    r"let's see)\b[,\s]*",
    "es": r"(?:y|e|pero|ahora|vale|entonces|tambien|ademas|solo|solamente|unicamente|por favor|lo mismo|que tal|"
    r"que hay|muestrame|muestralo|dame|ensename)\b[,\s]*",
}
_ADDS = re.compile(r"\b(?:also|too|as well|tambi[eé]n|adem[aá]s)\b", re.I)
_ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "primero": 0, "primera": 0, "segundo": 1,
    "segunda": 1, "tercero": 2, "tercera": 2, "cuarto": 3, "cuarta": 3, "quinto": 4, "quinta": 4, "ultimo": -1,
    "ultima": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    r"\b(?:the|el|la|al|del|a la|de la)\s+(first|second|third|fourth|fifth|last|primer[oa]|segund[oa]|"
    r"tercer[oa]|cuart[oa]|quint[oa]|"
    r"[uú]ltim[oa])(?:\s+(?:one|de (?:ellos|ellas|la lista)))?(?=\s*(?:$|[?,.]|(?:in|by|per|en|por|de|and|y|"
    r"compr|sell|buy|bought|did|has|have|is)\b))",
    re.I,
)
_THOSE = re.compile(
    r"^[¿\s]*(?:and |y )?(?:of|from|among|de|entre)\s+(?:those|these|them|es[oa]s|est[oa]s|ell[oa]s)\b[,\s]*|"
    r"\b(?:which|cu[aá]les?|qui[eé]nes?|cu[aá]l|cu[aá]nt[oa]s|how many) (?:of|de) (?:those|these|them|es[oa]s|"
    r"est[oa]s|ell[oa]s)\b",
    re.I,
)


def edit_question(said: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str) -> Edit | None:
    """`said` after the question `before` (whole) and its `answer`; None where it asks something of its own."""
    if answer.sql is None or answer.result is None or not catalog.tables:
        return None
    rest, wanted = chart_said(_strip_opener(" ".join(said.split()).strip(" ?¿!¡."), lang), lang)
    kept, before = chart_asked(before), without_chart(before)
    if wanted and not rest:
        return Edit(join(before, wanted), ("chart",), sql=answer.sql.text)
    text = rest if wanted else " ".join(said.split()).strip(" ?¿!¡.")
    edit = _edit_rows(text, rest, before, answer, catalog, lang, adds=splits_bars(wanted)) if rest else None
    chart = wanted or kept
    if edit is None or not chart or edit.changed in (("row",), ("rows",)):  # other rows are drawn as fits them
        return edit
    return replace(edit, question=join(edit.question, chart))


def _edit_rows(
    text: str, rest: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str, adds: bool
) -> Edit | None:
    """`text` (`rest` without its opening) after the question `before`, both without their charts; with `adds` a new
    grouping stands beside the old one."""
    edit = reshape(text, rest, before, answer, lang) or ask_of_rows(text, before, answer, lang)
    if edit is not None:
        return edit
    those = _THOSE.search(text)
    if those and (labels := _labels(answer.result)):
        asked = f"{text[: those.start()]} {_wh_of(those.group())} {text[those.end() :]}"
        return Edit(_whole(_name_column(asked, labels[0]), lang), ("rows",), only=labels)
    return _edit_spans(rest, before, answer, catalog, lang, adds or bool(_ADDS.search(text)))


def _edit_spans(rest: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str, adds: bool) -> Edit | None:
    named = _name_row(rest, answer.result)
    lexicon, parser = builtin_lexicon(), builtin_parser()
    schema = schema_of(catalog, lexicon)
    today = datetime.date.today()
    new = read_said(named or rest, lang, schema, link_question(named or rest, lang, schema, lexicon, parser), today)
    if new is None and named:
        return Edit(_whole(named, lang), ("row",))
    if new is None:
        return None
    old_links = link_question(before, lang, schema, lexicon, parser)
    old = Parts.of(before, old_links, schema, today)
    edit = splice(new, old, before, old_links, lang, adds=adds, row=bool(named))
    if edit is None or edit.changed != ("filter",) or new.negated or old.has(new.values[0][0]) or named:
        return edit
    (number, _, stored) = new.values[0]
    kept = restrict_sql(answer.sql.text, schema.columns[number].column.name, (stored,), catalog)
    return replace(edit, sql=kept if is_plain(answer.sql.text) else None)


def _strip_opener(text: str, lang: str) -> str:
    opener = re.match(rf"^(?:{_OPENER[lang]})+", fold(text))
    return text[opener.end() :].strip() if opener else text


def _labels(result: QueryResult) -> tuple[str, tuple[Any, ...]] | None:
    """The first column of names among the rows that were shown, and its values."""
    for place, name in enumerate(result.columns):
        values = tuple(dict.fromkeys(row[place] for row in result.rows[:_LISTED_MAX]))
        if values and all(isinstance(value, str) for value in values):
            return name, values
    return None


def _wh_of(text: str) -> str:
    found = re.match(r"(?:which|cu[aá]les?|qui[eé]nes?|cu[aá]nt[oa]s|how many)", text.strip(), re.I)
    return found.group() if found else ""


def _name_column(text: str, column: str) -> str:
    """'which sold most?' among rows of regions asks 'which region sold most?'."""
    plain = " ".join(text.split()).strip(" ¿")
    match = re.match(
        r"(?:which|cu[aá]l(?:es)?|qu[eé]|qui[eé]n(?:es)?)\b(?: (?:ones?|is|are|was|were|es|son|fue|fueron)\b)?",
        plain,
        re.I,
    )
    if match is None:
        return plain
    spanish = not match.group().lower().startswith("which")
    return f"{'qué' if spanish else 'which'} {column}{plain[match.end() :]}"


def _name_row(text: str, result: QueryResult) -> str:
    """`text` with 'the second one' as the name in that row; '' where no row is meant."""
    match, labels = _ORDINAL.search(text), _labels(result)
    if match is None or labels is None:
        return ""
    place = _ORDINALS[fold(match.group(1))]
    if place >= len(labels[1]):
        return ""
    return f"{text[: match.start()]}{labels[1][place]}{text[match.end() :]}"


def _whole(text: str, lang: str) -> str:
    head = text[:1].upper() + text[1:]
    return f"¿{head}?" if lang == "es" else f"{head}?"
