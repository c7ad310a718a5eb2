"""The audit pack: everything that is behind an answer, in one page that loads nothing and in one JSON."""

import dataclasses
import json
import re
from html.parser import HTMLParser

from core.export.audit import make_audit, to_html, to_json
from core.export.audit_chart import draw_chart
from core.records import (
    Answer,
    ChartSpec,
    Check,
    CheckedSql,
    Citation,
    ModelUse,
    QueryResult,
    Route,
    SqlAnswer,
)

PNG = b"\x89PNG not really"
HOSTILE = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)> [a](javascript:alert(1))'


def hostile_answer():
    citation = Citation(1, 7, HOSTILE, 2, HOSTILE, 0, len(HOSTILE), 1.0, True)
    result = QueryResult((HOSTILE, "n"), ("VARCHAR", "DOUBLE"), ((HOSTILE, 3.0), ("b", float("inf")), ("c", 5.0)))
    chart = ChartSpec("bar", HOSTILE, ("n",), title=HOSTILE)
    data = SqlAnswer(HOSTILE, "en", CheckedSql(HOSTILE, ()), result, chart)
    check = Check(HOSTILE, "partly", "figure_missing", 0, len(HOSTILE), (1,), {"what": HOSTILE})
    return Answer(
        HOSTILE,
        HOSTILE + "?",
        "en",
        Route("both", HOSTILE),
        "answered",
        HOSTILE,
        message=HOSTILE,
        citations=(citation,),
        data=data,
        checks=(check,),
        engine=HOSTILE,
        adapter=HOSTILE,
        timings_ms={"total": 12.5},
        uses=(ModelUse(HOSTILE, None, 10, 5, cost=0.25),),
    )


def pack():
    settings = {"engine": "builtin", "odd": HOSTILE}
    return make_audit(
        hostile_answer(), lambda c: PNG, asked_at="2026-01-02T03:04:05", models={"m": "sha"}, settings=settings
    )


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_hostile_text_is_only_text():
    for lang in ("en", "es"):
        tags = Tags()
        tags.feed(to_html(pack(), lang))
        names = {tag for tag, _ in tags.found}
        assert not names & {"script", "iframe", "object", "embed", "link", "form", "base", "a"}
        assert not [a for _, attributes in tags.found for a in attributes if a.startswith("on")]
        sources = [attributes["src"] for _, attributes in tags.found if "src" in attributes]
        assert sources
        assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_the_policy_forbids_everything_but_styles_and_pictures_in_the_page():
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', to_html(pack(), "en"))[1]
    assert policy.startswith("default-src 'none'")
    assert "img-src data:" in policy
    assert "script" not in policy


def test_the_page_holds_what_is_behind_the_answer():
    page = to_html(pack(), "en")
    for part in ("<svg", 'class="doubt"', "12.5 ms", "0.2500", "sha", "Settings in force", "Partly supported"):
        assert part in page


def test_the_json_is_json_and_holds_the_page_picture():
    record = json.loads(to_json(pack()))
    assert record["citations"][0]["page_png"]
    assert record["data"]["result"]["rows"][1][1] is None
    assert record["checks"][0]["message"].startswith("“")
    assert (record["cost"], record["settings"]["engine"]) == (0.25, "builtin")


def test_on_paper_it_is_light_numbered_and_nothing_is_cut():
    page = to_html(pack(), "en")
    style = page.split("<style>")[1].split("</style>")[0]
    printed = style.split("@media print")[1]
    assert "counter(page)" in style
    for rule in ("color-scheme:light", "break-inside:avoid", "table-header-group", "max-height"):
        assert rule in printed


def test_bold_is_bold_and_hostile_stars_stay_text():
    answer = dataclasses.replace(hostile_answer(), text="**Tables.** 5 ** <b> **<script>**", checks=())
    page = to_html(make_audit(answer, lambda c: None), "en")
    assert "<b>Tables.</b> 5 ** &lt;b&gt;" in page
    assert "<script" not in page


def drawn_with(names):
    result = QueryResult(("name", "n"), ("VARCHAR", "DOUBLE"), tuple((name, 1.0 + n) for n, name in enumerate(names)))
    return draw_chart(SqlAnswer("q", "en", None, result, ChartSpec("bar", "name", ("n",))), "en")


def test_long_names_below_a_chart_are_turned_and_all_there():
    assert drawn_with([f"Category with a long name {n}" for n in range(12)]).count("rotate(") == 12
    assert "rotate(" not in drawn_with(["a", "b"])
