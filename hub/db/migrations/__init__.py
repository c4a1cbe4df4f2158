"""Revisions of the state's tables, run by ``hub.db.migrate``."""
