"""What a CKAN dataset says about a release: names, people, terms, coverage, quality, protection, version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.ckan.names import group_name, organisation_name, package_name, tags
from catalog.ckan.record import CONTENT, OWN, VERSION, VERSIONS, WITHDRAWN, Record, extras_of
from catalog.codes import region_name
from catalog.datasets.licences import LICENCES
from catalog.folder.words import DIMENSIONS, LANGUAGES, clean, in_china, label, share
from catalog.model import Dataset
from catalog.pack.addresses import Addresses
from catalog.pack.schema_org import schema_org
from catalog.portal import Edition
from catalog.release import Release

Facts = dict[str, Any]

# Licences that CKAN knows by other ids than SPDX does.
_LICENCES = {"CC-BY-4.0": "cc-by", "CC0-1.0": "cc-zero", "ODC-By-1.0": "odc-by", "PDDL-1.0": "odc-pddl"}
GONE = "hub_gone"
CATALOGUE = "hub_catalogue"
SCHEMA_ORG = "hub_schema_org"
"""JSON-LD for the head of the dataset's page; ``catalog/ckan/templates`` puts it there."""

FOR_MACHINES = (VERSION, CONTENT, VERSIONS, WITHDRAWN, GONE, CATALOGUE, SCHEMA_ORG)
"""Fields that readers need not see; CKAN's ``package_hide_extras`` hides them."""

# A per cent sign in a name would break CKAN 2.12's page: it formats names as translations.
_WORDS = {
    "en": "英文名称 Title",
    "openness": "开放类别 Openness",
    "conditions": "开放条件 Conditions",
    "apply": "申请使用 Apply",
    "frequency": "更新频率 Update frequency",
    "spatial": "空间范围 Spatial coverage",
    "temporal": "时间范围 Temporal coverage",
    "as_of": "数据截至 Data as of",
    "rows": "数据量（行） Rows",
    "changes": "版本说明 Version notes",
    "quality": "数据质量 Quality (GB/T 36344)",
    "treatment": "脱敏说明 Protection",
    "held_back": "未开放 Held back",
    "basis": "开放依据 Basis",
    "standard": "数据规范 Standard",
    "licence": "许可 Licence",
    "earlier": "历史版本 Earlier versions",
    "content": "内容摘要 Content digest (SHA-256)",
    "phone": "联系电话 Telephone",
    "withdrawn": "撤回说明 Withdrawal",
}
_OURS = frozenset({*_WORDS.values(), *OWN, GONE, SCHEMA_ORG})


def organisation(dataset: Dataset) -> Facts:
    """The publishing bureau as a CKAN organisation."""
    publisher = dataset.publisher
    return {
        "name": organisation_name(publisher.uscc),
        "title": publisher.zh,
        "description": f"{publisher.en}\n\n{publisher.url}",
    }


def group(dataset: Dataset) -> Facts:
    """The data domain as a CKAN group."""
    title = " ".join(dict.fromkeys(label("domain", dataset.domain, language) for language in LANGUAGES))
    return {"name": group_name(dataset.domain), "title": title}


def newborn(dataset: Dataset, record: Record) -> Facts:
    """A dataset nobody may see yet."""
    return {
        "name": package_name(dataset.id),
        "title": _title(dataset),
        "private": True,
        "owner_org": organisation_name(dataset.publisher.uscc),
        "extras": _extras(record.extras()),
    }


def described(edition: Edition, record: Record, present: Mapping[str, Any], places: Addresses) -> Facts:
    """Everything the hub says about the dataset; what others added to ``present`` stays."""
    dataset, release = edition.dataset, edition.release
    publisher = dataset.publisher
    own = tags((*dataset.keywords_zh, *dataset.keywords_en))
    about = schema_org(dataset, release, places)
    groups = {str(one["name"]) for one in present.get("groups", ())} | {group_name(dataset.domain)}
    return {
        "title": _title(dataset),
        "notes": clean(f"{dataset.description_zh}\n\n{dataset.description_en}"),
        "private": False,
        "version": str(release.version),
        "author": publisher.zh,
        "author_email": publisher.email,
        "maintainer": publisher.en,
        "maintainer_email": publisher.email,
        "url": places.page(dataset.id) if dataset.is_open else publisher.url,
        "license_id": _licence(dataset),
        "owner_org": organisation_name(publisher.uscc),
        "tags": [{"name": name} for name in own],
        "groups": [{"name": name} for name in sorted(groups)],
        "extras": _merged(present, {**_facts(edition), **record.extras(), SCHEMA_ORG: about}),
    }


def tombstone(dataset: Dataset, record: Record, reason: str, gone: str) -> Facts:
    """What stays of a dataset that was taken down: its name, the reason, and which versions never come back."""
    versions = "、".join(str(version) for version in sorted(record.withdrawn))
    note = f"本数据集已撤回（版本 {versions}）。 This dataset was withdrawn (versions {versions})."
    extras = {_WORDS["withdrawn"]: clean(reason) or "—", **Record(0, "", {}, record.withdrawn).extras()}
    if gone:
        extras[GONE] = gone
    return {
        "name": package_name(dataset.id),
        "title": f"{_title(dataset)}（已撤回 withdrawn）",
        "notes": note,
        "private": False,
        "owner_org": organisation_name(dataset.publisher.uscc),
        "extras": _extras(extras),
    }


def notes_of(release: Release) -> str:
    """How the version differs from the one before, in both languages."""
    c = release.changes
    return (
        f"新增 {c.added} 条，更正 {c.corrected} 条，撤回 {c.withdrawn} 条 / "
        f"{c.added} added, {c.corrected} corrected, {c.withdrawn} withdrawn"
    )


def _title(dataset: Dataset) -> str:
    return clean(f"{dataset.zh} {dataset.en}")


def _licence(dataset: Dataset) -> str:
    terms = LICENCES.get(dataset.licence)
    return _LICENCES.get(terms.id, "other-closed") if terms else "other-closed"


def _facts(edition: Edition) -> dict[str, str]:
    dataset, release = edition.dataset, edition.release
    terms = LICENCES.get(dataset.licence)
    region = dataset.publisher.region
    facts = {
        "en": dataset.en,
        "openness": _both("audience", dataset.audience.value),
        "conditions": _pair(dataset.conditions_zh, dataset.conditions_en),
        "apply": "" if dataset.is_open else f"{dataset.publisher.url} · {dataset.publisher.email}",
        "frequency": _both("frequency", dataset.frequency),
        "spatial": f"{region_name(region) or ''} {region}".strip(),
        "temporal": _period(dataset, release),
        "as_of": in_china(release.as_of).isoformat(),
        "rows": str(release.rows),
        "changes": notes_of(release),
        "quality": _quality(release),
        "treatment": _treatments(dataset),
        "held_back": "; ".join(f"{reason}: {count}" for reason, count in sorted(release.held_back.items())),
        "basis": dataset.basis,
        "standard": f"{dataset.standard.no} {dataset.standard.zh} / {dataset.standard.en}",
        "licence": f"{terms.zh} / {terms.en} {terms.url}".strip() if terms else dataset.licence,
        "earlier": "\n".join(f"v{old.version}: {notes_of(old)}" for old in edition.earlier),
        "content": release.provenance.content,
        "phone": dataset.publisher.phone,
    }
    return {_WORDS[key]: clean(text) for key, text in facts.items() if text}


def _period(dataset: Dataset, release: Release) -> str:
    start = dataset.options.get("covers_from")
    return f"{start or ''}/{in_china(release.as_of).date().isoformat()}"


def _quality(release: Release) -> str:
    return "; ".join(
        f"{label('quality', name, 'zh')} {name} {share(release.quality[name])}"
        for name in DIMENSIONS
        if name in release.quality
    )


def _treatments(dataset: Dataset) -> str:
    found = [f"{column.name}: {column.treatment.name}" for column in dataset.columns if column.treatment.name != "keep"]
    return "; ".join(found) or "全部字段原样发布 / all fields as they are"


def _both(section: str, key: str) -> str:
    return f"{label(section, key, 'zh')} / {label(section, key, 'en')}"


def _pair(zh: str, en: str) -> str:
    return " / ".join(text for text in (zh, en) if text)


def _merged(present: Mapping[str, Any], own: Mapping[str, str]) -> list[dict[str, str]]:
    foreign = {key: value for key, value in extras_of(present).items() if key not in _OURS}
    return _extras({**own, **foreign})


def _extras(facts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in facts.items()]
