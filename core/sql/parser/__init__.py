"""The learned reader: the shape of a query, filled with what the question names, written, ranked, said in words."""
