"""Summaries of a topic: over the document that is named, or over all."""

from core.records import Heading, Page

STORM = (
    "What the storm did\n\nThe storm broke the roof of the mill. Nobody was hurt.\n\nSales\n\nSales rose by 4 percent."
)
PAGE = Page(1, STORM, headings=(Heading(0, 18, 1, "What the storm did"), Heading(77, 82, 1, "Sales")))


def test_a_topic_is_summed_up_from_its_section(empty):
    empty.add("mill.txt", "en", [PAGE])
    empty.add("shop.txt", "en", [Page(1, "The shop sells bread. Its oven is new and its door is blue.")])
    found = empty.ask("Summarise what happened in the storm", "en")
    quotes = [citation.quote for citation in found.citations]
    assert "The storm broke the roof of the mill." in quotes
    assert not any("Sales rose" in quote or "oven" in quote for quote in quotes)


def test_a_summary_that_names_a_document_stays_in_it(empty):
    empty.add("mill-report.txt", "en", [PAGE])
    empty.add("shop-report.txt", "en", [Page(1, "The storm closed the shop. Its oven was wet for a week.")])
    found = empty.ask("Summarise what the shop report says about the storm", "en")
    assert {citation.file for citation in found.citations} == {"shop-report.txt"}


def test_a_topic_that_is_nowhere_is_not_summed_up(empty):
    empty.add("mill.txt", "en", [PAGE])
    assert empty.ask("Summarise what is said about submarines and whales", "en").status == "not_found"
