"""Enterprise classes 企业分类 (S1, S3): points by date, classes in three schemes, history of changes."""

from exporters.rules.enterprise_class.classes import Classes, classes, not_asked, on, red_of, update

__all__ = ["Classes", "classes", "not_asked", "on", "red_of", "update"]
