"""Every message exists in every language, with the same placeholders, and every key that the code names exists."""

import re
import string
from pathlib import Path

from core import i18n

ROOT = Path(__file__).resolve().parent.parent
_KEY = re.compile(r"""(?:translate|AppError|plural|say|say_count)\(\s*f?["']([a-z_]+\.[a-z_.0-9]+)["']""")
_TOPICS = "|".join(sorted(path.stem for path in (ROOT / "core" / "locales" / "en").glob("*.toml")))
_NAMED = re.compile(rf"""["']((?:{_TOPICS})\.[a-z][a-z_]*[a-z])["']""")  # a key that is handed on before it is said
_ENDINGS = {".json", ".jsonl", ".py", ".sql"}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_languages_have_the_same_messages():
    assert i18n.messages("en").keys() == i18n.messages("es").keys()


def test_placeholders_agree():
    english, spanish = i18n.messages("en"), i18n.messages("es")
    assert [key for key in english if placeholders(english[key]) != placeholders(spanish[key])] == []


def test_every_key_in_the_code_exists():
    known = i18n.messages("en")
    named = set()
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        if path.exists():
            named |= set(_KEY.findall(path.read_text(encoding="utf-8")))
            named |= {
                key
                for key in _NAMED.findall(path.read_text(encoding="utf-8"))
                if "." + key.split(".")[-1] not in _ENDINGS
            }
    missing = [key for key in named if key not in known and f"{key}.other" not in known]
    assert missing == []


def test_numbers_are_written_as_each_language_writes_them():
    assert i18n.format_number(1234567.5, "en") == "1,234,567.5"
    assert i18n.format_number(1234567.5, "es") == "1.234.567,5"
    assert i18n.format_number(1234, "es") == "1234"


def test_language_of_a_question():
    assert i18n.detect_language("¿Cuál fue el margen del tercer trimestre?") == "es"
    assert i18n.detect_language("What was the margin in the third quarter?") == "en"
    assert i18n.detect_language("ventas de la empresa en 2023") == "es"
    assert i18n.detect_language("Clubs of the region: Los Lobos, La Costa Rangers and El Monte Giants") == "en"
    assert i18n.detect_language("Manual De La Empresa") == "es"
