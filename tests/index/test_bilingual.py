"""Words that a question shares with what is written in the other language."""

from core.index.bilingual import translate_word, with_translations


def test_inflected_forms_meet():
    assert "préstamo" in translate_word("loans", "en", "es")
    assert "loan" in translate_word("préstamos", "es", "en")


def test_a_language_needs_no_translation_into_itself():
    assert translate_word("loan", "en", "en") == ()
    assert with_translations("the loan", "en", ["en"]) == "the loan"


def test_an_unlisted_word_adds_nothing():
    assert with_translations("Zurbarán", "es", ["es", "en"]) == "Zurbarán"


def test_a_question_carries_the_other_languages_words():
    assert with_translations("Who approved the budget?", "en", ["en", "es"]).split()[-1] == "presupuesto"
