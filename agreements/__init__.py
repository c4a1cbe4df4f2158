"""Who may have what: parties, agreements, grants and decisions. Empty until the exchange moves in."""
