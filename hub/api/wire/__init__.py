"""How requests and answers travel: problems, bodies, streams, compression, ranges, routes."""
