"""The verdict on an adapter: passed or not and why, every measure against what was in use, with its interval."""

from __future__ import annotations

import math
import re
from typing import Any

import streamlit as st

from core.charts import curves
from core.charts.draw import CONFIG
from core.records import AdapterCard
from pages.parts import result
from pages.parts.adapters_begin import against_full
from pages.parts.language import date, lang, number, percent, say
from pages.parts.plain import plain

_MEASURE = re.compile(
    r"(?P<kind>dense_recall1|dense_recall5|dense_mrr|fused_recall1|answer_first|general_recall1|general_mrr"
    r"|chat|chat_chrf|chat_bleu|chat_figures|chat_execution|general_text)"
    r"(?:_(?P<asked>[a-z]{2}))?(?:_on_(?P<told>[a-z]{2}))?"
)


def measure_name(measure: str) -> str:
    """A measure of the gate in words, with its languages."""
    match = _MEASURE.fullmatch(measure)
    if not match:
        return measure
    langs = match["asked"] or ""
    if match["told"]:
        langs = f"{langs}→{match['told']}"
    return say(f"adapters_page.measure_{match['kind']}") + (f" {langs.upper()}" if langs else "")


def told(measure: str, value: float) -> str:
    """A measure's value as people know it: a share, or the perplexity that a log-likelihood stands for."""
    if _is_likelihood(measure):
        return number(math.exp(min(-value, 50.0)), 2)
    return percent(value)


def _is_likelihood(measure: str) -> bool:
    return measure == "chat" or measure.startswith("general_text")


def used_name(setting: str) -> str:
    """The encoder that the setting `retriever_adapter` stands for, in words within a sentence."""
    if setting in ("none", "builtin"):
        return say(f"adapters_page.used_{setting}")
    return plain(say("adapters_page.used_other", name=setting))


def compared_with(card: AdapterCard) -> str:
    """What the scores of a card are against, in words within a sentence."""
    return used_name(card.against.get("setting", "none"))


def draw(card: AdapterCard) -> None:
    st.subheader(say("adapters_page.step_gate"), anchor=False)
    chat = card.kind == "chat"
    if card.passed:
        told_of = say("adapters_chat.passed" if chat else "adapters_page.passed", against=compared_with(card))
        st.success(told_of, icon=":material/verified:")
    else:
        st.error(say("adapters_page.failed"), icon=":material/block:")
        for key, params in card.reasons:
            st.markdown(f"- {plain(_reason(key, params))}")
    st.caption(say("adapters_page.compared_with", against=compared_with(card)))
    scores = _distinct(card.scores)
    left, right = st.columns(2, gap="large")
    with left:
        _draw_picture(card, scores)
    with right:
        _draw_table(scores)
        st.caption(say("adapters_chat.measures_help" if chat else "adapters_page.measures_help"))
        _draw_made_of(card)


def _distinct(scores: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Without the measures over all languages where there is one language only: they say the same."""
    same = {whole for name, one in scores.items() if scores.get(whole := name.rpartition("_")[0]) == one}
    return {name: one for name, one in scores.items() if name not in same}


def _reason(key: str, params: dict[str, Any]) -> str:
    named = {"measure": measure_name(params["measure"])} if "measure" in params else {}
    return say(key, **{**params, **named})


def _draw_picture(card: AdapterCard, scores: dict[str, dict[str, float]]) -> None:
    """What each measure gained over what it was compared with, with the interval of the difference."""
    gains = [
        curves.Estimate(measure_name(measure), one["adapter"] - one["base"], one["low"], one["high"])
        for measure, one in scores.items()
    ]
    if gains:
        chat = card.kind == "chat"
        title = say("adapters_chat.gains" if chat else "adapters_page.gains")
        figure = curves.draw_estimates(
            gains, lang=lang(), theme=result.theme(), title=title, unit="" if chat else "fraction", reference=0.0
        )
        st.plotly_chart(figure, theme=None, config=CONFIG, key=f"gains-{card.name}", alt=title)


def _draw_table(scores: dict[str, dict[str, float]]) -> None:
    names = ("measure", "base", "adapter", "cases")
    lines = ["| " + " | ".join(say(f"adapters_page.column_{name}") for name in names) + " |", "|---|---:|---:|---:|"]
    for name, one in scores.items():
        cells = (measure_name(name), told(name, one["base"]), told(name, one["adapter"]), number(one["cases"]))
        lines.append("| " + " | ".join(cells) + " |")
    st.markdown("\n".join(lines))


def _draw_made_of(card: AdapterCard) -> None:
    """What it learned from and how long it took."""
    made = card.training
    if made:
        st.caption(
            say(
                "adapters_page.made_of_chat" if card.kind == "chat" else "adapters_page.made_of",
                pairs=number(card.data.get("train", 0)),
                step=number(made["best_step"]),
                steps=number(made["steps"]),
                minutes=number(made["seconds"] / 60, 1),
                data=card.data_sha256[:8],
            )
        )

        if made.get("strength", 1.0) < 1:
            st.caption(say("adapters_page.weakened", share=percent(made["strength"])))
        if made.get("weights"):
            st.caption(against_full(made["seconds"], made["trainable"], made["weights"]))
    if card.data.get("folds"):
        crossed = {"folds": number(card.data["folds"]), "n": number(card.data["test"])}
        st.caption(say("adapters_page.crossed", **crossed))
    for read in card.langs:
        st.caption(say(f"adapters_page.reads_{read}"))
    if card.continues:
        st.caption(say("adapters_page.continues", start=card.continues[:8]))
    if card.created:
        st.caption(say("adapters_page.made_by", who=plain(card.made_by) or "–", when=date(card.created)))
