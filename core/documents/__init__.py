"""Documents in: files parsed to pages, cut into sentences, pieces and passages, and their originals kept.

Nothing here embeds, indexes or answers; nothing here knows the state file."""
