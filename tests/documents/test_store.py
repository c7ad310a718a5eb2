"""Originals by hash, names made safe, and pages drawn with marks."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen import canvas

from core.documents.layout import boxes_for
from core.documents.sandbox import ParserPool
from core.documents.store import NAME_MAX, FileStore, hash_file, safe_name
from core.errors import AppError
from core.settings import Settings


def test_bytes_come_back_once_and_can_be_deleted(tmp_path):
    source = tmp_path / "../../evil name.txt".replace("/", "_")
    source.write_bytes(b"some bytes")
    store = FileStore(tmp_path / "workspace")
    sha256 = store.add(source)
    assert sha256 == store.add(source) == hash_file(source) == hashlib.sha256(b"some bytes").hexdigest()
    assert store.path(sha256).read_bytes() == b"some bytes"
    assert [path.name for path in (tmp_path / "workspace" / "files").iterdir()] == [sha256]
    store.delete(sha256)
    assert not store.has(sha256) and store.hashes() == []


def test_what_an_interrupted_copy_left_is_swept(tmp_path):
    store = FileStore(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / ".new-abc").write_bytes(b"half")
    assert store.hashes() == []
    store.sweep()
    assert list((tmp_path / "files").iterdir()) == []


def test_only_a_hash_names_a_file(tmp_path):
    with pytest.raises(ValueError):
        FileStore(tmp_path).path("../../etc/passwd")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../../etc/passwd", "_.._.._etc_passwd"),
        ("informe\x00.pdf", "informe.pdf"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("C:\\temp\\a.txt", "C_temp_a.txt"),
        ("a" * 300 + ".docx", "a" * 114 + "….docx"),
        ("", "file"),
        ("Informe an\u0303o 2023.pdf", "Informe año 2023.pdf"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_any_name_is_safe(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= NAME_MAX and safe == safe_name(safe)
    assert not set(safe) & set('/\\:*?"<>|\n\r\t\x00\u202e')


def test_a_page_is_drawn_with_its_passage_marked(tmp_path):
    path = tmp_path / "a.pdf"
    sheet = canvas.Canvas(str(path), pagesize=(600, 800))
    sheet.drawString(100, 700, "Mark these words here.")
    sheet.save()
    with ParserPool(Settings(tmp_path)) as pool:
        page = pool.parse(path, path.name).pages[0]
        boxes = boxes_for(page, 5, 16)
        image = Image.open(io.BytesIO(pool.page_image(path, 1, 900, boxes)))
        assert image.size == (900, 1200)
        yellow = [
            (x, y) for x in range(0, 900, 3) for y in range(0, 1200, 3) if image.getpixel((x, y)) == (255, 214, 51)
        ]
        x0, y0, x1, y1 = boxes[0]
        assert yellow
        assert all(x0 - 0.01 < x / 900 < x1 + 0.01 and y0 - 0.01 < y / 1200 < y1 + 0.01 for x, y in yellow)
        with pytest.raises(AppError) as caught:
            pool.page_image(path, 7)
        assert caught.value.key == "documents.image_failed"
        (tmp_path / "a.txt").write_text("no pages")
        assert pool.page_image(tmp_path / "a.txt", 1) is None
