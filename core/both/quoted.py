"""Whether the quote of an answer bears out the amount that a question claims, where no table is asked or can tell.

It asks nothing: the documents have answered. What tables say of a claim is judged in `judge.py`.
"""

from __future__ import annotations

import dataclasses
import re

from core.both.named import terms, words_of
from core.i18n import detect_language, translate
from core.reconcile.compare import compare_amount
from core.reconcile.figures import read_figures
from core.records import Comparison, DocumentsAnswer
from core.router.claim import claim_in

_DENIED = re.compile(r"\b(?:not|no|never|without|nor|nunca|sin|ni|ning[uú]n\w*)\b|n['’]t\b", re.I)
_CHANGED = re.compile(  # 'fell by 20': by how much is no amount of the thing
    r"\b(?:rose|risen|grew|grown|fell|fallen|dropped|increased?|decreased?|declined|shrank|(?:went|gone) (?:up|down)|"
    r"subi(?:ó|o|eron)|creci(?:ó|o|eron)|aument(?:ó|o|aron)|baj(?:ó|o|aron)|ca(?:yó|yo|yeron)|disminuy(?:ó|o|eron)|"
    r"descendi(?:ó|o|eron)|redu(?:jo|jeron))\b",
    re.I,
)


def with_verdict(question: str, written: DocumentsAnswer, lang: str) -> DocumentsAnswer:
    """The answer with what its quote says of the amount that the question claims, where it can be told."""
    claim = claim_in(question, lang)
    if claim is None or not claim.figure or written.status != "answered" or not written.citations:
        return written
    if re.search(_alone(claim.figure), claim.said) is None:  # 'every', 'no', a fall: it stands for what is said
        return written
    found = beside_quote(claim.said, claim.figure, written.citations[0].quote, lang)
    if found is None:
        return written
    stated = re.sub(r"\s+", " ", found.stated)
    told = translate(f"both.quote_{found.verdict}", lang, claimed=claim.figure, stated=stated)
    return dataclasses.replace(written, message=f"{told} {written.message}".strip())


def _alone(figure: str) -> str:
    """A figure as written, and no part of another."""
    return rf"(?<![\w.,-]){re.escape(figure)}(?!\w)"


def beside_quote(said: str, claimed: str, quote: str, lang: str) -> Comparison | None:
    """The amount `claimed` in the statement `said` beside the one that a quote states of the same thing; None where the
    quote leaves a word of the statement out, denies what it does not, or holds not one amount of that sort."""
    figure = next(iter(read_figures(claimed, lang)), None)
    if figure is None or _CHANGED.search(said) or bool(_DENIED.search(quote)) != bool(_DENIED.search(said)):
        return None
    spoken = detect_language(quote)
    told, words = terms(quote, spoken), words_of(re.sub(_alone(claimed), " ", said), lang)
    stated = [other for other in read_figures(quote, spoken) if other.unit == figure.unit]
    if len(stated) != 1 or not words or not all(word & told for word in words):
        return None
    return dataclasses.replace(compare_amount(claimed, lang, stated[0].value), stated=stated[0].text)
