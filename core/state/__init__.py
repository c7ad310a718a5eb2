"""The SQLite file that holds the truth: schema and migrations, documents, vectors, chats, jobs."""
