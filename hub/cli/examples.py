"""An example of every command whose own help holds none; a test reads each as the shell would give it."""

from __future__ import annotations

import click

EXAMPLES = """
hub datasets
hub datasets --json
hub releases grading
hub status --limit 5
hub status grading --json
hub settings --json
hub data-quality keep --source postgresql://reader@db.example/quality --send lists/ --by operator
hub data-quality show worst
hub data-quality show corrections --bureau 370200 --out corrections.csv
hub ledger checkpoint
hub ledger key
hub ledger verify
hub derived changes --uscc 91370202MA3C4D5E6F
hub derived show levels --out levels.csv
hub derived update --day 2026-11-01 --by operator
hub negative-list answer 3 --outcome 2 --answer 复检合格 --by reviewer
hub negative-list feed --since 12 --out changes.json
hub negative-list lookup --product 燃气软管 --model RG-15
hub negative-list lookup --file goods.xlsx
hub negative-list make --day 2026-11-01 --by operator
hub negative-list object 370000-2026-0007 --text 已整改并复查合格 --by li
hub negative-list objections
hub negative-list undecided
hub tasks follow 91370202MA3C4D5E6F done --on 2026-11-03 --note 现场检查已完成 --by inspector
hub tasks list --by inspector
hub trace-chain keep --source postgresql://reader@db.example/quality --by operator
hub trace-chain show gaps --out gaps.csv
hub trace-chain verify
hub risks assess 5 --severity 3 --probability IV --by assessor
hub risks dispose 5 --measure 责令召回 --by assessor
hub risks draft 5 --kind X --by drafter
hub risks export alerts.json
hub risks follow report 5 --note 已约谈生产者 --by inspector
hub risks identify 5 --risk --by assessor
hub risks import alerts.json --by collector
hub risks list --state assessed
hub risks reminders --by inspector
hub risks sources
hub risks tasks --state open
hub notices agree 2 --by reviewer
hub notices draft draft.json --by drafter
hub notices drop 370000-2026-X-0001 9f86d081884c7d659a2feaa0c55ad015 --by drafter
hub notices enclose 370000-2026-X-0001 picture stove.png --says 产品铭牌 --by drafter
hub notices feed --region 370200 --to notices.xml
hub notices follow https://platform.example/notices --region 370200 --by wang
hub notices followers
hub notices list --state published
hub notices publish 370000-2026-X-0001 --by approver
hub notices push
hub notices reach 370000-2026-X-0001
hub notices received
hub notices review technical 370000-2026-X-0001 --by reviewer
hub notices show 370000-2026-X-0001
hub notices told 370000-2026-X-0001 --by drafter
hub notices unfollow 2 --by wang
hub notices write 370000-2026-X-0001 --format cap --to notice.xml
hub parties approve-key 4 --by second-person
hub parties list
hub parties restore 91370202MA3C4D5E6F --by second-person
hub parties retire-key 4 --by administrator
hub parties show 91370202MA3C4D5E6F
hub parties suspend 91370202MA3C4D5E6F --reason 涉嫌超范围使用 --by administrator
hub permissions list
hub permissions refuse 6 --note 与职责不符 --by second-person
hub permissions roles
hub agreements certificate 8 --on 2026-11-20 --method 覆写三遍
hub agreements check 8 --by reviewer
hub agreements download 8 --to agreement.pdf
hub agreements list --state active
hub agreements offer 8 offer.json --by reviewer
hub agreements resubmit 8 application.json --by wang
hub agreements show 8
hub tickets authorise 3 --by owner
hub tickets list --by owner
hub tickets withdraw 3 --by owner
hub uses list 91370202MA3C4D5E6F --days 30 --by auditor
hub uses verify
hub cases close 2 --finding 已删除副本并道歉 --by second-person
hub cases export 2 --to case.zip --by auditor
hub cases list
hub cases remark 2 申诉：系内部测试 --by wang
hub cases show 2
hub cases watch
hub feedback forward 9 11370200004275000X --by operator
hub feedback list --all --by operator
hub shares list wang
hub peers approve 11330000002482000X --by second-person
hub peers collect
hub peers dead
hub peers end 11330000002482000X --by administrator
hub peers key
hub peers list
hub peers propose 11330000002482000X https://hub.zj.example --by administrator
hub peers push
hub peers retry 4 --by administrator
hub receipts export 9f86d081884c7d659a2feaa0c55ad015 --to receipt.json
hub receipts list
hub accounts close wang --by administrator
hub accounts list
hub accounts sign-out wang
hub clients list
hub clients retire c-01 --by administrator
hub clients rotate-key
"""


def with_examples(command: click.Command, path: str) -> click.Command:
    """The command, and those below it, with their lines of the table at the end of their help."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            with_examples(below, f"{path} {name}")
        return command
    lines = [line for line in EXAMPLES.splitlines() if f"{line} ".startswith(f"{path} ")]
    if lines:
        command.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
    return command
