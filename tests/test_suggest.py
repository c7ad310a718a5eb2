"""Example questions: from the sample's list, or from headings, and only those that get an answer."""

from core import samples, suggest
from core.records import Answer, Document, Event, Route

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
    """An assistant that answers what its list says."""

    def __init__(self, *answered):
        self.answered = answered

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


def test_featured_questions_need_their_document():
    every = [document(n, path.name) for n, path in enumerate(samples.files())]
    for lang in ("en", "es"):
        assert len(samples.featured(every, lang)) >= 3
    assert samples.featured([document(1, "mine.pdf")], "en") == []
