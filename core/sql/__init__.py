"""Questions about tables: from words to checked statements and their results.

`tables.py` is the way in, `ask.py` the story of one question. The packages beside them are its stages, and each imports
only those before it: `language` (words, Spanish, time), `safety` (guard and sandbox), `data` (tables in, catalog,
schema), `linking` (what a question's words name), `parser` (the learned reader), `business` (the rules), `charts`,
`insight`, `following` (what goes on from an answer). `learning` makes the weights, by hand; nothing imports it.
"""
