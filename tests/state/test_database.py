"""The state file: what cannot be written is said in words, and what was saved stays."""

import pytest

from core.errors import AppError
from core.state import files
from core.state.database import Database


def test_a_full_disk_is_named_and_loses_nothing(tmp_path):
    db = Database(tmp_path / "state.sqlite")
    files.add_file(db, "kept.txt", "/kept.txt", 1)
    with db.engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used}")
    with pytest.raises(AppError, match="disk is full"):
        files.add_file(db, "x" * 1_000_000, "/new.txt", 1)
    assert [row.name for row in files.list_files(db)] == ["kept.txt"]
    db.close()
