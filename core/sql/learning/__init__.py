"""Makes `core/sql/weights`, by hand: `python -m core.sql.learning.train`. Nothing here is used by a question."""
