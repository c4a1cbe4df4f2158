"""Pages for people, beside the API: one Flask application, made by ``hub.web.app.create_web``."""
