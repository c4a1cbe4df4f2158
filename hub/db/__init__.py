"""The hub's own state: tables, engine and migrations. SQLite by default, PostgreSQL by URL."""
