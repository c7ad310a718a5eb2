"""The tables of the workspace's SQLite file, as they are now. How an older file gets there is told in `migrations`.

Nothing here runs queries.
"""

from __future__ import annotations

from sqlalchemy import BLOB, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()


def _owned(table: str, name: str, **kwargs) -> Column:
    return Column(name, Integer, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, **kwargs)


meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))
# Every file that was offered, whatever became of it. `path` is where its bytes can be read (never derived from `name`).
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("path", String, nullable=False),
    Column("sha256", String, nullable=False, default=""),
    Column("size", Integer, nullable=False, default=0),
    Column("status", String, nullable=False, default="queued"),  # queued parsing added known skipped failed
    Column("reason", Text, nullable=False, default=""),  # JSON [key, params]
    Column("document_id", Integer),
    Column("tables", Integer, nullable=False, default=0),
    Column("ms", Integer, nullable=False, default=0),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)
documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("media", String, nullable=False),
    Column("title", String, nullable=False),
    Column("lang", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", String, nullable=False),
    Column("notes", Text, nullable=False, default="[]"),
    Column("first_piece", Integer, nullable=False, default=0),
    Column("pieces", Integer, nullable=False, default=0),
    Column("first_sentence", Integer, nullable=False, default=0),
    Column("sentences", Integer, nullable=False, default=0),
    sqlite_autoincrement=True,
)
pages = Table(
    "pages",
    metadata,
    _owned("documents", "document_id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("layout", BLOB, nullable=False),
)
passages = Table(
    "passages",
    metadata,
    _owned("documents", "document_id", primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("first", Integer, nullable=False),  # ordinals of pieces in the document, both included
    Column("last", Integer, nullable=False),
)
# Ids are never used again (AUTOINCREMENT), and those of one document are consecutive: it is added in one transaction.
pieces = Table(
    "pieces",
    metadata,
    Column("id", Integer, primary_key=True),
    _owned("documents", "document_id", index=True),
    Column("ordinal", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("passage", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)
sentences = Table(
    "sentences",
    metadata,
    Column("id", Integer, primary_key=True),
    _owned("documents", "document_id", index=True),
    _owned("pieces", "piece_id", index=True),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    sqlite_autoincrement=True,
)
# A run of vectors of one document: rows `first_id` .. `first_id + n - 1` of pieces or sentences, float16, row-major.
vectors = Table(
    "vectors",
    metadata,
    Column("seq", Integer, primary_key=True),
    _owned("documents", "document_id"),
    Column("model", String, nullable=False),
    Column("kind", String, nullable=False),  # piece or sentence
    Column("first_id", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("data", BLOB, nullable=False),
    UniqueConstraint("model", "kind", "first_id"),
    Index("vectors_by_document", "document_id", "model", "kind"),
    sqlite_autoincrement=True,
)
# What live indexes read to forget a document.
deletions = Table(
    "deletions",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("document_id", Integer, nullable=False),
    sqlite_autoincrement=True,
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("state", String, nullable=False, default="queued"),
    Column("payload", Text, nullable=False, default="{}"),
    Column("progress", Float, nullable=False, default=0.0),
    Column("step", String, nullable=False, default=""),
    Column("params", Text, nullable=False, default="{}"),
    Column("error", Text),
    Column("owner", String, nullable=False, default=""),
    Column("heartbeat", Float, nullable=False, default=0.0),
    Column("created_at", String, nullable=False),
    Index("jobs_by_state", "state", "id"),
    sqlite_autoincrement=True,
)
conversations = Table(
    "conversations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String, nullable=False, default=""),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    sqlite_autoincrement=True,
)
turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    _owned("conversations", "conversation_id", index=True),
    Column("question", Text, nullable=False),
    Column("state", String, nullable=False, default="running"),  # running done stopped interrupted
    Column("answer", Text),
    Column("owner", String, nullable=False, default=""),
    Column("heartbeat", Float, nullable=False, default=0.0),
    Column("created_at", String, nullable=False),
    sqlite_autoincrement=True,
)
events = Table(
    "events",
    metadata,
    _owned("turns", "turn_id", primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("data", Text, nullable=False),
)
# What was asked on the data page: the answer without its rows (JSON), which are read again when it is opened.
data_questions = Table(
    "data_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("rows", Integer, nullable=False, default=0),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)
# A question and the statement that its user holds for right. `tables` is JSON: name -> hash of its data set.
sql_pairs = Table(
    "sql_pairs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("folded", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("lang", String, nullable=False),
    Column("tables", Text, nullable=False),
    Column("origin", String, nullable=False),  # parser model user
    Column("verdict", String, nullable=False),  # accepted corrected chosen
    Column("reading", Text, nullable=False, default=""),
    Column("at", String, nullable=False),
    Index("sql_pairs_by_question", "folded"),
    sqlite_autoincrement=True,
)
# A chart on the board, with the rows that it was last drawn from.
pins = Table(
    "pins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("lang", String, nullable=False),
    Column("chart", Text, nullable=False),
    Column("tables", Text, nullable=False),  # JSON: name -> hash of its data set when the rows were read
    Column("result", Text),
    Column("error", Text),  # JSON [key, params]
    Column("refreshed_at", String, nullable=False),
    sqlite_autoincrement=True,
)


# What one question cost and came to, for monitoring. `question` is empty where its text is not to be logged; `at` is
# seconds since 1970. A trace goes with its conversation; those of questions asked without one have no turn.
traces = Table(
    "traces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn_id", Integer, ForeignKey("turns.id", ondelete="CASCADE"), index=True),
    Column("at", Float, nullable=False, index=True),
    Column("question", Text, nullable=False, default=""),
    Column("lang", String, nullable=False),
    Column("route", String, nullable=False),
    Column("status", String, nullable=False),
    Column("engine", String, nullable=False),
    Column("adapter", String, nullable=False, default=""),
    Column("confidence", Float, nullable=False, default=0.0),
    Column("match", Float, nullable=False, default=0.0),
    Column("supported", Integer, nullable=False, default=0),
    Column("partly", Integer, nullable=False, default=0),
    Column("unsupported", Integer, nullable=False, default=0),
    Column("total_ms", Float, nullable=False, default=0.0),
    Column("stages", Text, nullable=False, default="{}"),  # JSON: stage -> milliseconds
    Column("tokens", Integer, nullable=False, default=0),
    Column("cost", Float, nullable=False, default=0.0),
    sqlite_autoincrement=True,
)
# What a user said of an answer: a vote with its reason, or a correction of its text, statement or citation.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn_id", Integer, ForeignKey("turns.id", ondelete="CASCADE"), index=True),
    Column("vote", Integer, nullable=False),  # 1 or -1
    Column("reason", String, nullable=False, default=""),
    Column("kind", String, nullable=False, default="vote"),  # vote answer sql citation
    Column("value", Text, nullable=False, default=""),  # JSON of the correction
    Column("state", String, nullable=False, default="open"),  # open approved rejected
    Column("at", Float, nullable=False),
    sqlite_autoincrement=True,
)


# Questions with what is right for them. `data` is JSON; `origin` says where a case came from (file, feedback, made);
# only approved ones are run.
case_sets = Table(
    "case_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("created_at", String, nullable=False),
    sqlite_autoincrement=True,
)
cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    _owned("case_sets", "set_id", index=True),
    Column("data", Text, nullable=False),
    Column("origin", String, nullable=False),
    Column("approved", Integer, nullable=False, default=1),
    sqlite_autoincrement=True,
)
# A case set asked of one variant. `key` names all that an answer depends on: an equal one is not asked again.
runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    _owned("case_sets", "set_id", index=True),
    Column("variant", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("reused", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("created_at", String, nullable=False),
    sqlite_autoincrement=True,
)
run_cases = Table(
    "run_cases",
    metadata,
    _owned("runs", "run_id", primary_key=True),
    Column("case_id", Integer, primary_key=True),
    Column("key", String, nullable=False, index=True),
    Column("scores", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("ms", Float, nullable=False),
)
# What a stage of an answer came to (`core.evaluation.stages`), by all that it depends on; `ms` is what it took.
run_stages = Table(
    "run_stages",
    metadata,
    Column("key", String, primary_key=True),
    _owned("runs", "run_id", index=True),
    Column("value", Text, nullable=False),
    Column("ms", Float, nullable=False),
)
# What users say about tables (`column_name` empty) and columns; kept by name, so that a new version of a file finds it.
table_notes = Table(
    "table_notes",
    metadata,
    Column("table_name", String, primary_key=True),
    Column("column_name", String, primary_key=True),
    Column("description", Text, nullable=False, default=""),
    Column("synonyms", Text, nullable=False, default="[]"),
    Column("value_names", Text, nullable=False, default="[]"),  # [[said, stored], ...]
)
metrics = Table(
    "metrics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("table_name", String, nullable=False),
    Column("name", String, nullable=False),
    Column("expression", Text, nullable=False),
    Column("synonyms", Text, nullable=False, default="[]"),
    UniqueConstraint("table_name", "name"),
    sqlite_autoincrement=True,
)
# How the file of a name is to be read, where its user chose otherwise than was detected.
import_choices = Table(
    "import_choices",
    metadata,
    Column("source", String, primary_key=True),
    Column("options", Text, nullable=False),
)


# Two variants on real questions: `changes` are the settings of B; which turn got which side, as it was answered.
experiments = Table(
    "experiments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("changes", Text, nullable=False),
    Column("share", Float, nullable=False, default=0.5),
    Column("started_at", String, nullable=False),
    Column("ended_at", String, nullable=False, default=""),
    sqlite_autoincrement=True,
)
experiment_turns = Table(
    "experiment_turns",
    metadata,
    Column("turn_id", Integer, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    _owned("experiments", "experiment_id", index=True),
    Column("side", String, nullable=False),  # a or b
)
# What people of the house say, and what documents or tables say for it. `place` is JSON: null for documents, else
# [table, column, value]; `origins` the corrections that it was learned from.
house_words = Table(
    "house_words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("said", Text, nullable=False),
    Column("meant", Text, nullable=False),
    Column("lang", String, nullable=False),
    Column("place", Text, nullable=False, default="null"),
    Column("origins", Text, nullable=False, default="[]"),
    Column("state", String, nullable=False, default="approved"),  # approved rejected
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)
