"""``docs/notices.md``: from risk monitoring to notices; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from catalog.model import Field, Required
from exporters.rules.book import Book, shipped
from exporters.rules.notices import cap_xml, tip
from exporters.rules.risk_intake import SourceKind, kinds
from tests.rules_world import told
from tests.spec.notice_cases import CLOCKS, CLUSTERS, GUARDS, NOTICE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notices.md"

_STEPS = """| step 步骤 | command 命令 | API `/api/v1` |
|---|---|---|
| collect 采集 | `hub risks collect`, hourly by `hub schedule`; `hub risks import` | `POST risk-sources/<kind>` |
| identify, assess, dispose 识别、评估、处置 | `hub risks identify`, `assess`, `dispose` | `POST risks/<id>/identification`, `assessment`, `disposal` |
| tasks and reminders 任务与提醒 | `hub risks watch`, every ten minutes by `hub schedule`; `tasks`, `reminders` | `GET risk-tasks`, `reminders` |
| follow-up 办理 | `hub risks follow` accept, report, close | `POST risk-tasks/<id>/steps/<step>` |
| draft 起草 | `hub risks draft` from the product's template, `hub notices draft` | `POST risk-tasks/<id>/drafts`, `notices/drafts` |
| pictures and papers 图片与附件 | `hub notices enclose`, `drop` | `POST notices/<no>/files`, `DELETE notices/drafts/<no>/files/<name>` |
| review, tell, publish 审核、告知、发布 | `hub notices review`, `told`, `publish` | `POST notices/<no>/reviews/<kind>`, `producer`, `publication` |
| read 阅读 | `hub notices write` (PDF, CAP, JSON, text), `feed` | `GET notices`, `notices/<no>`, `…/pdf`, `…/cap`, `…/files/<name>`, `notices/feed.rss?region=` |
| push to followers 推送 | `hub notices follow`, `agree`, `unfollow`, `followers`, `push` (every five minutes by `hub schedule`) | `GET`, `POST notice-followers`, `POST …/<id>/agreement`, `DELETE …/<id>` |
| reach 传播统计 | `hub notices reach` | `GET notices/<no>/reach` |
| archive 归档 | `hub risks watch` | `GET notices?archived=true` |

Whoever handles risks holds the role `handling` 处置 (or `operation` in the hub's own bureau) with a regulator, and only
acts within that regulator's territory. Level and tolerability are the matrix's; where one step more of severity or
probability leads higher, the higher level counts.

"""
_AFTER = """## After publication 发布之后

A registered party asks to be told of notices for a region; a second person of the bureau that runs the hub agrees. From then
on each notice that concerns the region is sent once: to an https address as JSON with its CAP message, signed with the
hub's key (RFC 9421; an answer below 300 is a receipt), or as a mail with the CAP message attached: through the mail server of
`HUB_SMTP` (STARTTLS or TLS; a mail that is refused with 5xx is given up), else laid into `HUB_HOME/outgoing-mail`. There
are no other channels; texts to telephones are not sent. What fails is tried again after one minute, two, four … up to twelve
hours, forty times; 410 Gone ends it. Numbers of networks and local names are refused as addresses. Each delivery is claimed
by the push that tries it, so pushes at the same time send it once; only a process that dies between sending and writing so
down sends again, five minutes later at the earliest, byte for byte the same under the same id: `delivery` in the signed body
and the header `Idempotency-Key`, or the mail's Message-ID. A receiver that keeps the ids it took and answers a second one with
200 has each notice once. An attempt lasts a minute at most, redirects are not followed, and of the answer no more than the
status is read. A suspended party is told nothing, and nothing is put by for it.

Every approved peer (`hub peers`) gets each notice that was published since it is one, through the signed exchange between
hubs, with receipts on both sides. The hub that receives it keeps it, lists it (`hub notices received`) and takes it up by
itself as risk information of kind 9 (hourly by `hub schedule`, or `hub risks collect`), where the issuer lies in the sender's
territory and the areas in the issuer's; a cancellation is kept and is no risk.

Readings are counted by day and way (page, JSON, CAP, PDF, files, feeds); nothing is kept of who read.

Risks disposed of or dismissed, and notices that were updated, cancelled, are cancellations or have expired, are archived 90
days later (`archive_days`): they leave lists and feeds, stay at their addresses, and a risk that its source corrects begins
anew.

"""
_SAFETY_GATE = """## EU Safety Gate

`exporters/rules/safety_gate` makes risk records of alerts (Regulation (EU) 2023/988) and alerts of them again, every
column as it came; `hub risks import` stores them as risks and `hub risks export` writes them again. Severity, probability and tolerability stay empty: an alert does not tell them. Barcode cells are
split; several codes, shops' own numbers and broken codes are flagged. Judged on 353 real alerts (European Union, CC BY 4.0).

"""


def _comes(one: SourceKind) -> str:
    place = one.source.table or one.source.pattern or one.source.path
    only = "; ".join(f"{name} = {', '.join(values)}" for name, values in one.only.items())
    return f"{one.source.kind}: `{place}`" + (f" where {only}" if only else "") + (", API" if one.api else "")


def _field(field: Field) -> str:
    return f"**{field.name}**" if field.required is Required.YES else field.name


def page() -> str:
    """The whole page."""
    book = shipped("notices")
    return f"""# From risk monitoring to notices 风险监测与消费提示

`exporters/rules/notices` and `exporters/rules/risk_intake`, rule set {book.version}. Basis 依据: {book.basis}. The rules are
functions over values; the hub keeps risks, tasks, reminders and notices, each step with its event in one transaction.

{_STEPS}{_sources()}{_clusters(book)}{_clocks()}{_guards()}## A draft and its CAP message 文本与 CAP 1.2

```text
{tip(NOTICE)}
```

```xml
{cap_xml(NOTICE).decode()}
```

Every CAP message is valid against the schema of OASIS (`tests/data/cap`).

{_AFTER}{_SAFETY_GATE}This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _sources() -> str:
    rows = "\n".join(
        f"| `{one.id}` | {one.zh} | {_comes(one)} | {', '.join(_field(field) for field in one.body)} |"
        for one in kinds().values()
    )
    return f"""## Sources 信息来源

Eight kinds (S0 6.3.5), declared in `exporters/rules/risk_intake/kinds.toml`; alerts of the EU Safety Gate are the ninth,
其他. No shape has a place for a person, and persons in free text are redacted before anything is stored. A record
without number or day stays at its source; any other gap is flagged. Said again, nothing changes; corrected, a
risk begins anew as collected. A database is asked only for what changed since the last intake.

| kind 类别 | 名称 | comes from 来源 | fields 字段 (required in bold 必填加粗) |
|---|---|---|---|
{rows}

"""


def _clusters(book: Book) -> str:
    rows = "\n".join(
        f"| {what} | {told('risk_monitoring', rows[0])} × {len(rows)} | {task or 'no task 无任务'} |"
        for what, rows, task in CLUSTERS
    )
    return f"""## Clusters and tasks 聚集与任务

Window {book.whole("window_days")} days; {book.whole("complaints")} complaints or opinions, {book.whole("injuries")} injuries,
or a single risk of level M or higher make a task for the territorial bureau: the producer's county, or where no producer
is known the sellers' (several: joint; it is accepted when a bureau over each of its places has). An open task grows and
is not raised twice; a closed one is followed by another only when something new is heard.

| what 情形 | records 记录 | task 任务 |
|---|---|---|
{rows}

"""


def _clocks() -> str:
    rows = "\n".join(
        f"| {level} | {hours} | {'—' if after is None else after} | {state or 'no clock 不计时'} |"
        for level, hours, after, state in CLOCKS
    )
    return f"""## Clocks 时限

S 24 hours, H 3 days, M 10 days from the assessment, by the calendar; reminders at a half, three quarters and the end, each
kept and sent once to every bureau in charge (after a downtime the latest only). The clock stops when a notice over the
task is published, or the task is closed.

| level 等级 | hours since 已过小时 | published after 发布于 | state 状态 |
|---|---|---|---|
{rows}

"""


def _guards() -> str:
    rows = "\n".join(
        f"| {what} | {', '.join(f'`{h}`' for h in why) or 'may be published 可发布'} |" for what, _, _, _, why in GUARDS
    )
    return f"""## Who may publish what 发布条件

`faults` are of the notice (fields N01–N24), the rest of what was done with it. Every draft is scanned by the hub's own
detector for personal information (also what is only likely to be a person) and trade secrets when it is filed and when
it is published; a name before 牌 or 商标 is a brand, and whom to ask may hold an office's telephone. What is found is told
as `<field>:<kind>`, never as a value, and blocks publication until the text is mended (`hub notices draft --instead-of`).
Drafter, reviewers and approver belong to the issuing bureau; nobody reviews or approves an own draft. A named producer
may object for three working days. Updates and cancellations name the bureau's own latest notice, which from the same
moment on stands as updated or cancelled.

Pictures (N12) and papers (N24) are written anew before a draft takes them: of a photograph the pixels stay, of a PDF its
pages of text and lines, without pictures, notes, scripts, files or the names of author, camera and place. The text of a
paper and the codes in a picture are scanned, and a page without text is refused. That nobody stands in a picture no
program here can tell: a new file begins the reviews anew, and who reviews sees it.

| what 情形 | hindrances 障碍 |
|---|---|
{rows}

"""
