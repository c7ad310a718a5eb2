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

_SAID = 0.6  # so many of the claim's words the quote must say that states the same amount; all of them, to deny it
_DENIED = re.compile(r"\b(?:not|no|never|without|nor|nunca|sin|ni|ning[uú]n\w*)\b|n['’]t\b", re.I)
_NAME = re.compile(r"(?<!^)\b[A-ZÁÉÍÓÚÑ][\w'’-]+")


def with_verdict(question: str, written: DocumentsAnswer, lang: str) -> DocumentsAnswer:
    """The answer with what its quote says of the amount that the question claims, where it can be told."""
    claim = claim_in(question, lang)
    if claim is None or not claim.figure or written.status != "answered" or not written.citations:
        return written
    found = beside_quote(claim.said, claim.figure, written.citations[0].quote, lang)
    if found is None:
        return written
    stated = re.sub(r"\s+", " ", found.stated)
    told = translate(f"both.quote_{found.verdict}", lang, claimed=claim.figure, stated=stated)
    return dataclasses.replace(written, message=f"{told} {written.message}".strip())


def beside_quote(said: str, claimed: str, quote: str, lang: str) -> Comparison | None:
    """The amount `claimed` in the statement `said` beside the one that a quote states of the same thing; None where the
    quote says too little of the statement, denies what it does not, or holds several amounts and none is it."""
    figure = next(iter(read_figures(claimed, lang)), None)
    if figure is None or bool(_DENIED.search(quote)) != bool(_DENIED.search(said)):
        return None
    spoken = detect_language(quote)
    told, words = terms(quote, spoken), words_of(said.replace(claimed, " "), lang)
    names = {name for word in _NAME.findall(said) for name in terms(word, lang)}
    said_too = sum(bool(word & told) for word in words)
    if not words or not names <= told or said_too < _SAID * len(words):
        return None
    stated = [other for other in read_figures(quote, spoken) if other.unit == figure.unit]
    laid = [dataclasses.replace(compare_amount(claimed, lang, other.value), stated=other.text) for other in stated]
    agreeing = (found for found in laid if found.verdict == "agree")
    return next(agreeing, laid[0] if len(laid) == 1 and said_too == len(words) else None)
