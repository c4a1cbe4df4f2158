"""Raw rows become safe rows: treatments, detection, disclosure control and marks. No database, no network."""
