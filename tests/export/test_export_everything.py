"""The export of everything, read back."""

import json
import zipfile

from core.documents.store import FileStore
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
    (tmp_path / "informe.txt").write_bytes(b"the file")
    sha256 = FileStore(folder).add(tmp_path / "informe.txt")
    for name, known in (("a/informe.txt", sha256), ("gone.txt", "0" * 64)):
        number = files.add_file(db, name, str(tmp_path / name), 8)
        files.update_file(db, number, status="added", sha256=known)
    (folder / "settings.json").write_text("{}")
    export_everything(db, folder, tmp_path / "out.zip")
    db.close()
    with zipfile.ZipFile(tmp_path / "out.zip") as held:
        names = held.namelist()
        assert "settings.json" in names and "files/00001-informe.txt" in names
        assert held.read("files/00001-informe.txt") == b"the file"
        assert not any("gone" in name for name in names)
        (row,) = [json.loads(line) for line in held.read("state/turns.jsonl").decode().splitlines()]
        assert row["question"] == "¿cuándo?" and "en mayo" in row["answer"]
        assert json.loads(held.read("state/feedback.jsonl"))["vote"] == 1
    assert not (tmp_path / "out.zip.tmp").exists()
