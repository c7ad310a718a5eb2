"""Instructions of the model as settings: what they must hold, that they reach the model, and what they make be asked
again."""

import pytest

from core import prompts, settings
from core.chat.prompt import NOT_FOUND, ask_documents
from core.errors import AppError
from core.evaluation.cases import to_case
from core.evaluation.variants import key_of, possible_keys
from core.records import Answer, Hit, ModelUse, Route, SqlAnswer

HIT = Hit(1, 1, "a.txt", 1, "Steel costs 900 euros.", 1.0, piece="Steel costs 900 euros.")


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("prompt_documents_en", "Answer briefly.", "prompts.missing"),
        ("prompt_documents_es", "Responde o di {not_found}. {question}", "prompts.unknown"),
        ("prompt_sql_en", "Write SQL for {schema}.", "prompts.unknown"),
        ("prompt_sql_en", "x" * (prompts.MOST + 1), "prompts.too_long"),
    ],
)
def test_a_prompt_that_lacks_something_is_refused(name, text, key):
    with pytest.raises(AppError) as raised:
        settings.check_value(name, text)
    assert raised.value.key == key and raised.value.params["name"] == name


def test_the_text_that_comes_with_the_app_is_no_change():
    for name in prompts.SETTINGS:
        assert settings.check_value(name, f"  {prompts.default_text(name)}\n") == ""
    assert settings.check_value("prompt_sql_es", " Escribe {} SQL. ") == "Escribe {} SQL."


def test_own_instructions_stand_before_the_passages():
    asked = ask_documents("steel price", "en", [HIT], len, 20_000, rules="Be short {1}, or say {not_found}.")
    assert asked.messages[0].text == f"Be short {{1}}, or say {NOT_FOUND}."
    plain = ask_documents("steel price", "en", [HIT], len, 20_000)
    assert plain.messages[0].text == prompts.default_text("prompt_documents_en").format(not_found=NOT_FOUND)
    assert "Steel costs 900 euros." in asked.messages[1].text


def answered(kind, wrote=True):
    data = SqlAnswer("q", "en", None, None) if kind == "data" else None
    engine, uses = ("openai", (ModelUse("m"),)) if wrote else ("builtin", ())
    return Answer("q", "q", "en", Route(kind, ""), "answered", "x", data=data, engine=engine, uses=uses)


@pytest.mark.parametrize(
    ("changed", "kind", "again"),
    [
        ("prompt_documents_en", "documents", True),
        ("prompt_documents_en", "data", False),
        ("prompt_sql_en", "data", True),
        ("prompt_sql_en", "documents", False),
        ("prompt_documents_es", "documents", False),
        ("prompt_sql_es", "data", False),
    ],
)
def test_a_prompt_asks_again_only_what_used_it(tmp_path, changed, kind, again):
    held = settings.load(tmp_path).replace(engine="openai")
    case = to_case({"question": "why?", "lang": "en"})
    key = key_of(case, held, "held", "code", answered(kind))
    assert key in possible_keys(case, held, "held", "code")
    other = held.replace(**{changed: "Say {not_found}." if "documents" in changed else "Write SQL."})
    assert (key in possible_keys(case, other, "held", "code")) is not again


def test_an_answer_that_the_model_failed_is_not_taken_over(tmp_path):
    held = settings.load(tmp_path).replace(engine="openai")
    case = to_case({"question": "why?", "lang": "en"})
    assert key_of(case, held, "held", "code", answered("documents", wrote=False)) == ""
    declined = Answer("q", "q", "en", Route("none", ""), "not_found", "")
    assert key_of(case, held, "held", "code", declined) in possible_keys(case, held, "held", "code")


def test_the_built_in_engine_knows_neither_prompts_nor_models(tmp_path):
    held = settings.load(tmp_path)
    case = to_case({"question": "why?", "lang": "en"})
    other = held.replace(prompt_sql_en="Write SQL.", chat_model="x", temperature=1.0)
    assert possible_keys(case, held, "held", "code") == possible_keys(case, other, "held", "code")
