"""What the app adds to a language model's own time to first token: headless, and on the page in a browser.

The model is `scripted_server`, a process of its own that answers over HTTP after a fixed time; a bare client measures
that time, which is taken off what a user waits from asking until the first word stands there. It judges no answers.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from core import settings as settings_table
from core.assistant import Assistant
from core.evaluation.paint import open_browser, serve_app
from core.evaluation.scripted_server import MODEL
from core.settings import Settings

_BARE_CALLS = 20
_WARM_UP = 3
_ANSWER_MS = 120_000
_REST_MS = 300
_IDLE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_BOX = "[data-testid=stChatInputTextArea]"
_WATCH = """() => {
  const newest = name => Math.max(0, ...[...document.querySelectorAll(`[class*='st-key-${name}-']`)].map(
    found => Number(found.className.match(new RegExp(`st-key-${name}-([0-9]+)`))?.[1] ?? 0)));
  window.lastReply = 0;
  window.seen = {};
  document.addEventListener('keydown', key => {
    if (key.key === 'Enter') window.seen = {before: newest('question'), asked: performance.now()};
  }, true);
  const note = name => { window.seen[name] ??= performance.now() - window.seen.asked; };
  new MutationObserver(() => {
    if (newest('question') > window.seen.before) note('question');
    if (newest('opinion') > window.seen.before) note('answer');
    for (const found of document.body.textContent.matchAll(/Reply([0-9]+)/g)) {
      if (Number(found[1]) > window.lastReply) { window.lastReply = Number(found[1]); note('word'); }
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@contextmanager
def scripted_model(delay_ms: float, pause_ms: float = 100.0, alike: bool = False) -> Iterator[str]:
    """The address of a scripted server that runs meanwhile."""
    options = ["--delay-ms", str(delay_ms), "--pause-ms", str(pause_ms), *(["--alike"] if alike else [])]
    command = [sys.executable, "-m", "core.evaluation.scripted_server", *options]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.stdin.close()
        server.wait(timeout=10)


def with_model(settings: Settings, url: str) -> Settings:
    """The settings with the scripted model in place of their engine."""
    return settings.replace(engine="openai", chat_model=MODEL, endpoint_url=url)


def own_ms(url: str, calls: int = _BARE_CALLS) -> list[float]:
    """Milliseconds until the model's first word, of a bare client that keeps its connection."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    body = json.dumps({"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "first?"}]})
    found = []
    for _ in range(calls):
        started = time.perf_counter()
        connection.request("POST", f"{parts.path}/chat/completions", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        while b"Reply" not in reply.readline():
            pass
        found.append(1000 * (time.perf_counter() - started))
        reply.read()
    connection.close()
    return found


def headless_ms(assistant: Assistant, questions: Sequence[str]) -> list[float]:
    """Milliseconds until the first word of each answer that the model wrote, asked one after another."""
    found = [_first_word(assistant, question) for question in (*questions[:_WARM_UP], *questions)]
    return [ms for ms in found[_WARM_UP:] if ms is not None]


def _first_word(assistant: Assistant, question: str) -> float | None:
    started, first = time.perf_counter(), None
    for event in assistant.ask(question):
        if first is None and event.kind == "token" and event.text:
            first = 1000 * (time.perf_counter() - started)
        if event.answer is not None:
            return first if event.answer.uses else None
    return None


def page_ms(settings: Settings, questions: Sequence[str]) -> list[dict[str, float]]:
    """What a browser shows in one conversation, in milliseconds after the key that sends each question: the `question`
    in its place, the `word` that opens a model's answer (absent where the answer is none of its), the whole `answer`.
    Raises `bench.no_browser`."""
    settings_table.save(settings)
    with open_browser() as browser, serve_app(settings.workspace) as address:
        page = browser.new_context(locale="en-US").new_page()
        page.set_default_timeout(_ANSWER_MS)
        page.goto(address)
        page.wait_for_selector(_BOX)
        page.wait_for_function(_IDLE)
        page.evaluate(_WATCH)
        return [_seen(page, question) for question in (*questions[:_WARM_UP], *questions)][_WARM_UP:]


def _seen(page, question: str) -> dict[str, float]:
    page.fill(_BOX, question)
    page.keyboard.press("Enter")
    page.wait_for_function(f"window.seen.answer !== undefined && {_IDLE}")
    page.wait_for_timeout(_REST_MS)  # a page may draw itself once more after the answer
    page.wait_for_function(_IDLE)
    return page.evaluate("window.seen")


def spread(found: Sequence[dict[str, float]], name: str) -> dict:
    """Of one thing that `page_ms` saw: median and 95th percentile, in milliseconds."""
    return _spread(f"{name}_ms", [seen[name] for seen in found if name in seen])


def summarize(waited: Sequence[float], own: float) -> dict:
    """What was added to `own`, in milliseconds."""
    return {"questions": len(waited), **_spread("added", [ms - own for ms in waited])}


def _spread(name: str, values: Sequence[float]) -> dict:
    last = statistics.quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]
    return {f"{name}_p50": round(statistics.median(values), 1), f"{name}_p95": round(last, 1)}
