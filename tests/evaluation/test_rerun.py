"""A case set timed again after each prompt: only what used it is asked, by the very runs of the app."""

import http.client
import json
from urllib.parse import urlsplit

from core import settings
from core.evaluation import first_token, rerun
from core.workspace import open_workspace


def test_the_same_messages_get_the_same_answer_and_others_another():
    def said(url, *texts):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port)
        body = {"stream": True, "messages": [{"role": "user", "content": text} for text in texts]}
        connection.request("POST", f"{parts.path}/chat/completions", json.dumps(body))
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        found = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
        return "".join(one["choices"][0]["delta"].get("content", "") for one in found)

    with first_token.scripted_model(0, 0, alike=True) as url:
        first, again, other = said(url, "rules", "why?"), said(url, "rules", "why?"), said(url, "other rules", "why?")
    assert first == again != other
    assert first.startswith("Reply stands") and first.endswith(" [1].") and not any(c.isdigit() for c in first[:-5])


def test_each_prompt_asks_only_its_own_cases(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("The kettle costs 30 euros. It was bought in May.", encoding="utf-8")
    monkeypatch.setattr(rerun.samples, "questions", lambda: [
        {"id": "en", "question": "How much does the kettle cost?", "lang": "en"},
        {"id": "es", "question": "How much does the kettle cost?", "lang": "es"},
        {"id": "no", "question": "Who was the king of Denmark?", "lang": "en", "kind": "unanswerable"},
    ])  # fmt: skip
    with first_token.scripted_model(0, 0, alike=True) as url:
        workspace = open_workspace(first_token.with_model(settings.load(tmp_path / "workspace"), url))
        try:
            workspace.library.ingest(workspace.library.add_path(tmp_path / "a.txt"))
            told = rerun.measure(workspace, 3, fresh=8)
        finally:
            workspace.close()
    assert told["cases"] == told["first"]["asked"] == 3 and told["nothing_changed"]["asked"] == 0
    assert told["prompt_documents_en"]["asked"] >= 1 and told["prompt_documents_es"]["asked"] == 1
    assert told["same_as_fresh"] == "3 of 3" and told["first"]["model_seconds"] > 0
    assert told["prompt_sql_en"]["asked"] == told["prompt_sql_es"]["asked"] == 0
