"""What each process of the API holds while it serves."""
