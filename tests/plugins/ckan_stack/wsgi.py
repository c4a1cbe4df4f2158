"""CKAN as a WSGI application. Runs in CKAN's own environment, never in the hub's."""

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
