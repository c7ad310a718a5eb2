"""Spanish and English words: what each is called in the other language. It knows no text, no question and no table.

`entries` reads the files, `forms` bends words, `cognates` tells words of one root, `translate` reads a question.
"""
