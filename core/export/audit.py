"""Everything that stands behind one answer, as one self-contained HTML page and as JSON: the question as asked and as
understood, the route and why, passages with pictures of their pages, the statement and its rows, chart, checks, engine,
models, settings, time and cost of each stage.

It reads pages and pictures through functions that it is given. Nothing in the page loads or runs: every text is
escaped, pictures are data, and the policy forbids the rest.
"""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.export.audit_chart import draw_chart
from core.export.rows import rows_html
from core.i18n import format_number, translate
from core.records import Answer, Citation, ModelUse
from core.validation.check import explain

DrawPage = Callable[[Citation], bytes | None]
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2a2c;--soft:#5b6b6d;--paper:#fff;--line:#dfe5e3;--accent:#0f6b66;--bad:#a4442a}
@media(prefers-color-scheme:dark){:root{--ink:#e8eeed;--soft:#9db0ae;--paper:#12181a;--line:#2b3739;--accent:#5cc2b5;
--bad:#f0a088}}
body{font:16px/1.55 "Source Sans 3","Source Sans Pro",system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:54rem;
margin:2.5rem auto;padding:0 1.25rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1{font-size:1.45rem;line-height:1.3}h2{font-size:1.05rem;margin:2.2rem 0 .6rem}
.quiet{color:var(--soft);font-size:.9rem}.answer{white-space:pre-wrap}
details{margin:.4rem 0}details blockquote{margin:.4rem 0 .8rem;font-size:.9rem}
summary{cursor:pointer}figure{margin:1rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid var(--accent)}
blockquote{margin:0;white-space:pre-wrap}
img{max-width:100%;border:1px solid var(--line);margin-top:.6rem}svg{max-width:100%;height:auto}
.doubt{text-decoration:underline wavy var(--bad);text-underline-offset:.2em}
pre{overflow-x:auto;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem;font-size:.85rem;
white-space:pre-wrap}.rows{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}
th,td{border-bottom:1px solid var(--line);padding:.3rem .75rem;text-align:left;vertical-align:top}
.number{text-align:right}.verdict{white-space:nowrap}
"""
# On paper: always light, pages numbered, pictures and rows never cut in two, a table's head on each of its pages.
_PRINT = """
@page{size:A4;margin:18mm 16mm 20mm;@bottom-left{content:"Cotejo";font:9pt sans-serif;color:#5b6b6d}
@bottom-right{content:counter(page) " / " counter(pages);font:9pt sans-serif;color:#5b6b6d}}
@media print{
:root{color-scheme:light;--ink:#1d2a2c;--soft:#4d5c5e;--paper:#fff;--line:#cfd8d6;--accent:#0f6b66;--bad:#a4442a}
body{font-size:10.5pt;line-height:1.45;max-width:none;margin:0;padding:0;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
h1{font-size:16pt;margin-top:0}h2{font-size:12pt;margin:1.4em 0 .4em;break-after:avoid}
p,blockquote,li{orphans:3;widows:3}
figure,svg,tr,.verdict{break-inside:avoid}figure blockquote{break-after:avoid}
img{display:block;max-height:120mm;width:auto;margin:.5em 0 0}
thead{display:table-header-group}table{width:100%;font-size:9.5pt}th,td{padding:.2rem .5rem}
pre{font-size:8.5pt;overflow:visible}.rows{overflow:visible}
}
"""
_BOLD = re.compile(r"\*\*(?!\s)([^*<>]+)(?<!\s)\*\*")


@dataclass(frozen=True)
class Audit:
    """One answer and what it came from. `models` are names with their hashes, `settings` the values in force without
    any key; `pictures` are PNG pages by citation number."""

    answer: Answer
    asked_at: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[int, bytes] = field(default_factory=dict)


def make_audit(
    answer: Answer,
    draw_page: DrawPage,
    *,
    asked_at: str = "",
    models: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Audit:
    """Gather the pictures of the cited pages; `draw_page` gives a PNG, or None where a format has none."""
    drawn = {citation.n: draw_page(citation) for citation in answer.citations}
    pictures = {n: picture for n, picture in drawn.items() if picture}
    return Audit(answer, asked_at, dict(models or {}), dict(settings or {}), pictures)


def to_json(audit: Audit) -> str:
    """The pack as JSON, pictures as base64; infinite and missing numbers are null, dates text."""
    answer = audit.answer
    record = {
        "question": answer.question,
        "completed_question": answer.completed_question,
        "asked_at": audit.asked_at,
        "lang": answer.lang,
        "route": {"kind": answer.route.kind, "reason": answer.route.reason},
        "status": answer.status,
        "message": answer.message,
        "answer": answer.text,
        "confidence": answer.confidence,
        "agreement": answer.agreement,
        "checks": [{**dataclasses.asdict(c), "message": _reason(c, answer.lang)} for c in answer.checks],
        "citations": [_citation(audit, citation) for citation in answer.citations],
        "passages": [dataclasses.asdict(hit) for hit in answer.hits],
        "data": dataclasses.asdict(answer.data) if answer.data else None,
        "comparisons": [dataclasses.asdict(comparison) for comparison in answer.comparisons],
        "engine": answer.engine,
        "adapter": answer.adapter,
        "models": dict(audit.models),
        "uses": [dataclasses.asdict(use) for use in answer.uses],
        "settings": dict(audit.settings),
        "timings_ms": answer.timings_ms,
        "cost": _cost(answer),
    }
    return json.dumps(_finite(record), ensure_ascii=False, indent=1)


def _citation(audit: Audit, citation: Citation) -> dict[str, Any]:
    picture = audit.pictures.get(citation.n)
    shown = base64.b64encode(picture).decode("ascii") if picture else None
    return {**dataclasses.asdict(citation), "page_png": shown}


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def to_html(audit: Audit, lang: str) -> str:
    """The pack as one page in the interface's language `lang`; what others wrote stays in theirs."""
    answer = audit.answer
    title = html.escape(answer.question[:200])
    parts = [f"<h1>{title}</h1>", _head(audit, lang), _section("answer", _answer(answer), lang)]
    parts.append(_section("checks", _checks(answer, lang), lang))
    parts.append(_section("sources", "".join(_source(audit, c, lang) for c in answer.citations), lang))
    parts.append(_section("passages", _passages(answer, lang), lang))
    if answer.data is not None:
        parts.append(_section("rows", rows_html(answer.data, lang) + draw_chart(answer.data, lang), lang))
    parts.append(_section("engine", _table(_engine(audit, lang)), lang))
    parts.append(_section("times", _table(_times(answer, lang)), lang))
    parts.append(_section("settings", _table(_settings(audit, lang)), lang))
    body = "\n".join(filter(None, parts))
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title} · Cotejo</title>\n'
        f"<style>{_STYLE}{_PRINT}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _section(name: str, body: str, lang: str) -> str:
    return f"<section>\n<h2>{_say(f'audit_{name}', lang)}</h2>\n{body}\n</section>" if body else ""


def _say(key: str, lang: str, **params: Any) -> str:
    return html.escape(translate(f"export.{key}", lang, **params))


def _head(audit: Audit, lang: str) -> str:
    answer = audit.answer
    lines = []
    if answer.completed_question != answer.question:
        lines.append(_say("completed", lang, question=answer.completed_question))
    lines.append(_say("audit_route", lang, reason=answer.route.reason or answer.route.kind))
    if audit.asked_at:
        lines.append(_say("audit_asked", lang, when=audit.asked_at[:19].replace("T", " ")))
    return "".join(f'<p class="quiet">{line}</p>' for line in lines)


def _answer(answer: Answer) -> str:
    """The text as it is, bold where it says so, doubtful statements underlined; the message where there is none."""
    text, at, shown = answer.text, 0, []
    for check in sorted((c for c in answer.checks if c.end > c.start), key=lambda c: c.start):
        if check.verdict != "supported" and check.start >= at:
            reason = html.escape(_reason(check, answer.lang), quote=True)
            said = html.escape(text[check.start : check.end])
            shown += [html.escape(text[at : check.start]), f'<span class="doubt" title="{reason}">{said}</span>']
            at = check.end
    shown.append(html.escape(text[at:]))
    message = f'<p class="quiet">{html.escape(answer.message)}</p>' if answer.message else ""
    told = _BOLD.sub(r"<b>\1</b>", "".join(shown))
    return f'<p class="answer">{told}</p>{message}'


def _reason(check: Any, lang: str) -> str:
    """A check's reason in words; the key itself for one that an older version wrote."""
    try:
        return explain(check, lang)
    except KeyError:
        return check.reason


def _checks(answer: Answer, lang: str) -> str:
    rows = []
    for check in answer.checks:
        verdict = html.escape(translate(f"chat_page.verdict_{check.verdict}", lang))
        claim, reason = html.escape(check.claim), html.escape(_reason(check, lang))
        rows.append(f"<tr><td class='verdict'>{verdict}</td><td>{claim}</td><td>{reason}</td></tr>")
    return f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else ""


def _source(audit: Audit, citation: Citation, lang: str) -> str:
    key = "source" if citation.verified else "source_unverified"
    where = html.escape(f"[{citation.n}] ") + _say(key, lang, file=citation.file, page=citation.page)
    picture = audit.pictures.get(citation.n)
    image = ""
    if picture:
        data = base64.b64encode(picture).decode("ascii")
        image = f'<img alt="{_say("audit_page", lang, page=citation.page)}" src="data:image/png;base64,{data}">'
    quote = f"<blockquote>{html.escape(citation.quote)}</blockquote>"
    return f"<figure>{quote}<figcaption class='quiet'>{where}</figcaption>{image}</figure>"


def _passages(answer: Answer, lang: str) -> str:
    """What the search found, best first, as far as no citation quotes it: folded, for who wants to know."""
    quoted = {(citation.document_id, citation.page) for citation in answer.citations}
    found = [hit for hit in answer.hits if (hit.document_id, hit.page) not in quoted]
    told = [
        f"<details><summary>{_say('audit_passage', lang, file=hit.file, page=hit.page)}</summary>"
        f"<blockquote>{html.escape(hit.piece)}</blockquote></details>"
        for hit in found
    ]
    return "".join(told)


def _settings(audit: Audit, lang: str) -> list[tuple[str, str]]:
    """Each by its name in words; empty ones are at their defaults and say nothing."""
    return [(_label(name, lang), str(value)) for name, value in audit.settings.items() if value != ""]


def _label(name: str, lang: str) -> str:
    """A setting in words; a name that is none as it is."""
    try:
        return translate(f"settings.{name}", lang)
    except KeyError:
        return name


def _engine(audit: Audit, lang: str) -> list[tuple[str, str]]:
    answer = audit.answer
    rows = [(translate("export.audit_engine_name", lang), answer.engine)]
    rows += [(translate("export.audit_adapter", lang), answer.adapter)] if answer.adapter else []
    rows += [(_label(name, lang), told) for name, told in audit.models.items()]
    return rows + [(use.model, _use(use, lang)) for use in answer.uses]


def _use(use: ModelUse, lang: str) -> str:
    """What one call of a model took: tokens, time, money where a price is set."""
    told = [translate("export.audit_tokens", lang, read=use.prompt_tokens, written=use.answer_tokens)]
    told += [f"{format_number(round(use.total_ms), lang)} ms"] if use.total_ms else []
    return " · ".join(told + ([f"{use.cost:.4f}"] if use.cost is not None else []))


def _times(answer: Answer, lang: str) -> list[tuple[str, str]]:
    stages = sorted(answer.timings_ms, key=lambda step: step == "total")
    rows = [(_stage(step, lang), f"{format_number(round(answer.timings_ms[step], 1), lang)} ms") for step in stages]
    cost = _cost(answer)
    return rows + ([(translate("export.audit_cost", lang), f"{cost:.4f}")] if cost is not None else [])


def _stage(step: str, lang: str) -> str:
    try:
        return translate(f"chat_page.time_{step}", lang)
    except KeyError:
        return step


def _cost(answer: Answer) -> float | None:
    """What the models of this answer cost together; None where no price is set."""
    known = [use.cost for use in answer.uses if use.cost is not None]
    return sum(known) if known else None


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in rows)
    return f"<table><tbody>{cells}</tbody></table>" if rows else ""
