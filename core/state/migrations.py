"""The numbered migrations that bring an older SQLite file up to the tables of `schema`.

A released migration is never edited: a change is a new entry at the end of MIGRATIONS.
"""

from __future__ import annotations

from core.state.schema import (
    case_sets,
    cases,
    data_questions,
    experiment_turns,
    experiments,
    feedback,
    house_words,
    import_choices,
    metadata,
    metrics,
    pins,
    run_cases,
    run_stages,
    runs,
    sql_pairs,
    table_notes,
    traces,
)


def _create_first(connection) -> None:
    metadata.create_all(connection)


def _add_data_page(connection) -> None:
    metadata.create_all(connection, tables=[data_questions, sql_pairs, pins], checkfirst=True)


def _add_traces(connection) -> None:
    metadata.create_all(connection, tables=[traces, feedback], checkfirst=True)


def _add_runs(connection) -> None:
    metadata.create_all(connection, tables=[case_sets, cases, runs, run_cases], checkfirst=True)


def _add_catalog_notes(connection) -> None:
    metadata.create_all(connection, tables=[table_notes, metrics, import_choices], checkfirst=True)


def _add_experiments(connection) -> None:
    metadata.create_all(connection, tables=[experiments, experiment_turns], checkfirst=True)


def _add_house_words(connection) -> None:
    metadata.create_all(connection, tables=[house_words], checkfirst=True)


def _add_run_stages(connection) -> None:
    metadata.create_all(connection, tables=[run_stages], checkfirst=True)


MIGRATIONS = (
    _create_first,
    _add_data_page,
    _add_traces,
    _add_runs,
    _add_catalog_notes,
    _add_experiments,
    _add_house_words,
    _add_run_stages,
)
