"""From marked rows to a release's folder: data files, dictionary, descriptions, metadata and checksums."""
