"""The file formats of a release. ``catalog.formats.table`` is the one list of them."""
