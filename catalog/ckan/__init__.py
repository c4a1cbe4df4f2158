"""The CKAN portal: releases as CKAN datasets with files, data dictionary and a table, switched in one call."""

from catalog.ckan.portal import CkanPortal

__all__ = ["CkanPortal"]
