"""The shared language of the house: datasets, rows, releases, errors, formats and the portal port."""
