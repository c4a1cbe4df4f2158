"""Tables that are told with small changes instead of gaps: by cell key, or rounded so that everything still adds up."""
