"""A document's figures laid beside a result: which is the same, whether it agrees, and the guess at why it does not."""

import pytest

from core.both.named import named_documents, terms, words_of
from core.reconcile.compare import Asked, _numeric, compare, compare_claim
from core.reconcile.pages import Sheet
from core.reconcile.tell import agreement, tell_comparisons
from core.records import Document, Page, QueryResult

REPORT = """Annual report

Net sales of 2025 were 12.4 million euros, 8.1% more than in 2024, when they were 11.5 million.
Region\t2024\t2025
North\t6,100,000\t6,842,310
South\t5,400,000\t5,560,000
Total\t11,500,000\t12,402,310
About 240 customers bought in 2025. The plant has 57 employees.
"""


def asked(question, sql=""):
    return Asked(question, "en", words_of(question, "en"), sql)


def sheet(text=REPORT, file="annual-report-2025.pdf", title=""):
    return Sheet(1, file, page(text), "en", title)


def page(text):
    return Page(number=12, text=text)


def one(value, name="total", kind="DOUBLE"):
    return QueryResult((name,), (kind,), ((value,),))


@pytest.mark.parametrize(
    ("question", "value", "verdict", "stated", "reason"),
    [
        ("net sales of 2025", 12_402_310.42, "agree", "12.4 million euros", "rounding"),
        ("net sales of 2025 in the North", 6_842_310.0, "agree", "6,842,310", "exact"),
        ("customers that bought in 2025", 238, "agree", "240", "approximate"),
        ("employees of the plant", 61, "differ", "57", "unknown"),
        ("sales in the South in 2025", 6_727_600.0, "differ", "5,560,000", "tax"),
    ],
)
def test_the_figure_that_is_meant(question, value, verdict, stated, reason):
    (match,) = compare(asked(question), one(value), [sheet()], terms)
    found = match.comparison
    assert (found.verdict, found.stated, found.reason) == (verdict, stated, reason)
    assert found.stated in match.sheet.page.text[match.start : match.end]


def test_a_label_of_one_letter_and_a_sign_is_a_row():
    text = "Spending by area in 2025\nArea\tBudget\tActual\nSales\t317,600\t316,797\nR+D\t182,700\t171,497\n"
    (match,) = compare(
        asked("actual spending of R+D in 2025", "WHERE area = 'R+D'"), one(171_497.0), [sheet(text)], terms
    )
    assert (match.comparison.stated, match.comparison.verdict) == ("171,497", "agree")


CHART = "Net sales by quarter (EUR thousand)\n\nSales\n\n2,500\n\n2,000\t1,893\n1,812\t1,783\n\n0\n\nQ1 2025 Q2 2025\n"


@pytest.mark.parametrize(("value", "verdicts"), [(1_812_404.33, ["agree"]), (1_990_000.0, [])])
def test_a_point_of_a_chart_can_only_agree(value, verdicts):
    matches = compare(asked("net sales of the first quarter of 2025"), one(value), [sheet(CHART)], terms)
    assert [match.comparison.verdict for match in matches] == verdicts
    assert all("1,812" in CHART[match.start : match.end] for match in matches)


def test_rows_are_matched_by_their_labels():
    rows = QueryResult(("Region", "sales"), ("VARCHAR", "DOUBLE"), (("North", 6_842_310.4), ("South", 5_600_000.0)))
    found = {
        m.comparison.label: m.comparison.verdict for m in compare(asked("net sales of 2025"), rows, [sheet()], terms)
    }
    assert found == {"North": "agree", "South": "differ"}


def test_nothing_is_laid_beside_what_the_page_does_not_state():
    assert compare(asked("average temperature of the ovens"), one(212.5), [sheet()], terms) == []
    assert compare(asked("net sales of 2025"), QueryResult(), [sheet()], terms) == []


def test_a_difference_is_told_only_where_it_was_asked_for():
    assert compare(asked("employees of the plant"), one(61), [sheet()], terms, differing=False) == []


def test_a_draft_is_a_reason():
    text = "Provisional net sales of 2025: 12,610,000 euros"
    (match,) = compare(asked("net sales of 2025"), one(12_402_310), [sheet(text, "draft-2025.pdf")], terms)
    assert match.comparison.reason == "draft"


@pytest.mark.parametrize(("lang", "head"), [("en", "They differ"), ("es", "No coinciden")])
def test_a_comparison_in_words(lang, head):
    (match,) = compare(asked("employees of the plant"), one(61), [sheet()], terms)
    text = tell_comparisons([match.comparison], lang)
    assert head in text and "57" in text and "61" in text and "p. 12" in text
    assert agreement([match.comparison]) == "differ"
    assert agreement([]) is None and tell_comparisons([], lang) == ""


def test_documents_are_known_by_what_they_are_called():
    held = [
        Document(1, "a", "informe-anual-2025.pdf", "application/pdf", "Informe anual", "es", 1, 15, 9, "complete"),
        Document(2, "b", "q3-2025-report.pdf", "application/pdf", "Third-quarter report", "en", 1, 7, 9, "complete"),
        Document(3, "c", "travel-policy.docx", "x", "Travel policy", "en", 1, 2, 9, "complete"),
    ]
    assert [d.id for d in named_documents("annual report", held, "en")] == [1]
    assert [d.id for d in named_documents("Q3 report", held, "en")] == [2]
    assert [d.id for d in named_documents("the report", held, "en")] == [1, 2]
    assert named_documents("minutes", held, "en") == []


def test_a_result_without_rows_has_no_column_of_figures():
    empty = QueryResult(("name",), ("VARCHAR",), ())
    assert not _numeric(empty, 0)
    assert _numeric(QueryResult(("n",), ("VARCHAR",), ((1,), (2.5,))), 0)
    assert not _numeric(QueryResult(("n",), ("VARCHAR",), (("1",), ("2",))), 0)


def test_of_several_figures_the_one_that_the_question_names_is_meant():
    text = "The fleet has five ships, three of them diesel, and the Petrel a crew of six.\n"
    claim = Asked("crew of the Petrel", "en", words_of("crew of the Petrel", "en"), claimed=6.0)
    (match,) = compare(claim, one(5), [sheet(text)], terms)
    assert (match.comparison.stated, match.comparison.verdict) == ("six", "differ")


@pytest.mark.parametrize(
    ("claim", "value", "verdict"),
    [
        ("six", 5, "differ"),
        ("EUR 125,600", 125_600.2, "agree"),
        ("9.9%", 125_600, None),
        ("more than 50", 59, "agree"),
        ("more than 50", 50, "differ"),
        ("at most 50", 50, "agree"),
        ("20 or more", 12, "differ"),
        ("0", 0, "agree"),
    ],
)
def test_an_amount_in_the_question_is_laid_beside_the_rows(claim, value, verdict):
    found = compare_claim(claim, "en", one(value))
    assert (found.verdict if found else None) == verdict


def test_the_verdict_on_the_question_comes_before_that_on_the_document():
    claim = compare_claim("450", "en", one(2))
    (match,) = compare(asked("customers that bought in 2025"), one(238), [sheet()], terms)
    told = tell_comparisons((match.comparison, claim), "en")
    assert told.startswith("**The table says otherwise.** asked about: 450; table: 2")
    assert told.index("450") < told.index("240") and agreement((match.comparison, claim)) == "differ"
