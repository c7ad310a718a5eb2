"""A conversation as Markdown or as one self-contained HTML page: questions, answers, and behind each statement its
quote, file and page, or the statement and its rows.

Everything that came from a document or a person is escaped, so that an exported page runs and loads nothing. It adds
no page pictures.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from core.export.rows import rows_html, rows_md
from core.i18n import plural, translate
from core.records import Answer, Citation
from core.state.chats import Conversation, Turn

_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_MARK = re.compile(r"\[(\d{1,2})\]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+!|~$&-])")
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2a2c;--soft:#5b6b6d;--paper:#fff;--line:#dfe5e3;--accent:#0f6b66}
@media(prefers-color-scheme:dark){:root{--ink:#e8eeed;--soft:#9db0ae;--paper:#12181a;--line:#2b3739;--accent:#5cc2b5}}
body{font:17px/1.6 "Source Sans 3","Source Sans Pro",system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:44rem;margin:3rem auto;padding:0 1.25rem;font-variant-numeric:tabular-nums}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.1rem;margin:2.5rem 0 .5rem}
header p,.quiet,figcaption{color:var(--soft);font-size:.9rem}
.none{border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
figure{margin:.75rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid var(--accent)}
blockquote{margin:0}mark{background:#ffe58a;color:#1d2a2c}a{color:var(--accent)}sup a{text-decoration:none}
pre{overflow-x:auto;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem;
font-size:.85rem;white-space:pre-wrap}
.rows{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}th,td{border-bottom:1px solid var(--line);
padding:.3rem .75rem;text-align:left}.number{text-align:right}
"""


def to_markdown(conversation: Conversation, turns: Sequence[Turn], lang: str) -> str:
    """The conversation as Markdown in the interface's language `lang`; answers keep theirs."""
    lines = [f"# {_md(conversation.title)}", "", _md(_head(conversation, turns, lang)), ""]
    for turn in turns:
        lines += [f"## {_md(turn.question)}", ""]
        answer = turn.answer
        if answer is None:
            lines += [_md(translate("export.unanswered", lang)), ""]
            continue
        if answer.completed_question != answer.question:
            lines += [f"*{_md(translate('export.completed', lang, question=answer.completed_question))}*", ""]
        lines += [_answer_md(answer), ""]
        lines += rows_md(answer.data, lang) if answer.data else []
        for citation in answer.citations:
            quote = "\n".join(f"> {_md(line)}" for line in citation.quote.split("\n") if line.strip())
            lines += [quote, f"> — \\[{citation.n}\\] {_md(_source(citation, lang))}", ""]
        lines += [_md(_quiet(answer, lang)), ""] if answer.citations else []
    return "\n".join(lines).rstrip() + "\n"


def to_html(conversation: Conversation, turns: Sequence[Turn], lang: str) -> str:
    """The conversation as one HTML page that needs no other file, in the interface's language `lang`."""
    title = html.escape(conversation.title)
    body = "\n".join(_turn_html(turn, lang) for turn in turns)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = html.escape(_head(conversation, turns, lang))
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title} · Cotejo</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
        f"<p>{head}</p>\n</header>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _turn_html(turn: Turn, lang: str) -> str:
    answer = turn.answer
    parts = [f"<section>\n<h2>{html.escape(turn.question)}</h2>"]
    if answer is None:
        parts.append(f'<p class="quiet">{html.escape(translate("export.unanswered", lang))}</p>')
    else:
        if answer.completed_question != answer.question:
            completed = translate("export.completed", lang, question=answer.completed_question)
            parts.append(f'<p class="quiet">{html.escape(completed)}</p>')
        parts.append(_answer_html(turn.id, answer))
        parts += [rows_html(answer.data, lang)] if answer.data else []
        parts += [_citation_html(turn.id, citation, lang) for citation in answer.citations]
        if answer.citations:
            parts.append(f'<p class="quiet">{html.escape(_quiet(answer, lang))}</p>')
    return "\n".join([*parts, "</section>"])


def _answer_html(turn_id: int, answer: Answer) -> str:
    if answer.status != "answered":
        return f'<p class="none">{html.escape(answer.message)}</p>'
    numbers = {citation.n for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        n = int(match[1])
        return f'<sup><a href="#t{turn_id}c{n}">[{n}]</a></sup>' if n in numbers else match[0]

    blocks = []
    for block in re.split(r"\n\s*\n", answer.text.strip()):
        shown = _MARK.sub(link, _BOLD.sub(r"<strong>\1</strong>", html.escape(block, quote=False)))
        lines = shown.split("\n")
        if all(line.startswith("- ") for line in lines):
            blocks.append("<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>")
        else:
            blocks.append("<p>" + "<br>".join(lines) + "</p>")
    return "\n".join(blocks)


def _citation_html(turn_id: int, citation: Citation, lang: str) -> str:
    quote = citation.quote
    if citation.key:
        start, end = (edge - citation.start for edge in citation.key)
        before, key, after = (html.escape(part) for part in (quote[:start], quote[start:end], quote[end:]))
        shown = f"{before}<mark>{key}</mark>{after}"
    else:
        shown = html.escape(quote)
    source = html.escape(f"[{citation.n}] {_source(citation, lang)}")
    caption = f"<figcaption>{source}</figcaption>"
    return f'<figure id="t{turn_id}c{citation.n}"><blockquote>{shown}</blockquote>{caption}</figure>'


def _answer_md(answer: Answer) -> str:
    """The answer's own lists, bold and marks stay; everything else in it is escaped."""
    if answer.status != "answered":
        return f"> {_md(answer.message)}"
    lines = []
    for line in answer.text.split("\n"):
        bullet, rest = ("- ", line[2:]) if line.startswith("- ") else ("", line)
        pieces = [f"**{_md(part)}**" if n % 2 else _md(part) for n, part in enumerate(_BOLD.split(rest))]
        lines.append(bullet + "".join(pieces))
    return "\n".join(lines)


def _head(conversation: Conversation, turns: Sequence[Turn], lang: str) -> str:
    questions = plural("export.questions", len(turns), lang)
    return translate("export.head", lang, date=conversation.created_at[:10], questions=questions)


def _source(citation: Citation, lang: str) -> str:
    key = "export.source" if citation.verified else "export.source_unverified"
    return translate(key, lang, file=citation.file, page=citation.page)


def _quiet(answer: Answer, lang: str) -> str:
    supported = sum(check.verdict == "supported" for check in answer.checks)
    return plural("export.verified", len(answer.checks), lang, supported=supported)


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
