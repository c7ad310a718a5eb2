"""Where a question should look: documents, tables, both, the workspace itself, small talk, or nowhere."""
