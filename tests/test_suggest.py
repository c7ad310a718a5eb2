"""Example questions: from the sample's list, or from headings, and only those that get an answer."""

from types import SimpleNamespace

from core import samples, suggest
from core.records import Answer, Catalog, Document, Event, Route, Table

HEADINGS = [
    ("1. Scope of the agreement", "Scope of the agreement"),
    ("Report > 3.2 Market risks and outlook", "Market risks and outlook"),
    ("IV. GASTOS DE PERSONAL", "Gastos de personal"),
    ("Annex", None),
    ("12.4 | 33 % | 18", None),
    ("A very long heading that goes on and on and on until nobody would ask about it any more", None),
]


def document(n, name):
    return Document(n, f"{n:064}", name, "text/plain", name, "en", 10, 1, 3, "complete")


def test_headings_become_topics_or_are_left_out():
    for heading, topic in HEADINGS:
        assert suggest.topics_of([heading]) == ([topic] if topic else [])


class Scripted:
    """An assistant that answers what its list says, over no tables but those whose questions are given."""

    def __init__(self, *answered, tables=(), sources=()):
        self.answered = answered
        self.tables = SimpleNamespace(
            examples=lambda lang: list(tables),
            catalog=lambda: Catalog(tuple(Table(name, (), 1, "", source=name) for name in sources)),
        )

    def ask(self, question, lang):
        status = "answered" if any(word in question for word in self.answered) else "not_found"
        yield Event("done", answer=Answer(question, question, lang, Route("documents", ""), status, ""))


def test_only_answered_questions_are_offered(monkeypatch):
    monkeypatch.setattr(suggest.stored, "list_headings", lambda db, n: ["Leave policy", "Travel costs", "Home office"])
    held = [document(1, "policy.md")]
    found = suggest.questions(None, Scripted("Travel", "Home"), held, "en")
    assert found == ["What is said about “Travel costs”?", "What is said about “Home office”?"]
    assert suggest.questions(None, Scripted(), held, "es") == []
    assert suggest.questions(None, Scripted("x"), [], "es") == []


def test_documents_and_tables_take_turns_and_a_file_of_tables_is_no_document(monkeypatch):
    monkeypatch.setattr(suggest.stored, "list_headings", lambda db, n: ["Leave policy"])
    asked = Scripted("Leave", "Total", "sales.csv", tables=["Total fee by plan"], sources=["sales.csv"])
    found = suggest.questions(None, asked, [document(1, "sales.csv"), document(2, "policy.md")], "en")
    assert found == ["Total fee by plan", "What is said about “Leave policy”?"]


def test_featured_questions_need_their_document():
    every = [document(n, path.name) for n, path in enumerate(samples.files())]
    for lang in ("en", "es"):
        assert len(samples.featured(every, lang)) >= 3
    assert samples.featured([document(1, "mine.pdf")], "en") == []
