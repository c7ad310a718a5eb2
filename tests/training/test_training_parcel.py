"""Adapters as zip files: what is packed comes back; a hostile zip leaves nothing outside the folder it goes to."""

import io
import zipfile

import pytest

from core.errors import AppError
from core.models import adapters
from core.training import parcel
from core.training.pairs import Pair, read_pairs
from core.training.retriever import RetrieverConfig
from core.training.run import read_job


def zip_of(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return target.getvalue()


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_what_is_packed_comes_back(tmp_path, place):
    made = tmp_path / "mine"
    made.mkdir()
    for name in (adapters.CARD, adapters.CONFIG, adapters.WEIGHTS):
        (made / name).write_text(name)
    parcel.unpack(parcel.pack(made), place)
    assert sorted(path.name for path in place.iterdir()) == sorted([adapters.CONFIG, adapters.WEIGHTS])
    assert (place / adapters.WEIGHTS).read_text() == adapters.WEIGHTS


def test_only_the_two_files_are_taken_by_their_bare_names(tmp_path, place):
    inside = {f"..__..__{adapters.CONFIG}": "{}", f"/abs__{adapters.WEIGHTS}": "w", "evil.py": "x", "..__out.txt": "x"}
    parcel.unpack(zip_of(**inside), place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(["in", adapters.CONFIG, adapters.WEIGHTS])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        zip_of(**{adapters.CONFIG: "{}"}),
        zip_of(**{adapters.CONFIG: "{}", adapters.WEIGHTS: "w", f"again__{adapters.WEIGHTS}": "w"}),
    ],
)
def test_what_is_no_adapter_is_refused(data, place):
    with pytest.raises(AppError) as caught:
        parcel.unpack(data, place)
    assert caught.value.key == "adapters.parcel"


def test_a_zip_bomb_is_cut_off(place):
    bomb = zip_of(**{adapters.CONFIG: b"0" * (3 * 2**20), adapters.WEIGHTS: b"w"})
    assert len(bomb) < 10_000
    with pytest.raises(AppError) as caught:
        parcel.unpack(bomb, place)
    assert caught.value.key == "adapters.refused_too_large"


def test_a_packed_job_reads_back_where_it_is_unpacked(tmp_path):
    pairs = [Pair("¿Quién firma?", "Firma la jefa.", "d", "k", "es", "es")]
    config = RetrieverConfig(epochs=3, targets=("query", "value"))
    with zipfile.ZipFile(io.BytesIO(parcel.pack_job("away", pairs, config))) as archive:
        archive.extractall(tmp_path)
    job = read_job(tmp_path / "away" / "job.json")
    assert (job.name, job.config, read_pairs(job.data[0])) == ("away", config, pairs)
    assert len((tmp_path / "away" / "README.md").read_text().splitlines()) == 3
    assert "torch==" in (tmp_path / "away" / "requirements.lock").read_text()
