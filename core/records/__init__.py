"""The records that travel between layers: frozen, plain, without behaviour beyond reading themselves.

They are imported from here, whatever their topic: `from core.records import Answer`. Nothing in them opens a file, a
database or a model. Offsets (`start`, `end`) count code points in the text of one page. Boxes are (x0, y0, x1, y1) as
fractions of the page, origin at the top left, so that they fit a page image of any size.
"""

from core.records.answers import (
    Answer,
    Check,
    Citation,
    Comparison,
    DocumentsAnswer,
    Event,
    Hit,
    HitSentence,
    MadeWith,
    Route,
    SearchResult,
    Verdict,
)
from core.records.documents import (
    BoxTuple,
    Chunk,
    Document,
    Heading,
    IngestReport,
    Line,
    Page,
    PageTable,
    ParsedDocument,
    Piece,
    Sentence,
)
from core.records.models import AdapterCard, Message, ModelUse
from core.records.tables import (
    Catalog,
    ChartSpec,
    CheckedSql,
    Column,
    ForeignKey,
    FoundTable,
    Metric,
    QueryResult,
    Reading,
    Sounding,
    SqlAnswer,
    Table,
)
from core.records.work import JobStatus, Trace

__all__ = [
    "AdapterCard",
    "Answer",
    "BoxTuple",
    "Catalog",
    "ChartSpec",
    "Check",
    "CheckedSql",
    "Chunk",
    "Citation",
    "Column",
    "Comparison",
    "Document",
    "DocumentsAnswer",
    "Event",
    "ForeignKey",
    "FoundTable",
    "Heading",
    "Hit",
    "HitSentence",
    "IngestReport",
    "JobStatus",
    "Line",
    "MadeWith",
    "Message",
    "Metric",
    "ModelUse",
    "Page",
    "PageTable",
    "ParsedDocument",
    "Piece",
    "QueryResult",
    "Reading",
    "Route",
    "SearchResult",
    "Sentence",
    "Sounding",
    "SqlAnswer",
    "Table",
    "Trace",
    "Verdict",
]
