"""Pages of bureaus and of the operators of the hub."""
