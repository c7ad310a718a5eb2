"""Lists that documents hold as lists, found on a page and given as the answer to a question that asks for them."""

from core.chat.lists import ItemList, find_lists, group_items
from core.records import Heading, Page

BULLETS = (
    "# Safety on board\nBefore you sail:\n"
    + "• Check the life jackets.\n• Tell the harbour where you go.\n\nEnjoy the trip."
)


def read(text):
    """A page whose lines that begin with '# ' are headings."""
    at, headings = 0, []
    for line in text.split("\n"):
        if line.startswith("# "):
            headings.append(Heading(at, at + len(line), 1, line[2:]))
        at += len(line) + 1
    return Page(1, text, headings=tuple(headings))


def items(one):
    return [one.page.text[slice(*item)] for item in one.items]


def test_bullets_with_what_announces_them():
    found = find_lists(read(BULLETS))
    assert items(found[0]) == ["Check the life jackets.", "Tell the harbour where you go."]
    assert found[0].head == "Safety on board Before you sail:"


def test_a_line_without_a_mark_goes_on_with_its_item():
    found = find_lists(read("Needed:\n1. a form that is\nsigned twice\n2. a stamp\n\nThat is all."))
    assert items(found[0]) == ["a form that is\nsigned twice", "a stamp"]


def test_one_bullet_is_no_list():
    assert find_lists(read("Needed:\n- a form\n\nThat is all.")) == []


def test_short_paragraphs_under_a_heading():
    found = find_lists(read("# Duties of the keeper\n\nLight the lamp.\n\nWrite the log.\n\n# Pay\n\nMonthly."))
    assert [(one.head, items(one)) for one in found] == [
        ("Duties of the keeper", ["Light the lamp.", "Write the log."])
    ]


def test_groups_fit_a_quote_each():
    page = Page(1, "x" * 1000)
    groups = group_items(ItemList(page, "", ((0, 200), (201, 340), (341, 500)), 0), 8)
    assert groups == [(0, [(0, 200), (201, 340)]), (341, [(341, 500)])]


def test_a_question_for_a_list_is_answered_by_its_items(empty):
    empty.add("boat.md", "en", [read(BULLETS), Page(2, "The boat was built in Vigo. It carries nine people.")])
    found = empty.ask("What are the safety rules on board before you sail?", "en")
    assert found.status == "answered"
    assert found.text.count("\n- ") == 1
    assert "life jackets" in found.citations[0].quote
    assert "harbour" in found.citations[0].quote
