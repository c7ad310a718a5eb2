"""A small shop in DuckDB with its catalog, in Spanish or English: what the parser's tests ask about."""

import datetime
import random

import duckdb

from core.records import Catalog, Column, ForeignKey, QueryResult, Table

NAMES = {
    "en": {
        "customers": ["customer_id", "name", "city", "country", "birth_year"],
        "products": ["product_id", "product_name", "category", "price"],
        "orders": ["order_id", "customer_id", "product_id", "order_date", "quantity", "amount", "status"],
    },
    "es": {
        "clientes": ["id_cliente", "nombre", "ciudad", "país", "año_nacimiento"],
        "productos": ["id_producto", "producto", "categoría", "precio"],
        "pedidos": ["id_pedido", "id_cliente", "id_producto", "fecha", "cantidad", "importe", "estado"],
    },
}
TYPES = [
    ["INTEGER", "VARCHAR", "VARCHAR", "VARCHAR", "INTEGER"],
    ["INTEGER", "VARCHAR", "VARCHAR", "DOUBLE"],
    ["INTEGER", "INTEGER", "INTEGER", "DATE", "INTEGER", "DOUBLE", "VARCHAR"],
]
WORDS = {
    "en": {"Spain": "Spain", "France": "France", "tools": "Tools", "garden": "Garden", "paid": "paid", "open": "open"},
    "es": {
        "Spain": "España",
        "France": "Francia",
        "tools": "Ferretería",
        "garden": "Jardín",
        "paid": "pagado",
        "open": "abierto",
    },
}


def make_shop(lang):
    """(connection, catalog): 12 customers, 8 products, 240 orders of 2023 and 2024, always the same."""
    rng = random.Random(3)
    word = WORDS[lang]
    people = ["Ana", "Luis", "Marta", "Jon", "Eva", "Pablo", "Claire", "Hugo", "Irene", "Theo", "Nora", "Igor"]
    places = [("Madrid", "Spain"), ("Bilbao", "Spain"), ("Sevilla", "Spain"), ("Paris", "France"), ("Lyon", "France")]
    customers = []
    for number, name in enumerate(people, 1):
        city, country = places[number % 5]
        customers.append((number, name, city, word[country], 1960 + 3 * number))
    goods = ["Hammer", "Saw", "Drill", "Rake", "Hose", "Spade", "Lamp", "Bench"]
    products = [(n, good, word["tools" if n < 4 else "garden"], 5.0 + 3.5 * n) for n, good in enumerate(goods, 1)]
    orders = []
    for number in range(1, 241):
        customer, product, pieces = rng.randint(1, 10), rng.randint(1, 7), rng.randint(1, 9)
        day = datetime.date(2023, 1, 1) + datetime.timedelta(days=3 * number)
        state = word["paid" if rng.random() < 0.8 else "open"]
        orders.append((number, customer, product, day, pieces, round(pieces * (5.0 + 3.5 * product), 2), state))
    con = duckdb.connect()
    for (table, columns), types, rows in zip(NAMES[lang].items(), TYPES, (customers, products, orders), strict=True):
        described = ", ".join(f'"{column}" {kind}' for column, kind in zip(columns, types, strict=True))
        con.execute(f"CREATE TABLE {table} ({described})")
        con.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
    return con, make_catalog(con, lang)


def make_catalog(con, lang):
    tables = []
    for (name, columns), types in zip(NAMES[lang].items(), TYPES, strict=True):
        profiles = tuple(profile(con, name, column, kind) for column, kind in zip(columns, types, strict=True))
        rows = con.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        tables.append(Table(name, profiles, rows, "shop.duckdb", primary_key=(columns[0],)))
    customers, products, orders = (table.name for table in tables)
    keys = [
        ForeignKey(orders, (NAMES[lang][orders][1],), customers, (NAMES[lang][customers][0],)),
        ForeignKey(orders, (NAMES[lang][orders][2],), products, (NAMES[lang][products][0],)),
    ]
    return Catalog(tuple(tables), tuple(keys))


def fill(con, columns, rows):
    """The records of the tables that it makes from `columns` (name -> (column, type) pairs) and their rows; a first
    column 'id' is the key."""
    tables = []
    for name, described in columns.items():
        spelled = ", ".join(f'"{column}" {kind}' for column, kind in described)
        con.execute(f"CREATE TABLE {name} ({spelled})")
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(described))})", rows[name])
        profiles = tuple(profile(con, name, column, kind) for column, kind in described)
        key = ("id",) if described[0][0] == "id" else ()
        tables.append(Table(name, profiles, len(rows[name]), f"{name}.duckdb", primary_key=key))
    return tuple(tables)


def profile(con, table, column, kind):
    low, high, distinct = con.execute(
        f'SELECT min("{column}"), max("{column}"), count(DISTINCT "{column}") FROM {table}'
    ).fetchone()
    values = ()
    if kind == "VARCHAR":
        values = tuple(row[0] for row in con.execute(f'SELECT DISTINCT "{column}" FROM {table} ORDER BY 1').fetchall())
    return Column(column, kind, 0, distinct, low, high, values)


def runner(con):
    """`run` for `ask`: statements in, results out."""

    def run(statements):
        return [run_one(con, text) for text in statements]

    return run


def run_one(con, text):
    try:
        cursor = con.execute(text)
    except duckdb.Error as error:
        return QueryResult(error=("errors.sql", {"detail": str(error)}))
    return QueryResult(
        tuple(item[0] for item in cursor.description),
        tuple(str(item[1]) for item in cursor.description),
        tuple(cursor.fetchall()),
    )
