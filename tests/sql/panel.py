"""Tables as the public publishes them: a row a country and year, a column a company, a column a kind of prize, and a
restaurant's bills with a column called 'day' that holds no dates; parcels with a date for each step of their way; the
output of mills, a row a mill and month."""

import datetime
import random

import duckdb
from shop import fill

from core.records import Catalog

COLUMNS = {
    "nations": [("country", "VARCHAR"), ("region", "VARCHAR"), ("year", "INTEGER"), ("lifeExp", "DOUBLE"),
                ("pop", "INTEGER"), ("gdpPercap", "DOUBLE"), ("iso", "VARCHAR")],
    "prizes": [("club", "VARCHAR"), ("cups", "INTEGER"), ("leagues", "INTEGER"), ("shields", "INTEGER")],
    "closing": [("date", "DATE"), ("ACME", "DOUBLE"), ("BOLT", "DOUBLE"), ("CRUX", "DOUBLE")],
    "bills": [("total_bill", "DOUBLE"), ("tip", "DOUBLE"), ("smoker", "VARCHAR"), ("day", "VARCHAR")],
    "parcels": [("parcel", "VARCHAR"), ("fecha_pedido", "DATE"), ("fecha_envio", "DATE"), ("fecha_entrega", "DATE"),
                ("carrier", "VARCHAR")],
    "monthly_output": [("mill", "VARCHAR"), ("month_start", "DATE"), ("oil_hl", "DOUBLE"), ("avg_price", "DOUBLE")],
}  # fmt: skip
NATIONS = {
    "Spain": ("Europe", "ESP"),
    "France": ("Europe", "FRA"),
    "Peru": ("Americas", "PER"),
    "Japan": ("Asia", "JPN"),
}
FIRST_DAY = datetime.date(2023, 1, 2)


def _days(rng):
    """Ordered, shipped, delivered: some days apart."""
    ordered = FIRST_DAY + datetime.timedelta(days=rng.randint(0, 300))
    shipped = ordered + datetime.timedelta(days=rng.randint(0, 4))
    return ordered, shipped, shipped + datetime.timedelta(days=rng.randint(1, 9))


def make_panel():
    """(connection, catalog), always the same."""
    rng = random.Random(11)
    rows = {
        "nations": [
            (country, region, year, round(rng.uniform(45, 84), 1), rng.randint(10**6, 9 * 10**7),
             round(rng.uniform(900, 40000), 2), iso)
            for country, (region, iso) in NATIONS.items() for year in range(1960, 2021, 10)
        ],
        "prizes": [(club, *(rng.randint(0, 30) for _ in range(3))) for club in ("Alba", "Brisa", "Cierzo", "Duna")],
        "closing": [
            (FIRST_DAY + datetime.timedelta(days=7 * week), *(round(rng.uniform(1, 9), 2) for _ in range(3)))
            for week in range(60)
        ],
        "bills": [
            (round(rng.uniform(8, 60), 2), round(rng.uniform(1, 9), 2), rng.choice(["Yes", "No"]),
             rng.choice(["Thur", "Fri", "Sat", "Sun"]))
            for _ in range(120)
        ],
        "monthly_output": [
            (mill, datetime.date(2023 + n // 12, n % 12 + 1, 1), round(rng.uniform(9, 90), 1), rng.uniform(2, 8))
            for mill in ("Norte", "Sur", "Vega") for n in range(30)
        ],
        "parcels": [(f"P{n}", *_days(rng), rng.choice(["Ruta", "Vuelo"])) for n in range(80)],
    }  # fmt: skip
    con = duckdb.connect()
    return con, Catalog(fill(con, COLUMNS, rows))
