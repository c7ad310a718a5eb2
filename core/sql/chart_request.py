"""The part of a question that asks for a chart ('as a line', 'en barras'): set apart, for it names no column.

Which chart is drawn is `choose_chart`'s; here words are only cut off.
"""

from __future__ import annotations

import re

from core.sql.lexicon import fold

_KIND = (
    r"(?:lines?|bars?|columns?|pie|donut|scatter(?: ?plot)?|histogram|box(?: ?plot)?|heat ?map|table|lineas?|barras|"
    r"columnas|tarta|circular|sectores|dispersion|histograma|cajas?|mapa de calor|tabla)"
)
_CHART = r"(?:charts?|plots?|graphs?|graficos?|graficas?|diagramas?)"
_TAIL = re.compile(
    rf"[,\s]+(?:shown |drawn |plotted |mostrad[oa]s? )?(?:(?:as|in|with|como|en|con) (?:a |an |un |una )?(?:forma de )?"
    rf"(?:{_CHART} (?:de |with )?{_KIND}|{_KIND}(?: {_CHART})?|{_CHART}))\s*(?=[?.!]*$)"
)


def without_chart(question: str) -> str:
    """`question` without the chart that it asks for at its end; as it is where it asks for none."""
    match = _TAIL.search(fold(question))
    if match is None or match.start() < 4:
        return question
    return question[: match.start()] + question[match.end() :]


def chart_asked(question: str) -> str:
    """The words that `without_chart` cuts off, '' where there are none."""
    match = _TAIL.search(fold(question))
    return question[match.start() : match.end()].strip(" ,") if match and match.start() >= 4 else ""
