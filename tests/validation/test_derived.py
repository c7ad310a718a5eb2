"""Figures that a statement works out from its sources: times between two dates or hours, amounts at a rate, totals of a
table. A right one passes, one that nothing gives does not."""

import pytest

from core.documents.parse.plain import parse_text
from core.records import Answer, Citation, Route
from core.validation.check import check_answer

SOURCES = {
    "gate": "The lock gate jammed on 3 May at 21:40 and moved again on 4 May at 00:10.",
    "stay": "El paciente ingresó el 12 de abril de 2025, con 61 años; toca el oboe desde los 20. Salió el 20 de abril.",
    "lease": "The lease runs for 18 months from 1 July 2024.",
    "barge": "The yard charges £260 per berth and £3.50 a litre of paint. Wrenholm keeps 40 berths.",
    "grain": "El silo guarda 48 de las 60 toneladas de la cosecha.",
    "scouts": "The camp lasts nine nights, and the leader may extend it by up to three nights.",
    "dose": "Each patient takes two 15 ml spoons a day.",
    "score": "| Choir | Tone | Rhythm | Fee |\n|---|---|---|---|\n| Arve | 31 | 42.5 | 900 |"
    "\n| Dalby | 28 | 40 | 750 |",
    "ferry": "El abono sirve ya al 48 % de los viajeros, seis puntos más que en 2022. "
    "Subieron 210 bicicletas y 35 motos.",
    "kiln": "Nine potters joined and five left; the guild closed the year with 140. "
    "Sales of 46.5 tonnes were 7% below 2021.",
    "bell": "La campana se colgó el 9 de junio, seis días después de fundirse. "
    "Los badajos pesan 41, 38,5 y 43,5 kilos.",
    "toll": "The bridge took 4,120 tolls in 2023, against 3,960 in 2022. Repairs will cost between €900 and €1,100.",
    "mill": "Results of each mill:\n\n| Mill | Profit 2022 | Profit 2023 |\n|---|---|---|"
    "\n| Arlo | 300 | 420 |\n| Bray | 90 | 80 |",
    "rule": "Las faltas leves se multan con 40 euros y las graves con 200. El socio abonará la cuota hasta marzo.",
    "levy": "The levy brought 312 million in Avon, 120 in Berkley and 64 in Chard.",
    "herd": "Reses de cada finca de la cooperativa al cierre del año:\n\n"
    "| Finca | 2023 | 2024 |\n|---|---|---|\n| Ervedal | 120 | 150 |\n| Somoza | 80 | 100 |",
}
CASES = [
    ("gate", "The lock gate was stuck for two and a half hours.", True),
    ("gate", "The lock gate was stuck for four hours.", False),
    ("stay", "El paciente estuvo ingresado ocho días.", True),
    ("stay", "El paciente estuvo ingresado nueve días.", False),
    ("stay", "El paciente lleva 41 años tocando el oboe.", True),
    ("lease", "The lease ends on 31 December 2025.", True),
    ("lease", "The lease ends on 31 March 2026.", False),
    ("barge", "At £260 per berth, Wrenholm's 40 berths bring the yard £10,400.", True),
    ("barge", "Wrenholm's berths bring the yard £11,400.", False),
    ("grain", "Queda fuera del silo el 20 % de la cosecha.", True),
    ("grain", "Queda fuera del silo el 30 % de la cosecha.", False),
    ("scouts", "With the extension, the camp lasts twelve nights.", True),
    ("dose", "A patient takes 30 ml a day.", True),
    ("dose", "A patient takes 45 ml a day.", False),
    ("dose", "A patient takes 30 ml a day, that is, two 15 ml spoons.", True),
    ("score", "Arve scored 73.5 points in all for tone and rhythm.", True),
    ("score", "Arve scored 76.5 points in all for tone and rhythm.", False),
    ("ferry", "En 2022 tenía abono el 42 % de los viajeros.", True),
    ("ferry", "En 2022 tenía abono el 54 % de los viajeros.", False),
    ("ferry", "Entre bicicletas y motos subieron 245.", True),
    ("kiln", "The guild began the year with 136 potters.", True),
    ("kiln", "The guild began the year with 144 potters.", False),
    ("kiln", "In 2021 sales came to 50 tonnes.", True),
    ("kiln", "In 2021 sales came to 43 tonnes.", False),
    ("bell", "La campana se fundió el 3 de junio.", True),
    ("bell", "La campana se fundió el 4 de junio.", False),
    ("bell", "Los badajos pesan 41 kilos de media.", True),
    ("bell", "Los badajos pesan 45 kilos de media.", False),
    ("levy", "The levy brought 64 million in Chard.", True),
    ("levy", "The levy brought 64 million in Berkley.", False),
    ("toll", "The bridge took 4,120 tolls in 2023, 160 more than in 2022.", True),
    ("toll", "The bridge took 4,120 tolls in 2023, 160 more than in 2024.", False),
    ("toll", "Tolls rose from 3,960 in 2021 to 4,120 in 2023.", False),
    ("toll", "Repairs will cost €900–1,100.", True),
    ("toll", "Repairs will cost €1,100–900.", False),
    ("mill", "Arlo's profit rose by 120 in 2023.", True),
    ("mill", "Arlo's profit rose by 120 in 2022.", False),
    ("mill", "Arlo's loss rose to 420 in 2023.", False),
    ("mill", "Arlo's profit did not reach 420 in 2023.", False),
    ("rule", "La multa es de 200 euros por faltas graves y de 40 por las leves.", True),
    ("rule", "La multa es de 40 euros por faltas graves y de 200 por las leves.", False),
    ("rule", "El socio no abonará la cuota hasta marzo.", False),
    ("herd", "Las fincas tenían 250 animales en 2024, un 25 % más que en 2023.", True),
    ("herd", "Las fincas tenían 260 animales en 2024, un 25 % más que en 2023.", False),
]


@pytest.mark.parametrize(("source", "text", "true"), CASES, ids=[case[1] for case in CASES])
def test_a_figure_that_follows_from_its_source(source, text, true):
    (page,), _ = parse_text(SOURCES[source])
    citation = Citation(1, 1, "f.txt", 1, page.text, 0, len(page.text), 1.0, False)
    answer = Answer("", "", "en", Route("documents", ""), "answered", f"{text} [1]", citations=(citation,), engine="x")
    (check,) = check_answer(answer, read_page=lambda document, number: page).checks
    assert (check.verdict == "supported") == true, check


@pytest.mark.parametrize(("month", "true"), [("August", True), ("March", False)])
def test_a_month_of_the_sentence_beside_is_not_the_quoted_one(month, true):
    quote = "Seven of the nine stoppages fell in August."
    (page,), _ = parse_text(f"{quote} The crane was oiled in March.")
    citation = Citation(1, 1, "f.txt", 1, quote, 0, len(quote), 1.0, False)
    text = f"Most of the nine stoppages fell in {month} [1]."
    answer = Answer("", "", "en", Route("documents", ""), "answered", text, citations=(citation,), engine="x")
    (check,) = check_answer(answer, read_page=lambda document, number: page).checks
    assert (check.verdict == "supported") == true, check
