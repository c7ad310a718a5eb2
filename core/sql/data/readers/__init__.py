"""Readers of table files. They run in the import child only: each turns one kind of file into staged tables."""
