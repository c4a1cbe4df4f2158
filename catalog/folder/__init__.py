"""The folder portal: releases shown as a self-describing static site that any web server can host."""

from catalog.folder.portal import FolderPortal

__all__ = ["FolderPortal"]
