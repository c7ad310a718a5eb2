"""Makes the sample workspace again from nothing: `python data/samples/make_samples.py`. Same bytes every time.

Tables go to data/samples/tables, documents to data/samples/documents, example questions to questions.jsonl.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from maker.annual import write_annual_report, write_draft  # noqa: E402
from maker.contract import write_contract  # noqa: E402
from maker.figures import Figures  # noqa: E402
from maker.office import write_minutes, write_security_policy, write_staff_policy, write_strategy_deck  # noqa: E402
from maker.quarterly import write_quarterly_report  # noqa: E402
from maker.questions import write_questions  # noqa: E402
from maker.table_files import write_tables  # noqa: E402
from maker.tables import make_tables  # noqa: E402
from maker.texts import write_catalogue, write_email, write_faq  # noqa: E402


def make(target: Path) -> None:
    tables = make_tables()
    write_tables(target / "tables", tables)
    figures = Figures(tables)
    write_questions(target / "questions.jsonl", figures)
    documents = target / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    write_annual_report(documents / "informe-anual-2025.pdf", figures)
    write_draft(documents / "avance-resultados-2025-borrador.pdf", figures)
    write_quarterly_report(documents / "q3-2025-report.pdf", figures)
    write_contract(documents / "contrato-suministro-corcho.pdf")
    write_staff_policy(documents / "politica-permisos-y-viajes.docx")
    write_security_policy(documents / "information-security-policy.docx")
    write_minutes(documents / "acta-consejo-2025-11-27.docx", figures)
    write_strategy_deck(documents / "sales-strategy-2026.pptx", figures)
    write_catalogue(documents / "catalogo-condiciones-2026.html", figures)
    write_faq(documents / "support-faq.md")
    write_email(documents / "retraso-pedido-nordkork.eml", figures)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
