"""Composition: settings, pipeline, ledger, scheduler and commands. Nothing imports this package."""
