"""Identifiers of the domain: their grammars and check digits, for one value and for whole columns.

``CHECKS`` (in ``catalog.identifiers.checks``) names those that a declared field may ask for.
"""
