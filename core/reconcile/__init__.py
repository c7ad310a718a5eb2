"""Where a document and a table state the same figure: which figures, whether they agree, why they may not."""
