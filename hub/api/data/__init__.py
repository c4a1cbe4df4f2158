"""Datasets, releases, files and rows over the API, and Delta Sharing."""
