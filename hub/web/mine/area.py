"""The area's list of pages; each module of the area adds its own."""

from __future__ import annotations

from hub.web.areas import Pages

pages = Pages("mine", __file__)
