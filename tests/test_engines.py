"""A whole turn with a language model at a real endpoint: documents, tables, a death in mid-answer, an endpoint gone,
a stop; and what the built-in engine does then."""

import dataclasses
import json
import re
import time

import pytest

from core import settings
from core.assistant import last_answer
from core.state import chats, jobs
from core.turns import start_turn
from core.workspace import open_workspace
from tests.model_peer import Peer, dies_after, refuses, says, stalls

NOTE = "Northwind report\n\nThe net revenue of Northwind was 12.4 million euros in 2024. The staff grew to 57 people.\n"
SALES = "product,units\nApple,3\nPear,5\nPlum,9\n"
QUESTION = "What was the net revenue of Northwind in 2024?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("engines") / "workspace"
    workspace = open_workspace(settings.load(place))
    workspace.library.add_upload("report.txt", NOTE.encode())
    workspace.library.add_upload("sales.csv", SALES.encode())
    while (job := jobs.claim(workspace.db, "test", ("ingest",))) is not None:
        workspace.library.ingest(job.payload["file_id"])
        jobs.finish(workspace.db, job.id)
    workspace.close()
    return place


@pytest.fixture
def opened(folder):
    held = []

    def start(*queue, **changes):
        peer = Peer(*queue)
        values = {"engine": "openai", "chat_model": "tiny", "endpoint_url": peer.url, "model_timeout_s": 30, **changes}
        held.append((open_workspace(settings.load(folder).replace(**values)), peer))
        return held[-1]

    yield start
    for workspace, peer in held:
        workspace.close()
        peer.close()


def ask(workspace, question, history=(), **scope):
    events = list(workspace.assistant.ask(question, history, **scope))
    streamed = "".join(event.text for event in events if event.kind == "token")
    return last_answer(iter(events)), streamed


def test_documents_are_answered_in_the_models_words_with_verbatim_quotes(opened):
    workspace, peer = opened(says("Net revenue was ", "12.4 million euros", " [1]."))
    answer, streamed = ask(workspace, QUESTION)
    assert (answer.status, answer.engine, answer.route.kind) == ("answered", "openai", "documents")
    assert answer.text == streamed == "Net revenue was 12.4 million euros [1]."
    assert answer.citations[0].quote in NOTE
    assert answer.citations[0].verified
    assert answer.uses[0].model == "tiny"
    assert NOTE.split("\n\n")[1].strip() in json.dumps(peer.bodies, ensure_ascii=False)


def test_tables_are_answered_by_the_models_statement(opened):
    workspace, peer = opened(says("```sql\n", "SELECT product FROM sales ORDER BY units DESC LIMIT 1", "\n```"))
    answer, _ = ask(workspace, "Which product sold the most units?", route="data")
    assert (answer.status, answer.engine) == ("answered", "openai")
    assert answer.data.result.rows == (("Plum",),)
    assert "TABLE" in peer.bodies[0]["messages"][1]["content"]


def test_a_statement_that_reads_files_is_not_run(opened):
    workspace, peer = opened(says("```sql\nSELECT * FROM read_csv('/etc/passwd')\n```"))
    answer, _ = ask(workspace, "Which product sold the most units?", route="data")
    assert answer.engine == "builtin"
    assert answer.data.sql is None or "read_csv" not in answer.data.sql.text
    assert "built-in engine" in answer.message
    assert len(peer.bodies) == 3


@pytest.mark.parametrize(
    "behaviour",
    [dies_after("Net revenue was 12.4 million euros in 2024 [1]. And it"), dies_after("Net"), refuses(401), says("")],
)
def test_a_model_that_fails_leaves_a_whole_answer_and_the_conversation(opened, behaviour):
    workspace, peer = opened(behaviour)
    answer, _ = ask(workspace, QUESTION)
    assert (answer.status, answer.engine) == ("answered", "builtin")
    assert "12.4 million" in answer.citations[0].quote
    assert "built-in engine" in answer.message
    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)}
    assert marks <= {citation.n for citation in answer.citations}
    peer.queue = [says("The staff grew to 57 people [1].")]
    later, _ = ask(workspace, "How many people were on the staff of Northwind?", [answer])
    assert (later.status, later.engine) == ("answered", "openai")


def test_an_endpoint_that_is_gone_is_named_and_not_waited_for_again(opened):
    workspace, peer = opened(says("x"), chat_model="auto")
    peer.close()
    answer, _ = ask(workspace, QUESTION)
    assert answer.engine == "builtin"
    assert peer.url in answer.message
    started = time.perf_counter()
    ask(workspace, QUESTION)
    assert time.perf_counter() - started < 5


def test_a_question_that_nothing_here_answers_stays_unanswered(opened):
    workspace, _ = opened(says("NOT_FOUND"))
    answer, streamed = ask(workspace, "What is the boiling point of tungsten?", route="documents")
    assert (answer.status, answer.text, streamed) == ("not_found", "", "")


def test_the_same_question_at_temperature_zero_sends_the_same_request(opened):
    workspace, peer = opened(says("Net revenue was 12.4 million euros [1]."), temperature=0.0)
    answers = {ask(workspace, QUESTION)[0].text for _ in range(20)}
    assert len(answers) == 1
    assert all(body == peer.bodies[0] for body in peer.bodies)


def test_a_stopped_turn_ends_the_request_though_the_model_is_silent(opened):
    workspace, peer = opened(stalls(60))
    conversation = chats.create_conversation(workspace.db)
    turn = start_turn(workspace.db, workspace.assistant, conversation, QUESTION)
    deadline = time.monotonic() + 30
    while not peer.bodies and time.monotonic() < deadline:
        time.sleep(0.05)
    chats.stop_turn(workspace.db, turn)
    assert peer.hung_up.wait(10)
    assert chats.read_turn(workspace.db, turn).state == "stopped"


def test_after_thirty_turns_the_model_reads_them_in_short_and_a_follow_up_is_still_whole(opened):
    workspace, peer = opened(says("Net revenue was 12.4 million euros [1]."), context_tokens_max=2000)
    first, _ = ask(workspace, QUESTION)
    history = [dataclasses.replace(first, completed_question=f"Turn {n}: {QUESTION}") for n in range(29)] + [first]
    peer.queue = [says("The staff grew to 57 people [1].")]
    answer, _ = ask(workspace, "and its staff?", history)
    asked = peer.bodies[-1]["messages"][1]["content"]
    assert "staff" in answer.completed_question and "Northwind" in answer.completed_question
    assert "“The net revenue of Northwind was 12.4 million euros in 2024.” [report.txt, 1]" in asked
    assert "earlier turns left out" in asked
    assert sum(len(message["content"]) for message in peer.bodies[-1]["messages"]) < 2000 * 3.2
    assert "12.4 million euros in 2024. The staff" in asked.split("End of the passages")[0]


def test_where_the_built_in_engine_declines_a_model_must_prove_each_statement(opened):
    declined = "What is the boiling point of tungsten in Northwind?"
    workspace, peer = opened(says("Tungsten boils at 5,555 degrees [1]."))
    builtin = last_answer(workspace.assistant.ask(declined, lang="en"))
    assert builtin.status == "not_found"
    peer.queue = [says("The staff grew to 57 people [1].")]
    found, streamed = ask(workspace, declined)
    assert (found.route.kind, found.status, found.engine) == ("documents", "answered", "openai")
    assert streamed == found.text


def test_no_model_is_opened_by_the_built_in_engine(folder):
    workspace = open_workspace(settings.load(folder))
    assert workspace.model is None
    answer = last_answer(workspace.assistant.ask(QUESTION))
    assert (answer.engine, answer.uses) == ("builtin", ())
    workspace.close()
