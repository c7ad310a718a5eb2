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
from core.sql.charts.request import chart_asked, chart_said, splits_bars, without_chart
from core.sql.data.schema import schema_of
from core.sql.following.edit_statement import is_plain, order_sql, restrict_sql
from core.sql.following.of_rows import ask_of_rows
from core.sql.following.reshape import Edit, reshape
from core.sql.following.result_columns import column_called, label_of, measure_of, time_of
from core.sql.following.said_anew import Said, read_said
from core.sql.following.splice import Parts, join, splice
from core.sql.language.lexicon import builtin_lexicon, fold
from core.sql.linking.link import Links
from core.sql.parser.propose import builtin_parser, link_question

_LISTED_MAX = 60
_NAMED = 0.6  # how well a word must name a table or column
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
    if edit is not None and edit.scope:
        return replace(edit, question=_with_scope(edit.question, before, catalog, lang))
    if edit is not None:
        return edit
    end = _end_of(text, before, answer, catalog, lang)
    if end is not None:
        return end
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
    edit = splice(new, old, before, lang, adds=adds, row=bool(named))
    if edit is not None and not named:
        edit = replace(edit, scope=answer.sql.text)
    if edit is None or edit.changed != ("filter",) or new.negated or old.has(new.values[0][0]) or named:
        return edit
    (number, _, stored) = new.values[0]
    kept = restrict_sql(answer.sql.text, schema.columns[number].column.name, (stored,), catalog)
    return replace(edit, sql=kept if is_plain(answer.sql.text) else None)


def _with_scope(asked: str, before: str, catalog: Catalog, lang: str) -> str:
    """`asked` with the values and the period of the question `before`, where it says nothing in their place."""
    new, old = (_parts(text, lang, catalog) for text in (asked, before))
    values = (before[slice(*span)] for columns, span in old.values if not any(new.has(column) for column in columns))
    told = [f"{'only' if lang == 'en' else 'solo'} {value}" for value in values]
    if old.period and not new.period:
        told.append(f"{'in' if lang == 'en' else 'en'} {before[slice(*old.period)]}")
    return join(asked, " ".join(told))


def _parts(text: str, lang: str, catalog: Catalog) -> Parts:
    schema = schema_of(catalog, builtin_lexicon())
    return Parts.of(text, _links(text, catalog, lang), schema, datetime.date.today())


_WH = re.compile(r"^(?:(?:in|on|at|de|en|por|a) )?(?:which|what|who|when|cual(?:es)?|quien(?:es)?|que|cuando)\b")
_HIGH = frozenset("most highest largest biggest best top mas mayor mayores mejor mejores maximo maxima".split())
_LOW = frozenset("least fewest lowest smallest worst menos menor menores peor peores minimo minima".split())
_ABOUT = frozenset(
    "the a an one ones of them those these is was were are be has had have did do does there in on at by with value "
    "number total figure all it got made sold drew el la los las lo un una de en por con fue fueron es son era hubo "
    "hay habia tiene tuvo tuvieron se ell ellos ellas esos esas todos todas valor numero cifra alto alta altos altas "
    "bajo baja bajos bajas vendio hizo y and".split()
)
_UNREAD_MAX = 1  # a verb


def _end_of(text: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str) -> Edit | None:
    """'which one had the most?', '¿en qué mes hubo más?': the highest or lowest of the rows shown, or of the same
    figure by what is named."""
    said = re.sub(r"^(?:and|y|pero|but) ", "", fold(text))
    asks, measure = _WH.match(said), measure_of(answer.result)
    words = re.findall(r"[^\W\d_]+", said[asks.end() :]) if asks else []
    ends = set(words) & (_HIGH | _LOW)
    if len(ends) != 1 or measure is None or re.match(r"(?:que|what) (?:mas|most)\b", said):
        return None
    words = [word for word in words if word not in _ABOUT | ends]
    by = [word for word in words if _groups(word, catalog, lang)]
    unread = [word for word in words if word not in by and word not in fold(before).split()]
    if len(by) > 1 or len(unread) > _UNREAD_MAX or _is_named(unread, catalog, lang):
        return None
    if any(
        said.find(word) > said.find(next(iter(ends))) for word in unread
    ):  # 'the most parking' has a noun of its own
        return None
    top = next(iter(ends)) in _HIGH
    told = {("en", False): "bottom 1", ("es", False): "los 1 menores"}.get((lang, top), "top 1")
    shown = len(answer.result.rows) > 1 and (label_of(answer.result) or time_of(answer.result))
    if shown and (not by or _is_grouped(by[0], before, answer, catalog, lang)):
        sql = order_sql(answer.sql.text, measure, top, 1)
        return Edit(join(before, told), ("limit",), sql=sql) if sql else None
    new = _said(by[0], catalog, lang) if by else None
    edit = splice(new, _parts(before, lang, catalog), before, lang, adds=False, row=False) if new else None
    if edit is None:
        return None
    return Edit(join(edit.question, told), ("grouping", "limit"), scope=answer.sql.text, top=top)


def _links(text: str, catalog: Catalog, lang: str) -> Links:
    lexicon = builtin_lexicon()
    return link_question(text, lang, schema_of(catalog, lexicon), lexicon, builtin_parser())


def _said(word: str, catalog: Catalog, lang: str) -> Said | None:
    text = f"{'by' if lang == 'en' else 'por'} {word}"
    schema = schema_of(catalog, builtin_lexicon())
    return read_said(text, lang, schema, _links(text, catalog, lang), datetime.date.today())


def _groups(word: str, catalog: Catalog, lang: str) -> bool:
    """Whether rows can be grouped by what the word names."""
    said = _said(word, catalog, lang)
    return said is not None and bool(said.grain or said.dimension) and not (said.values or said.period)


def _is_named(words: list[str], catalog: Catalog, lang: str) -> bool:
    """Whether one of the words names a column, table or value: then something else is asked."""
    links = _links(" ".join(words), catalog, lang) if words else None
    mentions = [m for found in (links.columns, links.tables) for ms in found.values() for m in ms] if links else []
    return bool(links and links.values) or any(m.score >= _NAMED for m in mentions)


def _is_grouped(word: str, before: str, answer: SqlAnswer, catalog: Catalog, lang: str) -> bool:
    """Whether the rows shown are already by what the word names."""
    said, old = _said(word, catalog, lang), _parts(before, lang, catalog)
    if said.grain:
        grain = _said(" ".join(before[slice(*old.grain)].split()[1:]), catalog, lang) if old.grain else None
        return grain is not None and grain.grain == said.grain
    return bool(column_called(word, answer.result))


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
