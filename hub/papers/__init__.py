"""Agreements and cases as files for people."""
