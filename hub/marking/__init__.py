"""Marked copies: made, registered, kept, delivered, recognised."""
