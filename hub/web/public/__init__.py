"""Pages for everyone: what is published, trace codes, notices, colours, feedback."""

from hub.web.public import about, colours, dataset, datasets, feedback, grading, home, notices, statistics, trace
from hub.web.public.area import pages

__all__ = [
    "about",
    "colours",
    "dataset",
    "datasets",
    "feedback",
    "grading",
    "home",
    "notices",
    "pages",
    "statistics",
    "trace",
]
