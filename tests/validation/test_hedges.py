"""What a source binds its words to, and who it says them of: set aside or exchanged, a statement is caught."""

import pytest

from core.records import Answer, Citation, Page, QueryResult, Route, SqlAnswer
from core.validation.check import check_answer

SOURCES = {
    "pass": "The library card is free if the reader lives in the borough; other readers pay 12 euros.",
    "road": "The council will widen Mill Road next spring to shorten the way to the station.",
    "ferry": "El ferri de las 9:00 se suspendió porque el viento superaba los 70 km/h.",
    "seeds": "En el ensayo germinaron 212 de las 260 semillas sembradas.",
    "crews": "The dock crew cleans the tanks every Monday; the yard crew greases the pumps.",
    "quarry": "Quarry visitors may not leave the marked path. Do not start the pump until the tank is full.",
    "hall": "The new hall cost £13,750, which was £1,250 under budget, and holds 8 m³ of water.",
    "nurses": "The nurses surveyed were asked twice: of the 40 nurses, 31 want longer breaks.",
    "fund": "The fund repays 60% of language courses.",
    "fees": "Members pay 75 euros per day for the boat.",
    "barn": "The barn, with room for 60 ewes, could open in autumn if the vet signs the permit.",
    "smoke": "Kiln smoke fell to 14 g per load, from 19 in 2021; our target is 9 by 2029.",
    "bonus": "La prima de altura, que los andamistas pedían subir a 90 euros, se queda en 75 euros.",
    "swans": "The warden thinks it possible, though not certain, that the swans will nest twice.",
    "levy": "The levy was carried by nine votes to four.",
    "panels": "The panel made seven proposals; the guild took up five and is still weighing the others.",
    "ewes": "La lana bajó sobre todo por la falta de pasto; la avería de la esquiladora explica solo 40 kilos.",
    "choir": "Unused tickets expire on 31 May, unless the holder was in hospital.",
    "relics": "All the chapels open on Mondays, except the crypt. We mapped 31 of our 44 relics.",
    "moat": "The trust has applied to the county to drain the moat. The vote on the drawbridge was postponed to May.",
    "herons": "The reeve mends the weir and the nets; the warden counts herons in May and otters in November.",
    "wells": "The parish ruled out selling the two wells. The mill is expected to reopen its upper loft by 2031.",
    "eels": "Boats that carry more than 40 eels pay the toll. The feast was put off because the cooks had fallen ill.",
    "stewards": "Alderman Prowse opened the bidding and Alderman Teague raised it twice.",
}
CASES = [
    ("pass", "Readers who live in the borough get the library card free.", True, ""),
    ("pass", "The library card is free whether or not the reader lives in the borough.", False, "condition_dropped"),
    ("road", "Mill Road is to be widened by the council next spring.", True, ""),
    ("road", "The council has already widened Mill Road.", False, "not_done"),
    ("road", "The council will widen Mill Road to make room for cyclists.", False, "reason_differs"),
    ("ferry", "El viento fuerte obligó a suspender el ferri de las 9:00.", True, ""),
    ("ferry", "El ferri de las 9:00 se suspendió porque faltaba tripulación.", False, "reason_differs"),
    ("seeds", "De las 260 semillas sembradas germinaron 212.", True, ""),
    ("seeds", "Todas las semillas sembradas germinaron en el ensayo.", False, "not_all"),
    ("crews", "The yard crew greases the pumps.", True, ""),
    ("crews", "The yard crew cleans the tanks every Monday.", False, "figure_swapped"),
    ("quarry", "Los visitantes de la cantera no pueden salir del camino marcado.", True, ""),
    ("quarry", "Los visitantes de la cantera pueden salir del camino marcado.", False, "negation_dropped"),
    ("quarry", "The tank has to be full before the pump is started.", True, ""),
    ("hall", "The hall had been budgeted at £15,000.", True, ""),
    ("hall", "The hall had been budgeted at £16,000.", False, "figure_instead"),
    ("hall", "The new hall holds 8,000 litres of water.", True, ""),
    ("nurses", "All the nurses surveyed want longer breaks.", False, "not_all"),
    ("fund", "Of a language course of 300 euros, the fund repays 180.", True, ""),
    ("fund", "Of a language course of 300 euros, the fund repays 190.", False, "figure_missing"),
    ("fees", "Members pay 300 euros for the boat on a trip of four days.", True, ""),
    ("barn", "The barn with room for 60 ewes went into use in autumn.", False, "not_done"),
    ("smoke", "The kiln has already met its 2029 target for smoke.", False, "not_done"),
    ("smoke", "Kiln smoke has fallen to 14 g per load, against a target of 9 for 2029.", True, ""),
    ("bonus", "La prima de altura sube a 90 euros.", False, "not_done"),
    ("bonus", "Los andamistas pedían 90 euros de prima de altura.", True, ""),
    ("swans", "The warden is sure that the swans will nest twice.", False, "not_certain"),
    ("swans", "The warden thinks that the swans might nest twice.", True, ""),
    ("levy", "The levy was carried by every member present.", False, "not_all"),
    ("panels", "The guild took up all of the panel's proposals.", False, "not_all"),
    ("ewes", "La bajada de la lana se debe a la avería de la esquiladora.", False, "reason_differs"),
    (
        "choir",
        "Unused tickets expire on 31 May in every case, even for holders in hospital.",
        False,
        "condition_dropped",
    ),
    ("relics", "The chapels open on Mondays, with the exception of the crypt.", True, ""),
    ("relics", "All the chapels open on Mondays.", False, "not_all"),
    ("relics", "Every one of the relics was mapped.", False, "not_all"),
    ("moat", "The trust has already drained the moat.", False, "not_done"),
    ("moat", "The vote on the drawbridge was put off until May.", True, ""),
    ("moat", "The drawbridge was approved in the vote of May.", False, "opposite"),
    ("herons", "Otters are counted in November, and herons in May.", True, ""),
    ("herons", "Herons are counted in November, and otters in May.", False, "figure_swapped"),
    ("wells", "The parish refused to sell the two wells.", True, ""),
    ("wells", "The parish announced that it is selling the two wells.", False, "negation_dropped"),
    ("wells", "The mill reopened its upper loft in 2031.", False, "not_done"),
    ("eels", "The toll is due on boats with over 40 eels.", True, ""),
    ("eels", "Boats that carry fewer than 40 eels pay the toll.", False, "way_differs"),
    ("eels", "The feast was put off for lack of money.", False, "negation_added"),
    ("stewards", "Alderman Teague opened the bidding.", False, "figure_swapped"),
]
CELLS = [
    ("Dorna's main port is Gijón.", True, ""),
    ("El puerto principal de Dorna es Vigo.", False, "cell_of_another"),
    ("Brisa is based in Vigo and handled goods worth 26.1 million euros.", True, ""),
    ("Brisa handled goods worth 26,068 euros.", False, "figure_missing"),
]


@pytest.mark.parametrize(("source", "text", "true", "reason"), CASES, ids=[case[1] for case in CASES])
def test_a_statement_and_what_its_source_binds_it_to(source, text, true, reason):
    quote = SOURCES[source]
    citation = Citation(1, 1, "f.txt", 1, quote, 0, len(quote), 1.0, False)
    answer = Answer("", "", "en", Route("documents", ""), "answered", f"{text} [1]", citations=(citation,), engine="x")
    (check,) = check_answer(answer, read_page=lambda document, number: Page(1, quote)).checks
    assert (check.verdict == "supported", "" if true else check.reason) == (true, reason)


@pytest.mark.parametrize(("text", "true", "reason"), CELLS, ids=[case[0] for case in CELLS])
def test_a_statement_and_the_cells_of_its_row(text, true, reason):
    columns = ("company", "main_port", "goods_thousand_eur")
    rows = (("Dorna", "Gijón", 18400), ("Brisa", "Vigo", 26068), ("Tresmar", "Vigo", 9310))
    data = SqlAnswer(text, "en", None, QueryResult(columns, ("VARCHAR", "VARCHAR", "BIGINT"), rows))
    answer = Answer("", "", "en", Route("data", ""), "answered", text, data=data, engine="x")
    check = check_answer(answer, read_page=lambda document, number: Page(1, "")).checks[0]
    assert (check.verdict == "supported", "" if true else check.reason) == (true, reason)
