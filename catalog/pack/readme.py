"""The description that travels with the data, in Chinese and in English (数据说明, S0: every opened file has one)."""

from __future__ import annotations

from catalog.datasets.licences import LICENCES
from catalog.derive import dictionary
from catalog.derive.published import RECORD_URI
from catalog.folder.words import DIMENSIONS, label, moment, share
from catalog.model import Dataset
from catalog.pack.addresses import Addresses
from catalog.pack.phrases import heading as _heading
from catalog.pack.phrases import say as _say
from catalog.pack.phrases import table
from catalog.pack.risk import risk_section
from catalog.release import Release, Role

NAMES = {"en": "README.md", "zh": "README.zh-CN.md"}


def readme(dataset: Dataset, release: Release, base_url: str, language: str) -> str:
    """The description in ``zh`` or ``en`` as Markdown; equal releases give equal text."""
    parts = [
        _head(dataset, release, base_url, language),
        _fields(dataset, language),
        _protection(dataset, language),
        *risk_section(dataset, release, language),
        _quality(release, language),
        _held_back(release, language),
        _marks(dataset, release, language),
        _files(release, language),
        _changes(release, language),
        _terms(dataset, language),
    ]
    return "\n".join(parts)


def _head(dataset: Dataset, release: Release, base_url: str, language: str) -> str:
    zh = language == "zh"
    places = Addresses.of(base_url, dataset)
    facts = [
        (_say("publisher", language), dataset.publisher.zh if zh else dataset.publisher.en),
        (_say("identifier", language), dataset.id),
        (_say("version", language), str(release.version)),
        (_say("as_of", language), moment(release.as_of, language)),
        (_say("rows", language), f"{release.rows:,}"),
        (_say("frequency", language), label("frequency", dataset.frequency, language)),
        (_say("openness", language), label("audience", dataset.audience.value, language)),
        (_say("basis", language), label("basis", dataset.basis, language)),
        (_say("standard", language), f"{dataset.standard.no} {dataset.standard.zh if zh else dataset.standard.en}"),
        (_say("page", language), places.page(dataset.id)),
    ]
    title, description = (dataset.zh, dataset.description_zh) if zh else (dataset.en, dataset.description_en)
    other = NAMES["en"] if zh else NAMES["zh"]
    lines = [f"# {title}", "", f"[{_say('other_language', language)}]({other})", "", description, ""]
    return "\n".join([*lines, *table((_say("fact", language), _say("value", language)), facts)])


def _fields(dataset: Dataset, language: str) -> str:
    zh = language == "zh"
    rows = [
        (
            f"`{row.name}`",
            row.zh if zh else row.en,
            row.type_zh if zh else row.type_en,
            row.note_zh if zh else row.note_en,
        )
        for row in dictionary.rows(dataset)
    ]
    heads = tuple(_say(key, language) for key in ("field", "title", "type", "note"))
    return "\n".join([_heading("fields", language), _say("fields_lead", language), "", *table(heads, rows)])


def _protection(dataset: Dataset, language: str) -> str:
    treated = [
        (f"`{column.name}`", label("treatment", column.treatment.name, language))
        for column in dataset.columns
        if column.treatment.name != "keep"
    ]
    heads = (_say("field", language), _say("treatment", language))
    body = table(heads, treated) if treated else [_say("all_kept", language), ""]
    return "\n".join([_heading("protection", language), _say("protection_lead", language), "", *body])


def _quality(release: Release, language: str) -> str:
    known = [name for name in DIMENSIONS if name in release.quality]
    names = [*known, *sorted(set(release.quality) - set(known))]
    rows = [(label("quality", name, language), share(release.quality[name])) for name in names]
    heads = (_say("dimension", language), _say("score", language))
    return "\n".join([_heading("quality", language), _say("quality_lead", language), "", *table(heads, rows)])


def _held_back(release: Release, language: str) -> str:
    rows = [(label("held", why, language), f"{count:,}") for why, count in sorted(release.held_back.items())]
    heads = (_say("reason", language), _say("count", language))
    body = table(heads, rows) if rows else [_say("nothing_held", language), ""]
    return "\n".join([_heading("held", language), *body])


def _marks(dataset: Dataset, release: Release, language: str) -> str:
    said = [_say("marks_lead", language, mark=release.mark)]
    if any(column.name == RECORD_URI for column in dataset.columns):
        said.append(_say("marks_records", language, column=RECORD_URI))
    return "\n".join([_heading("marks", language), *said, ""])


def _files(release: Release, language: str) -> str:
    rows = [
        (
            f"`{resource.name}`",
            label("role", resource.role.value, language),
            f"{resource.rows:,}" if resource.rows is not None else "",
            f"{resource.size:,}",
            f"`{resource.sha256}`",
        )
        for resource in release.resources
        if resource.role in {Role.DATA, Role.DICTIONARY}
    ]
    heads = (*(_say(key, language) for key in ("file", "purpose", "rows", "size")), "SHA-256")
    proof = release.provenance
    digests = [
        (_say("digest_code", language), f"`{proof.code}`"),
        (_say("digest_declaration", language), f"`{proof.declaration}`"),
        (_say("digest_policy", language), f"`{proof.policy}`"),
        (_say("digest_input", language), f"`{proof.input}`"),
        (_say("digest_content", language), f"`{proof.content}`"),
        *([(_say("digest_facts", language), f"`{proof.facts}`")] if proof.facts else []),
    ]
    return "\n".join(
        [
            _heading("files", language),
            *table(heads, rows),
            _say("reading", language),
            "",
            _heading("verify", language),
            _say("verify_lead", language),
            "",
            "```sh",
            "sha256sum -c SHA256SUMS",
            "```",
            "",
            *table((_say("made_from", language), "SHA-256"), digests),
        ]
    )


def _changes(release: Release, language: str) -> str:
    changes = release.changes
    rows = [
        (_say("added", language), f"{changes.added:,}"),
        (_say("corrected", language), f"{changes.corrected:,}"),
        (_say("withdrawn", language), f"{changes.withdrawn:,}"),
    ]
    return "\n".join([_heading("changes", language), *table((_say("change", language), _say("count", language)), rows)])


def _terms(dataset: Dataset, language: str) -> str:
    zh = language == "zh"
    licence = LICENCES[dataset.licence]
    name = licence.zh if zh else licence.en
    conditions = dataset.conditions_zh if zh else dataset.conditions_en
    who = dataset.publisher
    cite = _say(
        "citation",
        language,
        publisher=who.zh if zh else who.en,
        dataset=dataset.zh if zh else dataset.en,
        id=dataset.id,
    )
    lines = [
        _heading("licence", language),
        f"[{name}]({licence.url})" if licence.url else name,
        "",
        *([conditions, ""] if conditions else []),
        cite,
        "",
        _heading("contact", language),
        _say("contact_lead", language),
        "",
        f"{who.zh if zh else who.en} · <{who.email}> · {who.phone} · <{who.url}>",
        "",
    ]
    return "\n".join(lines)
