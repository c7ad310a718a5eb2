"""Spanish and English words: what each is called in the other language. It knows no text, no question and no table."""
