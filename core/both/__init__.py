"""Rows and passages of one question: what each is worth to the other, and one text from both."""
