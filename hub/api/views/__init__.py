"""The exchange's nouns over the API, one module each."""
