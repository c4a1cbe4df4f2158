"""Risk monitoring: from intake to tasks and notices."""
