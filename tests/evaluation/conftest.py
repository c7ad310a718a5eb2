"""What several tests of evaluation share."""

import pytest

from core.state.database import Database


@pytest.fixture
def db(tmp_path):
    """A new state file; a test module that needs more in it has a `db` of its own."""
    opened = Database(tmp_path / "state.sqlite")
    yield opened
    opened.close()
