"""From a regulator's database, spreadsheet or interface to declared records and products."""
