"""Dropped spreadsheets and CSV files, read by layouts that are declared as data."""
