"""The page of errors names every class of the tree with its exit code."""

from __future__ import annotations

from pathlib import Path

from catalog import errors

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def _classes() -> list[type[errors.HubError]]:
    found = [errors.HubError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return [cls for cls in found if cls is not errors.HubError]


def test_every_error_class_is_on_the_page_with_its_exit_code() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    for cls in _classes():
        assert any(row.startswith(f"| {cls.exit_code} | `{cls.__name__}`") for row in rows), cls.__name__


def test_exit_codes_and_names_are_unique() -> None:
    classes = _classes()
    assert len({cls.exit_code for cls in classes}) == len(classes)
    assert len({cls.code for cls in classes}) == len(classes)


def test_retriable_errors_are_said_to_be_so() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for cls in _classes():
        row = next(line for line in text.splitlines() if f"`{cls.__name__}`" in line)
        assert row.rstrip().endswith("yes |") == cls.retry
