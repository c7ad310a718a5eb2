"""What an answer is worth against its case: pure functions, one number from 0 to 1 a metric.

A metric that does not apply to a case is left out, never counted as 0. `right` is the headline: one for every case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from statistics import fmean

from core.evaluation.cases import EvalCase
from core.evaluation.sql_cases import is_ordered
from core.i18n import fold_space
from core.metrics import chrf, exact_figures, mean_precision, ndcg_at, recall_at, reciprocal_rank, token_f1
from core.records import Answer, QueryResult
from core.sql.parser.compare import same_answer

RunGold = Callable[[str], QueryResult]


def score(case: EvalCase, answer: Answer, run_gold: RunGold) -> dict[str, float]:
    """Every metric that applies. `run_gold` runs the case's gold statement."""
    if not case.answerable:
        declined = float(answer.status == "not_found")
        return {"declined": declined, "right": declined}
    found = {"answered": float(answer.status == "answered")}
    if case.files:
        found |= _retrieval(case, answer)
    if answer.citations:
        found |= _citations(case, answer)
    if case.answers:
        found |= _accepted(case, answer)
    if case.gold_sql:
        found |= _execution(case, answer, run_gold)
    if case.chart and answer.data is not None:
        found["chart"] = float(answer.data.chart is not None and answer.data.chart.kind == case.chart)
    if case.reference:
        found |= {
            "token_f1": token_f1(answer.text, case.reference),
            "chrf": chrf(answer.text, case.reference),
            "exact_figures": exact_figures(answer.text, case.reference),
        }
    return {**found, "right": _right(case, found)}


def summarise(scores: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each metric over the cases that have it."""
    held: dict[str, list[float]] = {}
    for one in scores:
        for name, value in one.items():
            held.setdefault(name, []).append(value)
    return {name: fmean(values) for name, values in held.items()}


def _retrieval(case: EvalCase, answer: Answer) -> dict[str, float]:
    files = list(dict.fromkeys(hit.file for hit in answer.hits))
    if not files:
        return {}
    return {
        "recall1": recall_at(files, case.files, 1),
        "recall5": recall_at(files, case.files, 5),
        "mrr": reciprocal_rank(files, case.files),
        "ndcg10": ndcg_at(files, dict.fromkeys(case.files, 1.0), 10),
    }


def _citations(case: EvalCase, answer: Answer) -> dict[str, float]:
    """`verbatim`: quotes found on their pages; `citation_precision`: quotes from a right file (and page, where the case
    names one); `citation_recall`: statements of the text that carry a quote which was found to support them."""
    found = {"verbatim": fmean(float(citation.verified) for citation in answer.citations)}
    if case.files:
        places = [_place(case, citation.file, citation.page) for citation in answer.citations]
        found["citation_precision"] = mean_precision(places, {"right"})
    if answer.checks:
        found["citation_recall"] = fmean(float(check.verdict == "supported") for check in answer.checks)
    return found


def _place(case: EvalCase, file: str, page: int) -> str:
    return "right" if file in case.files and case.page in (0, page) else "wrong"


def _accepted(case: EvalCase, answer: Answer) -> dict[str, float]:
    quotes = [fold_space(citation.quote) for citation in answer.citations]
    wanted = [fold_space(text) for text in case.answers]
    said = [*quotes, fold_space(answer.text)]
    return {
        "first_quote": float(any(text in quotes[0] for text in wanted) if quotes else False),
        "answer_found": float(any(text in place for text in wanted for place in said)),
    }


def _execution(case: EvalCase, answer: Answer, run_gold: RunGold) -> dict[str, float]:
    result = answer.data.result if answer.data is not None else None
    ran = result is not None and result.error is None
    if not ran:
        return {"valid_sql": 0.0, "execution": 0.0}
    return {
        "valid_sql": 1.0,
        "execution": float(same_answer(run_gold(case.gold_sql), result, is_ordered(case.gold_sql))),
    }


def _right(case: EvalCase, found: Mapping[str, float]) -> float:
    """Everything that the case states is met: an accepted answer, the gold's rows; else a quote from a right file."""
    parts = [found[name] for name in ("answer_found", "execution") if name in found]
    if not parts and case.files:
        parts = [found.get("citation_precision", 0.0) > 0]
    if not parts and case.reference:
        parts = [found["exact_figures"] == 1.0 and found["token_f1"] >= 0.5]
    return float(bool(parts) and all(parts) and found["answered"] == 1.0)
