"""Pages of institutes, platforms, units and other provinces."""
