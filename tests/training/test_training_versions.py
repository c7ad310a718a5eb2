"""A data set that was edited is kept by the hash of its text, and read back only where it is still that."""

import pytest

from core import settings
from core.errors import AppError
from core.training import versions
from core.training.examples import Example
from core.training.pairs import Pair

PAIRS = [Pair(f"q{n}?", f"Passage {n}.", f"d{n}", f"k{n}", "en", "en", answer="x") for n in range(3)]


def test_what_is_kept_comes_back_and_is_named_by_what_it_says(tmp_path):
    held = settings.load(tmp_path)
    first = versions.keep_version(held, "pairs", PAIRS)
    assert versions.keep_version(held, "pairs", list(PAIRS)) == first
    second = versions.keep_version(held, "pairs", PAIRS[:2])
    assert {(one.name, one.items) for one in versions.list_versions(held, "pairs")} == {(first, 3), (second, 2)}
    assert versions.read_version(held, "pairs", first) == PAIRS
    examples = [Example((("system", "s"), ("user", "q")), "SELECT 1", "d", "d")]
    assert versions.read_version(held, "examples", versions.keep_version(held, "examples", examples)) == examples
    versions.remove_version(held, "pairs", first)
    assert [one.name for one in versions.list_versions(held, "pairs")] == [second]


def test_what_was_changed_outside_or_is_no_version_is_refused(tmp_path):
    held = settings.load(tmp_path)
    name = versions.keep_version(held, "pairs", PAIRS)
    (tmp_path / "material" / "pairs" / f"{name}.jsonl").write_text('{"question": "q", "passage": "other"}\n')
    for wanted in (name, "0" * 16, "../../secret"):
        with pytest.raises(AppError) as caught:
            versions.read_version(held, "pairs", wanted)
        assert caught.value.key == "training.version"
