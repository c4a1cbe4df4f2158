"""Hand-made declarations for tests: small, valid, every argument replaceable by name."""

from collections.abc import Mapping
from types import MappingProxyType

from catalog.model import (
    Audience,
    Column,
    Dataset,
    Field,
    Kind,
    Publisher,
    Required,
    Sensitivity,
    Sharing,
    SourceSpec,
    Standard,
    Treatment,
)


def a_field(name="product_name", kind=Kind.STRING, **changes):
    """A public field of an invented standard."""
    facts = {
        "code": "XX01",
        "name": name,
        "zh": "产品名称",
        "en": "Product name",
        "kind": kind,
        "sensitivity": Sensitivity.PUBLIC,
        "sharing": Sharing.OPEN,
        "required": Required.NO,
    }
    return Field(**{**facts, **changes})


def a_column(name="product_name", kind=Kind.STRING, treatment="keep", options: Mapping | None = None, **changes):
    """A released column; ``changes`` go to its field, ``zh`` and ``en`` to both."""
    source = a_field(name, kind, **changes)
    return Column(
        field=source,
        treatment=Treatment(treatment, MappingProxyType(dict(options or {}))),
        name=name,
        zh=source.zh,
        en=source.en,
    )


def a_publisher(**changes):
    facts = {
        "zh": "示例省市场监督管理局",
        "en": "Example Province Administration for Market Regulation",
        "uscc": "11370000MB2847561X",
        "region": "370000",
        "email": "opendata@example.org",
        "phone": "0531-00000000",
        "url": "https://amr.example.org/",
    }
    return Publisher(**{**facts, **changes})


COLUMNS = (
    a_column("record_id", code="H01", zh="记录编号", en="Record number", required=Required.YES, max_length=32),
    a_column("product_name", code="XX02", zh="产品名称", en="Product name", max_length=200),
    a_column("executed_standards", Kind.STRINGS, code="XX03", zh="执行标准", en="Executed standards"),
    a_column("quantity", Kind.INTEGER, code="XX04", zh="数量", en="Quantity"),
    a_column("pass_rate", Kind.DECIMAL, code="XX05", zh="合格率", en="Pass rate", scale=2),
    a_column("produced_on", Kind.DATE, code="XX06", zh="生产日期", en="Produced on"),
    a_column("updated_at", Kind.DATETIME, code="H12", zh="更新时间", en="Updated at"),
    a_column("is_listed", Kind.BOOLEAN, code="XX07", zh="是否在列", en="Whether listed"),
)
"""One column of each type that files know."""


def a_standard(columns=COLUMNS, **changes):
    facts = {
        "no": "2.9",
        "version": "0.1",
        "table": "example",
        "zh": "示例数据规范",
        "en": "Example data standard",
        "header": (),
        "fields": tuple(column.field for column in columns),
    }
    return Standard(**{**facts, **changes})


def a_dataset(columns=COLUMNS, **changes):
    """An open dataset of ``columns`` in all five formats."""
    facts = {
        "id": "example",
        "standard": a_standard(columns),
        "product": "records",
        "zh": "示例数据集",
        "en": "Example dataset",
        "description_zh": "用于测试的示例数据，不含真实记录。",
        "description_en": "Invented example data, no real record.",
        "basis": "S0 开放范围 a-2",
        "audience": Audience.PUBLIC,
        "domain": "产品质量",
        "licence": "CC-BY-4.0",
        "frequency": "daily",
        "cron": "0 3 * * *",
        "approval": "none",
        "keywords_zh": ("工业产品", "质量"),
        "keywords_en": ("industrial products", "quality"),
        "formats": ("csv", "xlsx", "jsonl", "parquet", "xml"),
        "publisher": a_publisher(),
        "source": SourceSpec(kind="sql", table="example"),
        "columns": tuple(columns),
        "reads": (),
        "conditions_zh": "",
        "conditions_en": "",
        "options": MappingProxyType({}),
        "digest": "d" * 64,
    }
    return Dataset(**{**facts, **changes})
