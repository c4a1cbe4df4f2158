"""Other readings of a declaration: Arrow schema, data dictionary, Table Schema, CKAN fields and documentation."""
