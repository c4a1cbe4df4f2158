"""Derivations put together, kept and brought up to date."""
