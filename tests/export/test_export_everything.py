"""The export of everything, read back."""

import json
import zipfile

from core.export.everything import export_everything
from core.records import Answer, Route
from core.state import chats, feedback, files
from core.state.database import Database


def test_everything_is_in_the_zip(tmp_path):
    folder = tmp_path / "workspace"
    folder.mkdir()
    db = Database(folder / "state.sqlite")
    turn = chats.add_turn(db, chats.create_conversation(db, "año"), "¿cuándo?", "me")
    chats.finish_turn(db, turn, Answer("¿cuándo?", "¿cuándo?", "es", Route("documents", ""), "answered", "en mayo"))
    feedback.vote(db, turn, 1)
    for name, place in (("a/informe.txt", folder), ("outside.txt", tmp_path)):
        (place / "stored.bin").write_bytes(b"the file")
        number = files.add_file(db, name, str(place / "stored.bin"), 8)
        files.update_file(db, number, status="added")
    (folder / "settings.json").write_text("{}")
    export_everything(db, folder, tmp_path / "out.zip")
    db.close()
    with zipfile.ZipFile(tmp_path / "out.zip") as held:
        names = held.namelist()
        assert "settings.json" in names and "files/00001-informe.txt" in names
        assert not any("outside" in name for name in names)  # only what the workspace itself keeps
        (row,) = [json.loads(line) for line in held.read("state/turns.jsonl").decode().splitlines()]
        assert row["question"] == "¿cuándo?" and "en mayo" in row["answer"]
        assert json.loads(held.read("state/feedback.jsonl"))["vote"] == 1
    assert not (tmp_path / "out.zip.tmp").exists()
