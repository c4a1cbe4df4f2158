"""What the descriptions say, in both languages. Names of codes come from the pages' words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        key: MappingProxyType({"zh": zh, "en": en})
        for key, zh, en in (
            ("other_language", "English", "中文"),
            ("fact", "项目", "Fact"),
            ("value", "内容", "Value"),
            ("publisher", "来源部门", "Publisher"),
            ("identifier", "数据集标识", "Identifier"),
            ("version", "版本", "Version"),
            ("as_of", "数据截至", "Data as of"),
            ("rows", "行数", "Rows"),
            ("frequency", "更新频率", "Update frequency"),
            ("openness", "开放属性", "Openness"),
            ("basis", "依据", "Basis"),
            ("standard", "数据规范", "Data standard"),
            ("page", "数据集页面", "Page"),
            ("fields_heading", "字段", "Fields"),
            (
                "fields_lead",
                "完整的数据字典（格式、代码、敏感级别、处理方式）见 `dictionary.csv`。",
                "The full data dictionary (formats, codes, sensitivity, treatment) is `dictionary.csv`.",
            ),
            ("field", "字段", "Field"),
            ("title", "名称", "Title"),
            ("type", "类型", "Type"),
            ("note", "说明", "Note"),
            ("protection_heading", "脱敏处理", "Protection"),
            (
                "protection_lead",
                "开放前按字段处理如下。处理只遮盖、概括或不公布，不改动公开的事实。",
                "Before opening, fields were treated as follows. Treatments hide, generalise or withhold; they never"
                " alter a published fact.",
            ),
            ("treatment", "处理方式", "Treatment"),
            ("all_kept", "全部字段原样发布。", "All fields are released as they are."),
            ("quality_heading", "数据质量", "Quality"),
            (
                "quality_lead",
                "按 GB/T 36344-2018 的六个维度评价，满分 100。",
                "Evaluated along the six dimensions of GB/T 36344-2018; 100 is the best.",
            ),
            ("dimension", "维度", "Dimension"),
            ("score", "得分（%）", "Score (%)"),
            ("held_heading", "未发布的内容", "What was held back"),
            ("nothing_held", "没有。", "Nothing."),
            ("reason", "原因", "Reason"),
            ("count", "数量", "Count"),
            ("marks_heading", "标识", "Marks"),
            (
                "marks_lead",
                "本版本带有标识 `{mark}`（写在 Excel、Parquet 和 XML 文件的属性中），用于追溯副本的来源；"
                "标识不改变任何公开的事实。",
                "This version carries the mark `{mark}` (in the properties of the Excel, Parquet and XML files), by"
                " which a copy can be traced to its origin; no published fact is changed by it.",
            ),
            ("files_heading", "文件", "Files"),
            ("file", "文件", "File"),
            ("purpose", "用途", "Purpose"),
            ("size", "字节", "Bytes"),
            (
                "reading",
                "各格式内容一致。CSV 中，以 `= + - @`（含全角）、制表符或换行开头的文本前加一个撇号 `'`，"
                "以免被表格软件当作公式；列表以 `;` 连接，文本中的 `;` 写作 `\\;`，`\\` 写作 `\\\\`。"
                "XML 和 Excel 中不能书写的字符写作 `_xHHHH_`。",
                "Every format holds the same content. In CSV, a text that begins with `= + - @` (also full-width), TAB"
                " or a line end has an apostrophe `'` before it, so that no spreadsheet runs it as a formula; the texts"
                " of a list are joined by `;`, with `\\;` and `\\\\` for `;` and `\\` inside a text. Characters that XML"
                " and Excel cannot hold are written `_xHHHH_`.",
            ),
            ("verify_heading", "核验", "How to verify"),
            (
                "verify_lead",
                "在本目录运行下列命令；全部显示 OK，文件即为发布的原件。`hub verify` 命令还可核验文件属于已记入台账的发布。",
                "Run this command in the folder; when every line says OK, the files are as they were released. The"
                " command `hub verify` also proves that a file belongs to a release in the ledger.",
            ),
            ("made_from", "来源", "Made from"),
            ("digest_code", "程序", "code"),
            ("digest_declaration", "数据集声明", "declaration"),
            ("digest_policy", "脱敏策略", "policy"),
            ("digest_input", "输入", "input"),
            ("digest_content", "内容", "content"),
            ("changes_heading", "与上一版本相比", "Changes since the version before"),
            ("change", "变化", "Change"),
            ("added", "新增", "Added"),
            ("corrected", "更正", "Corrected"),
            ("withdrawn", "撤回", "Withdrawn"),
            ("licence_heading", "许可与引用", "Licence and citation"),
            (
                "citation",
                "引用：{publisher}，《{dataset}》（{id}），注明版本号。",
                "Cite as: {publisher}, “{dataset}” ({id}), with the version.",
            ),
            ("contact_heading", "联系与纠错", "Contact and corrections"),
            (
                "contact_lead",
                "发现数据有误，或认为数据侵犯您的权益，请联系来源部门，注明数据集标识和版本。",
                "If data is wrong or infringes your rights, write to the publisher and name the dataset and version.",
            ),
        )
    }
)
