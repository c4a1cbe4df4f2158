"""Prometheus metrics: how many requests, how long, how many bytes; by route, method and status, never by caller."""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from hub.api.process.serve import SHARED

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        names = ("route", "method", "status")
        self._requests = Counter("hub_requests", "Answered requests", names, registry=self._registry)
        self._seconds = Histogram("hub_request_seconds", "Time to answer", ("route",), registry=self._registry)
        self._rows = Counter("hub_rows_delivered", "Delivered rows", ("dataset",), registry=self._registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def delivered(self, dataset: str, rows: int) -> None:
        """Count delivered rows."""
        self._rows.labels(dataset).inc(rows)

    def page(self) -> bytes:
        """The page that Prometheus reads."""
        if os.environ.get(SHARED):
            together = CollectorRegistry()
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
            return generate_latest(together)
        return generate_latest(self._registry)
