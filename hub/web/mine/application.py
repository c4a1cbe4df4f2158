"""The application's form in three parts, to and from what the API takes as its body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from marshmallow import Schema

from agreements.agreement import Application
from agreements.model import PurposeKind
from catalog.model import Audience, Dataset
from hub.api.process.context import here
from hub.web.forms import choice, choices, day, text, whole
from hub.web.words import N_

PURPOSES: Final = {PurposeKind.RESEARCH: N_("产业研究"), PurposeKind.QUALITY: N_("质量提升分析")}
STEPS: Final = {"data": N_("选择数据"), "purpose": N_("说明用途"), "terms": N_("期限与安全"), "check": N_("核对提交")}
NAMES: Final = {
    "datasets": N_("数据集"), "columns": N_("字段"), "regions": N_("地区"), "purpose": N_("用途"),
    "statement": N_("用途说明"), "project": N_("项目名称"), "responsible": N_("负责人"), "output": N_("成果形式"),
    "starts": N_("开始日期"), "ends": N_("结束日期"), "measures": N_("安全措施"),
    "retention_days": N_("到期后保存天数"), "quota_rows": N_("每日行数上限"),
}  # fmt: skip
"""What the fields are called."""
_REGIONS: Final = r"[0-9]{2,6}([,，、\s]+[0-9]{2,6})*"


def offered() -> list[Dataset]:
    """Datasets that agreements are made about."""
    return [one for one in here().datasets.values() if one.audience is Audience.INSTITUTES]


def columns() -> dict[str, str]:
    """Columns of these datasets, ``dataset:column``, and what they are called."""
    return {f"{one.id}:{column.name}": column.zh for one in offered() for column in one.columns}


def schema_of(step: str) -> Schema:
    """What a part of the form takes."""
    parts: dict[str, dict[str, Any]] = {
        "data": {
            "datasets": choices([one.id for one in offered()]),
            "columns": choices(columns(), required=False),
            "regions": text(200, required=False, pattern=_REGIONS, wrong=N_("请填写行政区划代码前缀，以逗号分隔。")),
        },
        "purpose": {
            "purpose": choice([one.value for one in PURPOSES]),
            "statement": text(2_000, lines=True),
            "project": text(200),
            "responsible": text(100),
            "output": text(500),
        },
        "terms": {
            "starts": day(),
            "ends": day(),
            "measures": text(2_000, lines=True),
            "retention_days": whole(0, 3_650),
            "quota_rows": whole(0, 1_000_000_000, required=False),
        },
        "check": {},
    }
    return Schema.from_dict(parts[step])()


def names_of(step: str) -> tuple[str, ...]:
    """The fields of a part."""
    return tuple(schema_of(step).fields)


def body_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the API takes: the checked values of all three parts together."""
    regions = str(values.get("regions") or "").replace("，", ",").replace("、", ",").replace(" ", ",")
    items = [
        {
            "dataset": name,
            "fields": [one.partition(":")[2] for one in values.get("columns") or () if one.startswith(f"{name}:")],
            "regions": [one for one in regions.split(",") if one],
        }
        for name in values["datasets"]
    ]
    plain = ("purpose", "statement", "project", "responsible", "output", "starts", "ends", "retention_days")
    return {
        **{name: values[name] for name in plain},
        "data": items,
        "measures": [line.strip() for line in str(values["measures"]).splitlines() if line.strip()],
        "quota_rows": values.get("quota_rows") or 0,
        "replaces": "",
    }


def typed_of(application: Application) -> dict[str, Any]:
    """An application as it would have been typed."""
    regions: Iterable[str] = dict.fromkeys(region for item in application.data for region in item.regions)
    return {
        "datasets": [item.dataset for item in application.data],
        "columns": [f"{item.dataset}:{name}" for item in application.data for name in item.fields],
        "regions": ",".join(regions),
        "purpose": application.purpose.value,
        "statement": application.statement,
        "project": application.project,
        "responsible": application.responsible,
        "output": application.output,
        "starts": application.starts.isoformat(),
        "ends": application.ends.isoformat(),
        "measures": "\n".join(application.measures),
        "retention_days": str(application.retention_days),
        "quota_rows": str(application.quota_rows or ""),
    }
