"""An office's tables as its people keep them: Spanish headers, yes/no columns, ids with zeros, a column a month."""

import datetime
import random

import duckdb
from shop import fill

from core.records import Catalog, ForeignKey

COLUMNS = {
    "facturas": [("Nº factura", "VARCHAR"), ("Fecha emisión", "DATE"), ("Cliente", "VARCHAR"), ("Zona", "VARCHAR"),
                 ("Importe (€)", "DOUBLE"), ("Pagada", "VARCHAR"), ("Devoluciones", "INTEGER")],
    "orders": [("order_id", "INTEGER"), ("placed_at", "DATE"), ("channel", "VARCHAR"), ("amount", "DOUBLE"),
               ("customer_vip", "BOOLEAN")],
    "presupuesto": [("Departamento", "VARCHAR"), ("ene", "DOUBLE"), ("feb", "DOUBLE"), ("mar", "DOUBLE")],
    "plantilla": [("Empleado", "VARCHAR"), ("Salario bruto anual", "INTEGER"), ("Teletrabajo", "VARCHAR")],
    "medicos": [("id", "INTEGER"), ("nombre", "VARCHAR"), ("especialidad", "VARCHAR")],
    "citas": [("id", "INTEGER"), ("medico_id", "INTEGER"), ("fecha", "DATE"), ("precio", "DOUBLE"),
              ("estado", "VARCHAR")],
}  # fmt: skip


def make_office():
    """(connection, catalog), always the same."""
    rng = random.Random(5)
    day = datetime.date(2024, 1, 1)
    rows = {
        "facturas": [
            (f"{n:06d}", day + datetime.timedelta(days=7 * n), rng.choice(["Núñez", "Ibáñez", "Peña"]),
             rng.choice(["Norte", "Sur"]), round(rng.uniform(50, 900), 2), rng.choice(["sí", "sí", "no"]),
             rng.randint(0, 4))
            for n in range(1, 101)
        ],
        "orders": [
            (n, datetime.date(2025, 1, 1) + datetime.timedelta(days=3 * n), rng.choice(["web", "store"]),
             round(rng.uniform(5, 90), 2), n % 5 == 0)
            for n in range(1, 101)
        ],
        "presupuesto": [(name, *(float(rng.randint(5, 60)) for _ in range(3))) for name in ("Marketing", "Ventas")],
        "plantilla": [(f"Persona {n}", 20000 + 700 * n, "No" if n % 3 else "Sí") for n in range(1, 31)],
        "medicos": [(n, f"Dr. {n}", ["Cardiología", "Pediatría"][n % 2]) for n in range(1, 7)],
        "citas": [
            (n, rng.randint(1, 6), datetime.date(2025, 1, 1) + datetime.timedelta(days=n), 10.0 * rng.randint(3, 9),
             rng.choice(["realizada", "realizada", "cancelada"]))
            for n in range(1, 151)
        ],
    }  # fmt: skip
    con = duckdb.connect()
    return con, Catalog(fill(con, COLUMNS, rows), (ForeignKey("citas", ("medico_id",), "medicos", ("id",)),))
