"""Who did what to whom, and which way it went without a figure: turned about, a statement is caught."""

import pytest

from core.records import Answer, Citation, Page, Route
from core.validation.check import check_answer

SOURCES = {
    "replaced": "Ana Ruiz replaced Jonas Berg as head of audit.",
    "landlord": "The Landlord shall repair the roof; the Tenant shall paint the walls.",
    "consent": "The Tenant shall not sublet the premises without the Landlord's consent.",
    "costs": "Storage costs were EUR 8.9 million in 2024 and EUR 9.4 million in 2025.",
    "parts": "Sales of tea grew 11% and sales of coffee shrank 6%.",
    "segments": "Harbour earned $151.3 million and Airport earned $97.3 million. The total was $248.6 million.",
    "term": "The agreement was signed on 14 January 2025 and lasts three years.",
    "quarry": "Oxley Stone Ltd (the Seller) and Tamsin Brick plc (the Buyer) agree: the Buyer shall collect 80 loads.",
    "moth": "Gardeners name slugs as the main pest, ahead of moths; mildew came third.",
    "valve": "El técnico cambió una única válvula; las otras tres estaban bien.",
    "weir": "The weir lowered the flow from 60 to 41 litres per second.",
    "apprentice": "Apprentices work two nights a week. The limit for foremen is four nights a week.",
    "toll": "Asistieron 36 de los 90 barqueros, que reúnen el 64 % de las barcas.",
    "fence": "The fence along the canal was discussed. Two members disliked the cost, and the motion was rejected.",
    "grant": "A bid for £9,000 to repair the bell was turned down.",
    "sand": "El precio es de 12 euros por tonelada de arena.",
    "rate": "Late payments carry interest of 8% per year.",
}
CASES = [
    ("replaced", "Ana Ruiz replaced Jonas Berg.", True),
    ("replaced", "Jonas Berg replaced Ana Ruiz.", False),
    ("landlord", "Roof repairs fall on the landlord.", True),
    ("landlord", "Repairing the roof is the tenant's duty.", False),
    ("consent", "Subletting the premises requires the landlord's consent.", True),
    ("consent", "The tenant may sublet the premises without the landlord's consent.", False),
    ("costs", "Storage costs went up between 2024 and 2025.", True),
    ("costs", "Storage costs went down between 2024 and 2025.", False),
    ("parts", "Tea sales grew by 11% while coffee sales shrank 6%.", True),
    ("parts", "Coffee sales grew by 11% while tea sales shrank 6%.", False),
    ("segments", "Harbour brought in 61% of the total.", True),
    ("segments", "Airport brought in 61% of the total.", False),
    ("term", "The agreement runs until January 2028.", True),
    ("term", "The agreement runs until January 2029.", False),
    ("quarry", "Tamsin Brick has to collect 80 loads.", True),
    ("quarry", "Oxley Stone has to collect 80 loads.", False),
    ("moth", "Slugs are the pest that gardeners name most.", True),
    ("moth", "Moths are the main pest for gardeners.", False),
    ("valve", "El técnico cambió dos válvulas.", False),
    ("weir", "The weir cut the flow by almost a third.", True),
    ("weir", "The weir cut the flow by half.", False),
    ("apprentice", "Foremen may work twice as many nights a week as apprentices.", True),
    ("apprentice", "Apprentices work twice as many nights a week as foremen.", False),
    ("toll", "Asistieron menos de la mitad de los barqueros.", True),
    ("toll", "Asistió más de la mitad de los barqueros.", False),
    ("fence", "The fence along the canal was approved.", False),
    ("grant", "The parish won £9,000 to repair the bell.", False),
    ("sand", "La arena cuesta 12 euros la tonelada.", True),
    ("sand", "La arena cuesta 12 euros por kilo.", False),
    ("rate", "Interest on late payments is 8% a year.", True),
    ("rate", "Interest on late payments is 8% a month.", False),
]


@pytest.mark.parametrize(("source", "text", "true"), CASES, ids=[case[1] for case in CASES])
def test_a_statement_and_its_source(source, text, true):
    quote = SOURCES[source]
    page = Page(1, f"Notes\n\n{quote}")
    start = page.text.index(quote)
    citation = Citation(1, 1, "notes.pdf", 1, quote, start, start + len(quote), 1.0, False)
    said = f"{text[:-1]} [1]."
    answer = Answer("", "", "en", Route("documents", ""), "answered", said, citations=(citation,), engine="openai")
    checks = check_answer(answer, read_page=lambda document, number: page).checks
    assert all(check.verdict == "supported" for check in checks) == true
