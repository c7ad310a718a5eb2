"""A list by a bound whose conditions also name every side of a column is a list still, and is written without error."""

from core.sql.business.plan import BusinessPlan, Filter
from core.sql.business.render import write_business
from core.sql.data.schema import schema_of
from core.sql.language.lexicon import builtin_lexicon
from tests.sql.shop import make_shop


def test_a_list_with_sides_is_written_as_a_list():
    connection, catalog = make_shop("en")
    schema = schema_of(catalog, builtin_lexicon())
    status, amount = (schema.column_of["orders", name].number for name in ("status", "amount"))
    orders = schema.table_of["orders"].number
    plan = BusinessPlan(
        None, lang="en", subject=orders, dimensions=(status,), filters=(Filter(amount, ">", 100, (3,)),)
    )
    rows = connection.execute(write_business(plan, schema)).fetchall()
    assert len(rows) == connection.execute("SELECT count(*) FROM orders WHERE amount > 100").fetchone()[0]
