"""Whole answers over small documents: the right quote first, its key span, honest declines, no fact twice."""

import json
from pathlib import Path

import pytest

from core.chat.answer import answer
from core.records import Page, SearchResult
from tests.chat.conftest import read_text

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERED = [case for case in CASES if "quote" in case]
DECLINED = [case for case in CASES if "quote" not in case]


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["question"])
def test_first_citation_holds_the_answer(library, case):
    found = library.ask(case["question"], case["lang"])
    assert found.status == "answered", found.message
    first = found.citations[0]
    assert (first.file, case["quote"] in first.quote) == (case["file"], True), first.quote


@pytest.mark.parametrize("case", [case for case in ANSWERED if "key" in case], ids=lambda case: case["question"])
def test_key_span_comes_first_in_the_text(library, case):
    found = library.ask(case["question"], case["lang"])
    first = found.citations[0]
    page = library.read_page(first.document_id, first.page)
    assert page.text[slice(*first.key)] == case["key"]
    assert found.text.startswith(f"**{case['key']}")


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["question"])
def test_quotes_are_the_pages_own_characters(library, case):
    for citation in library.ask(case["question"], case["lang"]).citations:
        page = library.read_page(citation.document_id, citation.page)
        assert page.text[citation.start : citation.end] == citation.quote
        assert len(citation.quote) <= 350
        assert citation.verified


@pytest.mark.parametrize("case", DECLINED, ids=lambda case: case["question"])
def test_a_topic_that_is_absent_is_declined_by_name(library, case):
    found = library.ask(case["question"], case["lang"])
    assert (found.status, found.text, found.citations) == ("not_found", "", ())
    assert case["says"] in found.message


def test_a_row_is_named_by_its_column(library):
    found = library.ask("¿Cuáles fueron las ventas en el T2 de 2023?", "es")
    assert "12,3" in found.text.split("“")[0]
    assert "T2 2023" in found.text.split("“")[0]


def test_a_summary_quotes_the_whole_document(library):
    found = library.ask("Resume el informe anual", "es")
    assert found.status == "answered"
    assert {citation.file for citation in found.citations} == {"informe.es.txt"}
    assert len(found.citations) >= 3
    assert len({citation.quote for citation in found.citations}) == len(found.citations)


def test_a_comparison_cites_both_sides(library):
    found = library.ask("Compare the monthly fee of the equipment lease with the price of hotels", "en")
    assert {citation.file for citation in found.citations} == {"lease.en.txt", "travel.en.txt"}


def test_each_side_of_a_comparison_is_searched_for(empty):
    for name, revenue, staff in (("Veloria", "84.2", "412"), ("Pedalia", "61.9", "298")):
        filler = " ".join(f"{name} opened shop number {n} in the spring." for n in range(30))
        text = f"# {name} annual review\n\nRevenue was {revenue} million euros. {name} had {staff} employees. {filler}"
        empty.add(f"{name.lower()}-review.md", "en", [read_text(1, text)])
    found = empty.ask("Compare the revenue of Veloria and Pedalia", "en")
    assert ["84.2 million" in found.citations[0].quote, "61.9 million" in found.citations[1].quote] == [True, True]
    assert found.text.startswith("- **Veloria**: 84.2 million euros")
    assert found.text.endswith("**Veloria**: 22.3 million euros more than Pedalia [1][2].")


def test_a_figure_of_an_unnamed_row_is_not_put_first(empty):
    text = "# Harbour budget\n\nArea | Q1 | Q2\nEngineering | 210 | 230\nMarketing | 60 | 85\n"
    empty.add("harbour.md", "en", [read_text(1, text)])
    assert empty.ask("What is the Harbour budget for marketing in Q2?", "en").text.startswith("**85")
    assert "**" not in empty.ask("What is the Harbour budget for assistance in Q2?", "en").text


def test_a_year_as_a_label_and_its_column(empty):
    table = "Year | Monthly rent | Discount\n2026 | 6,250 | 310\n2027 | 6,400 | 25\n"
    text = f"# Lease\n\nThe monthly rent will be 6,250 euros.\n\n{table}"
    empty.add("lease.md", "en", [read_text(1, text)])
    assert empty.ask("What is the monthly rent in 2027?", "en").text.startswith("**6,400")
    assert "6,250 euros" in empty.ask("What is the monthly rent?", "en").citations[0].quote


def test_a_telephone_that_nothing_holds_is_declined(empty):
    empty.add("deed.txt", "es", [Page(1, "El alcalde de Zaragoza firma el acta del consejo en el salón de actos.")])
    assert empty.ask("¿Cuál es el teléfono del alcalde de Zaragoza?", "es").status == "not_found"


def test_what_follows_a_heading_that_is_the_question(empty):
    text = (
        "# Who may work from home\n\nStaff with six months of service in an office post.\n\n"
        "# Ending it\n\nThe manager who approved it may end the work from home with fifteen days of notice.\n"
    )
    empty.add("policy.md", "en", [read_text(1, text)])
    assert "six months" in empty.ask("Who may work from home?", "en").citations[0].quote


def test_a_running_line_is_no_answer(empty):
    text = "Lease contract, hall 12\n\nThe contract runs for seven years from 1 March 2025."
    empty.add("lease.txt", "en", [Page(1, text, furniture=((0, 23),))])
    assert "seven years" in empty.ask("How long does the lease contract of the hall run?", "en").citations[0].quote


def test_a_change_is_not_put_first_as_the_amount(empty):
    empty.add("sales.txt", "en", [Page(1, "Net sales of Lumo increased by $1.4 billion in the third quarter.")])
    assert "**" not in empty.ask("What were the net sales of Lumo?", "en").text


def test_nothing_indexed(empty):
    found = empty.ask("¿Cuál es la renta?", "es")
    assert (found.status, found.hits) == ("not_found", ())
    assert found.message


def test_one_short_document_answers_and_declines(empty):
    empty.add_texts("alquiler.es.txt")
    assert "4.150 euros" in empty.ask("¿Cuál es la renta mensual?", "es").citations[0].quote
    assert empty.ask("¿Cuántas lunas tiene Júpiter?", "es").status == "not_found"


def test_the_same_sentence_in_two_files_is_cited_once(empty):
    text = "The warehouse in Gijón stores 4,200 pallets of cork. It opened in 1998."
    for name in ("a.txt", "b.txt"):
        empty.add(name, "en", [Page(1, text)])
    found = empty.ask("How many pallets does the warehouse in Gijón store?", "en")
    assert sum("4,200 pallets" in citation.quote for citation in found.citations) == 1


def test_hidden_text_is_marked(empty):
    text = "Offer for the bridge at Ribadeo.\n\nThe secret discount for the bridge is 40 percent."
    at = text.index("The secret")
    empty.add("offer.txt", "en", [Page(1, text, hidden=((at, len(text)),))])
    found = empty.ask("What is the secret discount for the bridge?", "en")
    assert found.citations[0].hidden
    assert found.message


def test_a_long_sentence_is_cut_around_its_answer(empty):
    filler = ", ".join(f"the workshop number {n} in a street of the old town" for n in range(20))
    text = f"The guild kept its books here, {filler}, and in 1734 the notary Pedro Quiroga sealed the archive."
    empty.add("guild.txt", "en", [Page(1, text)])
    found = empty.ask("Who sealed the archive of the guild?", "en")
    assert len(found.citations[0].quote) <= 350
    assert "Pedro Quiroga" in found.citations[0].quote


def test_answer_without_hits_needs_no_index(library):
    found = answer("x?", SearchResult("x?", "en"), library.index, "en", library.read_page)
    assert found.status == "not_found"


def test_a_sentence_that_announces_a_list_is_quoted_with_it(empty):
    text = "Claims for the boat insurance need these papers:\n- the logbook\n- photographs of it\n\nSend them soon."
    empty.add("claims.txt", "en", [Page(1, text)])
    found = empty.ask("Which papers do claims for the boat insurance need?", "en")
    assert found.citations[0].quote.endswith("photographs of it")


def test_a_contents_line_is_not_the_answer(empty):
    contents = "Contents\n\nTravel Insurance 37\n\nOffice Hours 41"
    body = "The travel insurance covers lost luggage up to 900 euros. It is bought by the office."
    empty.add("guide.txt", "en", [Page(1, contents), Page(2, body)])
    assert empty.ask("What does the travel insurance cover?", "en").citations[0].page == 2


def test_the_key_span_belongs_to_the_clause_that_answers(empty):
    text = "El arriendo empieza el 1 de marzo de 2024 y caduca el 28 de febrero de 2029. Se paga cada mes."
    empty.add("arriendo.txt", "es", [Page(1, text)])
    first = empty.ask("¿Cuándo caduca el arriendo?", "es").citations[0]
    assert text[slice(*first.key)] == "28 de febrero de 2029"


def test_a_summary_leaves_contents_lines_out(empty):
    contents = "".join(f"{n} The boats of the harbour {'. ' * 30}{n + 3}.\n\n" for n in range(1, 6))
    body = (
        "The harbour holds forty boats of the villages around it. The boats of the harbour carry salt to the islands."
    )
    empty.add("harbour.txt", "en", [Page(1, contents), Page(2, body)])
    found = empty.ask("Summarise the report on the harbour", "en")
    assert {citation.page for citation in found.citations} == {2}


def test_a_short_answer_stands_before_the_quotes_only_where_it_is_likely(empty):
    people = ("Marta Vidal", "Iria Souto", "Paul Kerr", "Ana Rey", "Tom Blake", "Luz Mora", "Sam Lowe", "Eva Pons")
    text = " ".join(f"The office of the harbour hired {name} in spring." for name in people)
    empty.add("note.txt", "en", [Page(1, text)])
    empty.add("sale.txt", "en", [Page(1, "Rosa Quint bought the lighthouse from the council.")])
    sure, unsure = (empty.ask(q, "en") for q in ("Who bought the lighthouse?", "Who did the office hire in spring?"))
    assert sure.text.startswith("**Rosa Quint**")
    assert (unsure.status, unsure.confidence < 0.3, unsure.text[0]) == ("answered", True, "“")


@pytest.mark.parametrize(
    ("said", "question", "lang", "short"),
    [
        ("The gate is open from 9 to 28 April.", "When is the gate open?", "en", "9 to 28 April"),
        ("The plant sale runs from 1 June to 9 July.", "When does the plant sale end?", "en", "9 July"),
        (
            "The fine is 60 euros for noise and 90 euros for litter.",
            "How much is the fine for litter?",
            "en",
            "90 euros",
        ),
        (
            "The fine is 60 euros for noise and 90 euros for litter.",
            "How much is the fine for noise?",
            "en",
            "60 euros",
        ),
        (
            "La dieta es de 95 euros con hotel y de 140 euros sin hotel.",
            "¿Cuánto es la dieta sin hotel?",
            "es",
            "140 euros",
        ),
        (
            "La dieta es de 95 euros con hotel y de 140 euros sin hotel.",
            "¿Cuánto es la dieta con hotel?",
            "es",
            "95 euros",
        ),
    ],
)
def test_of_several_figures_the_one_that_is_asked_for(empty, said, question, lang, short):
    filler = "The lift is being repaired." if lang == "en" else "El ascensor se repara."
    empty.add(f"note.{lang}.txt", lang, [read_text(1, f"# Note\n\n{said}\n\n{filler}")])
    assert empty.ask(question, lang).text.startswith(f"**{short}**")


def test_the_entries_of_a_list_are_counted_where_that_is_asked(empty):
    text = "# Ferry\n\n# Ports of call\n\n- Ellery\n- Halvick\n- Duncarrow\n\n# Food\n\nSoup is served at noon."
    empty.add("ferry.txt", "en", [read_text(1, text)])
    found = empty.ask("How many ports of call are listed?", "en")
    assert found.text.startswith("**3 (counted in the list)** — “")
    assert "Halvick" in found.citations[0].quote
