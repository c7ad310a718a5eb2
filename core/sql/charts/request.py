"""The part of a question that asks for a chart ('as a line', 'en barras'): set apart, for it names no column.

Which chart is drawn is `choose`'s; here words are only cut off. 'en línea' and 'in boxes' ask for none: they are
said of what is sold online or in boxes.
"""

from __future__ import annotations

import re

from core.sql.language.lexicon import fold

_KIND = (
    r"(?:(?:stacked |grouped |horizontal )?(?:bars?|columns?)|lines?|pie|donut|scatter(?: ?plot)?|histogram|box ?plot|"
    r"heat ?map|table|lineas?|(?:barras|columnas)(?: apiladas| agrupadas| horizontales)?|tarta|circular|sectores|"
    r"dispersion|histograma|cajas?(?: y bigotes)?|mapa de calor|tabla)"
)
_CHART = r"(?:charts?|plots?|graphs?|graficos?|graficas?|diagramas?)"
_DRAWN = rf"(?:{_CHART} (?:de |with |con )?{_KIND}|{_KIND} {_CHART})"  # names the kind and says that it is a chart
_BARE = rf"(?!cajas?\b)(?:{_DRAWN}|{_KIND}|{_CHART})\b"
_ARTICLE = r"(?:a |an |the |un |una |el |la )?"
_AS = rf"(?:as|como) {_ARTICLE}(?:forma de )?(?:{_DRAWN}|{_KIND}|{_CHART})\b"
_IN = rf"(?:in|with|en|con) (?!(?:lines?|linea|box)\b\s*(?!{_CHART}))(?:{_ARTICLE}(?:forma de )?{_BARE})"
_SHOWN = r"(?:shown |drawn |plotted |mostrad[oa]s? )?"
_TAIL = re.compile(rf"[,\s]+{_SHOWN}(?P<chart>{_AS}|{_IN})\s*(?=[?.!]*$)")
_INSIDE = re.compile(
    rf"(?:^|[,\s]+){_SHOWN}(?P<chart>(?:as|in|with|como|en|con) {_ARTICLE}{_DRAWN}(?=\s)|"
    rf"(?:{_AS}|{_IN})(?= (?:by|per|por|las?|los|el|the|our)\b))"
)
_SHOW = r"(?:(?:show|give|draw|plot|make|muestra|da|haz|dibuja|pon|ensena)(?:me| me| us|nos)? )?"
_LEAD = re.compile(
    rf"^¿?{_SHOW}{_ARTICLE}(?P<chart>{_DRAWN}|(?<=a )(?:table|tabla)|(?!plots?){_CHART}) "
    r"(?:of|del?|con|with|for|showing)\s+(?!accounts)"
)
_IT = (
    r"(?:(?:show|plot|draw|chart|make|put|display|give)(?: (?:it|that|this|them|me))*|"
    r"(?:muestra|dibuja|grafica|pon|haz|ensena|presenta)(?:me)?l[oa]s?|grafical[oa]s?)\s*"
)
_FRAGMENT = re.compile(
    rf"^(?P<verb>{_IT})?(?:(?P<led>as|in|with|like|como|en|con) )?{_ARTICLE}(?:forma de )?"
    rf"(?P<chart>{_DRAWN}|{_KIND}|{_CHART})(?: form)?(?=[\s,]|$)[\s,]*"
)
_DRAW = re.compile(r"^(?:(?:plot|graph|draw|chart)(?! of\b)|(?:grafica|dibuja|representa)(?:me)?(?! de\b)) ")
_SPLITS = re.compile(r"\b(?:stacked|grouped|apilad|agrupad)")


def without_chart(question: str) -> str:
    """`question` without the chart that it asks for; as it is where it asks for none, or for nothing else."""
    return _split(question)[0]


def chart_asked(question: str) -> str:
    """The words that ask for the chart that `without_chart` cuts off, as they may stand at the end of a question; ''
    where there are none."""
    return _split(question)[1]


def _split(question: str) -> tuple[str, str]:
    folded = fold(question)
    match = _TAIL.search(folded)
    if match is not None and match.start() >= 4:
        return question[: match.start()] + question[match.end() :], question[slice(*match.span("chart"))]
    match = _LEAD.match(folded)
    if match is not None:
        return question[match.end() :], _as(question[slice(*match.span("chart"))], folded[slice(*match.span("chart"))])
    match = _DRAW.match(folded)
    if match is not None:
        return question[match.end() :], ""
    match = _INSIDE.search(folded)
    if match is None:
        return question, ""
    rest = f"{question[: match.start()]} {question[match.end() :]}"
    return " ".join(rest.split()), question[slice(*match.span("chart"))]


def _as(chart: str, folded: str) -> str:
    """A chart as it may stand at the end of a question; '' where no kind is named."""
    if re.fullmatch(_CHART, folded):
        return ""
    spanish = re.search(r"grafic|diagrama|tabla", folded)
    return f"como {chart}" if spanish else f"as a {chart}"


def chart_said(said: str, lang: str) -> tuple[str, str]:
    """What a follow-up says besides the chart that it wants, and that chart ('as a line by month' is 'by month' and
    'as a line'); ('said', '') where it wants none."""
    match = _FRAGMENT.match(fold(said))
    if match is not None and (match["led"] or match["verb"] or match.end() == len(said)):
        start = match.start("led") if match["led"] else match.start("chart")
        chart = said[start : match.end()].strip(" ,")
        return said[match.end() :], chart if match["led"] else f"{'as' if lang == 'en' else 'como'} {chart}"
    return _split(said)


def splits_bars(chart: str) -> bool:
    """Whether that chart shows its rows by something more (stacked or grouped bars), not by something else."""
    return _SPLITS.search(fold(chart)) is not None
