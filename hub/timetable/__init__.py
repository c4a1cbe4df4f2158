"""What runs when, and who runs it."""
