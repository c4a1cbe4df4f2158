"""Pages for everyone: what is published, trace codes, notices, colours, feedback."""

from hub.web.public import home
from hub.web.public.area import pages

__all__ = ["home", "pages"]
