"""What an answer was made with is kept with it: models and adapters by hash, the settings of that moment."""

import json
import os

from core import settings
from core.export.audit import make_audit, to_html, to_json
from core.models import adapters
from core.provenance import made_with
from core.records import Answer, Event, Route
from core.state import chats, codec
from core.state.database import Database
from core.turns import start_turn


class Assistant:
    """Answers at once."""

    def __init__(self, held):
        self.settings = held

    def ask(self, question, history, **scope):
        yield Event("done", answer=Answer(question, question, "en", Route("none", ""), "not_found", ""))


def own_adapter(held):
    folder = adapters.adapters_folder(held.workspace) / "mine"
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    return folder


def test_the_packaged_adapter_goes_by_its_hash(tmp_path):
    held = settings.load(tmp_path)
    made = made_with(held, Database(tmp_path / "state.sqlite"))
    assert adapters.hash_weights(adapters.packaged_adapter()) in made.models["retriever_adapter"]
    assert made.settings["engine"] == "builtin"


def test_an_own_adapter_is_hashed_anew_when_its_weights_change(tmp_path):
    held = settings.load(tmp_path)
    folder = own_adapter(held)
    held = held.replace(retriever_adapter="mine", engine="transformers", chat_adapter=str(folder))
    db = Database(tmp_path / "state.sqlite")
    first = made_with(held, db).models
    assert first["retriever_adapter"] == first["chat_adapter"]
    (folder / "adapter_model.safetensors").write_bytes(b"other weights")
    os.utime(folder / "adapter_model.safetensors", (1, 1))
    assert made_with(held, db).models["chat_adapter"] != first["chat_adapter"]


def test_an_adapter_that_only_the_endpoint_knows_goes_by_its_name(tmp_path):
    held = settings.load(tmp_path).replace(engine="openai", chat_adapter="sales-tuned")
    assert made_with(held, Database(tmp_path / "state.sqlite")).models["chat_adapter"] == "sales-tuned"


def test_a_turn_keeps_what_it_was_made_with_and_the_pack_tells_it(tmp_path):
    held = settings.load(tmp_path).replace(passages_per_answer=7)
    db = Database(tmp_path / "state.sqlite")
    turn_id = start_turn(db, Assistant(held), chats.create_conversation(db), "why?")
    while (turn := chats.read_turn(db, turn_id)).state == "running":
        pass
    made = turn.answer.made_with
    assert made.settings["passages_per_answer"] == 7
    pack = make_audit(turn.answer, lambda citation: None, models=made.models, settings=made.settings)
    told = made.models["retriever_adapter"]
    assert json.loads(to_json(pack))["models"]["retriever_adapter"] == told
    assert told in to_html(pack, "es")
    assert codec.load(Answer, codec.dump(turn.answer)) == turn.answer
