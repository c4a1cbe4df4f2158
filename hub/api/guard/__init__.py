"""What every request passes: who asks, whether it may, how often, and what is written down of it."""
