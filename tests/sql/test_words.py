"""Words: numbers and names as both languages write them, Spanish read as English, entries of the lexicon."""

import pytest

from core.sql.language.lexicon import Lexicon, builtin_lexicon, fold, read_lexicon
from core.sql.language.question import read_number, tokenize
from core.sql.language.words import spanish_stem, split_name


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("1,234.5", "en", 1234.5),
        ("1.234,5", "es", 1234.5),
        ("1.234", "es", 1234),
        ("1,234", "en", 1234),
        ("3.5", "en", 3.5),
        ("3,5", "es", 3.5),
        ("2.000.000", "es", 2000000),
        ("2024", "es", 2024),
    ],
)
def test_numbers_as_each_language_writes_them(text, lang, value):
    assert read_number(text, lang) == value


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerID", ("customer", "id")),
        ("order_date", ("order", "date")),
        ("Importe (€)", ("importe",)),
        ("Fecha de envío", ("fecha", "de", "envio")),
        ("GDPPerCapita", ("gdp", "per", "capita")),
    ],
)
def test_names_are_split_into_folded_words(name, words):
    assert split_name(name) == words


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("¿Cuántos clientes hay en cada ciudad?", "how many customer are there for each city ?"),
        ("productos con un precio mayor que 20", "product with a price more than <n>"),
        ("los cinco empleados más jóvenes", "the five employee youngest"),
        ("ventas por mes", "sales by month"),
        ("clientes que nunca han comprado", "customer never purchased"),
    ],
)
def test_spanish_is_read_as_english(question, english):
    words = [token.word for token in tokenize(question, "es", builtin_lexicon())]
    assert " ".join(words) == english


def test_tokens_keep_the_place_of_the_words_as_written():
    question = "número de teléfono de «Ana»"
    for token in tokenize(question, "es", builtin_lexicon()):
        assert question[token.start : token.end].lower() == token.source.lower()


def test_quoted_text_and_dates_are_values():
    tokens = tokenize('orders of "Acme Ltd" since 2024-03-01 or 15/04/2024', "en", builtin_lexicon())
    assert [t.value for t in tokens if t.value is not None] == ["Acme Ltd", "2024-03-01", "2024-04-15"]


@pytest.mark.parametrize(
    ("question", "lang", "value"),
    [("the seventeen best", "en", 17), ("sixty orders", "en", 60), ("los dieciséis mejores", "es", 16)],
)
def test_numbers_in_words_are_numbers(question, lang, value):
    assert value in [token.value for token in tokenize(question, lang, builtin_lexicon())]


def test_a_user_s_folder_adds_to_the_lexicon(tmp_path):
    (tmp_path / "spanish.txt").write_text("albarán = delivery note  # ours\n", encoding="utf-8")
    (tmp_path / "values.txt").write_text("north office = delegación norte, dn\n", encoding="utf-8")
    mine = read_lexicon(tmp_path, builtin_lexicon())
    assert mine.spanish[("albaran",)] == ("delivery note",)
    assert mine.spanish[("cliente",)] == builtin_lexicon().spanish[("cliente",)]
    assert "north office" in mine.values["dn"]


def test_the_lexicon_holds_a_few_thousand_entries():
    lexicon = builtin_lexicon()
    parts = (lexicon.spanish, lexicon.phrases, lexicon.synonyms, lexicon.short, lexicon.values)
    assert sum(len(part) for part in parts) > 3000
    assert all(key == tuple(fold(word) for word in key) for key in lexicon.spanish)


def test_the_first_spanish_word_is_read_as_any_later_one():
    fresh = Lexicon(spanish={("factura",): ("invoice",), ("pedidos",): ("order",)})
    assert fresh.spanish_by_stem(spanish_stem("facturas"), spanish_stem) == ("invoice",)
    assert Lexicon(spanish=fresh.spanish).spanish_by_stem("es:nada", spanish_stem) == ()
