"""An exported conversation carries its evidence and nothing that runs or loads."""

from html.parser import HTMLParser

from core.export.conversation import to_html, to_markdown
from core.records import Answer, Check, Citation, Route
from core.state.chats import Conversation, Turn

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/p.png) [y](javascript:alert(1)) $5 <img src=x onerror=y>"
QUOTE = "Net sales were €4.2m,\nup 8%."


def conversation(question="What were net sales?", quote=QUOTE, text=None, status="answered"):
    citation = Citation(1, 7, "report <2025>.pdf", 3, quote, 10, 10 + len(quote), 0.9, True, key=(25, 30))
    answer = Answer(
        question=question,
        completed_question=question,
        lang="en",
        route=Route("documents", ""),
        status=status,
        text=text or f"**€4.2m** — “{' '.join(quote.split())}” [1]",
        message="Not in your documents." if status == "not_found" else "",
        citations=(citation,) if status == "answered" else (),
        checks=(Check("c", "supported", ""),),
    )
    turns = [
        Turn(5, 1, question, "done", answer, "2026-11-23T10:00:00.000+00:00"),
        Turn(6, 1, "And now?", "interrupted", None, ""),
    ]
    return Conversation(1, question, "2026-11-23T10:00:00.000+00:00", "", 2), turns


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_html_links_each_mark_to_its_quote_with_file_and_page():
    page = to_html(*conversation(), "en")
    tags = Tags(page).found
    assert ("a", {"href": "#t5c1"}) in tags
    assert ("figure", {"id": "t5c1"}) in tags
    assert "<mark>€4.2m</mark>" in page
    assert "report &lt;2025&gt;.pdf, page 3" in page
    assert "1 of 1 statement verified" in page
    assert "This question was not answered." in page


def test_html_runs_and_loads_nothing_whatever_a_document_says():
    page = to_html(*conversation(HOSTILE, HOSTILE + " " * 40, f"**{HOSTILE}** “{HOSTILE}” [1] [9]"), "en")
    tags = Tags(page).found
    assert not {"script", "img", "iframe", "link", "object"} & {tag for tag, _ in tags}
    assert all(name in ("href", "id", "class", "lang") or tag == "meta" for tag, found in tags for name in found)
    assert {found["href"] for tag, found in tags if tag == "a"} == {"#t5c1"}
    assert "[9]" in page


def test_markdown_quotes_with_file_and_page_and_escapes_the_rest():
    text = to_markdown(*conversation(), "es")
    assert "> Net sales were €4.2m,\n> up 8%." in text
    assert "página 3" in text
    hostile = to_markdown(*conversation(HOSTILE, HOSTILE, f"**{HOSTILE}** “{HOSTILE}” [1]"), "es")
    assert "![" not in hostile.replace("\\!\\[", "")
    assert "](" not in hostile.replace("\\](", "")
    assert "<" not in hostile.replace("\\<", "")


def test_a_declined_question_is_exported_as_such():
    declined = conversation(status="not_found")
    assert '<p class="none">Not in your documents.</p>' in to_html(*declined, "en")
    assert "> Not in your documents." in to_markdown(*declined, "en")
