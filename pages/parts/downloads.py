"""A result and its chart as files to keep: CSV, XLSX, a page of its own, a picture where a browser can draw one."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable

import streamlit as st

from core.charts import draw as charts
from core.charts import export
from core.records import ChartSpec, QueryResult
from pages.parts.language import say
from pages.parts.result import theme

_NO_PICTURE = ("number", "table")
_NAME_MAX = 60
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(result: QueryResult, spec: ChartSpec | None, title: str, lang: str, key: str) -> None:
    """One menu; each file is made when it is asked for, from what is bound here: a download has no session."""
    with st.popover(say("data_page.download"), icon=":material/download:", type="tertiary", key=f"downloads-{key}"):
        draw_buttons(result, spec, title, lang, key)


def draw_buttons(result: QueryResult, spec: ChartSpec | None, title: str, lang: str, key: str) -> None:
    """The files, a button each; they are named by the title."""
    shade, name = theme(), file_name(title) or say("data_page.file_name")
    _button("CSV", lambda: export.to_csv(result), f"{name}.csv", "text/csv", key)
    _button("Excel", lambda: export.to_xlsx(result, title), f"{name}.xlsx", _XLSX, key)
    if spec is None or spec.kind in _NO_PICTURE:
        return
    figure = functools.partial(charts.draw, spec, result, lang, shade)
    page = functools.partial(_page, figure, title, shade)
    _button(say("data_page.chart_html"), page, f"{name}.html", "text/html", key)
    if export.find_browser() is not None:
        picture = functools.partial(_picture, figure, shade)
        _button(say("data_page.chart_png"), picture, f"{name}.png", "image/png", key)


def file_name(title: str) -> str:
    """'¿Ventas por región?' -> 'ventas-por-region'."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_NAME_MAX].strip("-")


def _page(figure: Callable, title: str, shade: str) -> bytes:
    return export.figure_html(figure(), title, shade).encode()


def _picture(figure: Callable, shade: str) -> bytes:
    return export.figure_png(figure(), shade) or b""


def _button(label: str, make: Callable[[], bytes], file_name: str, mime: str, key: str) -> None:
    st.download_button(
        label,
        make,
        file_name=file_name,
        mime=mime,
        key=f"download-{file_name.rsplit('.', 1)[-1]}-{key}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
