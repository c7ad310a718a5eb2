"""Questions about tables: from words to checked statements and their results."""
