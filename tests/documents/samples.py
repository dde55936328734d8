"""Papers the tests draw and issue; the facts are those of the sample district's first case."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflows.documents.payloads import Answer, ApprovalForm, Measure, Receipt, Refusal, Reply, Signed, Vote

ZONE = ZoneInfo("Asia/Shanghai")
COMMISSION = "中共示例区委机构编制委员会"
OFFICE = "中共示例区委机构编制委员会办公室"
BODY = (
    "你街道《关于使用空余事业编制补充综合便民服务中心专业人才的请示》（东街〔2026〕12号）收悉。经区委机构编制委员会2026年第2次会议审议，现批复如下：",
    "一、人员编制",
    "同意从区级周转编制池调剂全额拨款事业编制25名，用于东方路街道综合便民服务中心补充专业人才。调整后，该中心核定全额拨款事业编制43名。",
    "二、有关要求",
    "请严格执行机构编制管理有关规定，在核定的编制和领导职数限额内配备人员，不得擅自设立机构、不得超编进人、不得超职数配备领导干部。",
    "此复。",
)


def reply(**changes: Any) -> Reply:
    """D09 for the first case."""
    values = {
        "issuer": COMMISSION,
        "title": "关于核增东方路街道综合便民服务中心事业编制的批复",
        "recipient": "东方路街道党工委、办事处",
        "body": BODY,
        "copies": ("区委组织部", "区财政局"),
        "printer": OFFICE,
    }
    return Reply(**{**values, **changes})


def refusal(**changes: Any) -> Refusal:
    """D12, a letter."""
    values = {"issuer": OFFICE, "title": "关于不予同意增设机构的答复", "recipient": "区教育局", "body": ("经研究，暂不同意。", "此复。")}
    return Refusal(**{**values, **changes})


def receipt(**changes: Any) -> Receipt:
    """D02, not accepted."""
    values = {"issuer": OFFICE, "title": "不予受理告知书", "recipient": "区工信局", "body": ("你单位请示收悉。因职责重复，不予受理。",)}
    return Receipt(**{"outcome": "refuse", **values, **changes})


def form(*, opinion: str = "拟同意。经核，该中心承担35项便民服务事项。", **changes: Any) -> ApprovalForm:
    """D05 halfway through: a stand-in, an act recorded from paper, empty boxes."""
    at = datetime(2026, 3, 9, 10, 4, tzinfo=ZONE)
    values = {
        "case_number": "BZ-2026-00018",
        "accepted_on": date(2026, 3, 3),
        "applicant": "东方路街道办事处",
        "incoming_number": "东街〔2026〕12号",
        "incoming_date": date(2026, 3, 2),
        "matter": "R10 调整编制",
        "title": "核增东方路街道综合便民服务中心全额拨款事业编制25名",
        "measures": (Measure(item="全额拨款事业编制", approved="18", filled="18", asked="43", proposed="43", change="+25"),),
        "basis": ("《中国共产党机构编制工作条例》第十四条",),
        "article16": tuple(Answer(question=f"第{n}项说明是否符合规定", conclusion="符合", text="已逐项分析。") for n in range(1, 6)),
        "boxes": (
            Signed(section="会签意见", office="区财政局", outcome="同意", name="钱某", stand_in="孙某", at=at),
            Signed(section="会签意见", office="区委组织部", outcome="无意见", name="李某", at=at, from_paper=True),
            Signed(section="承办科室意见", office="事业机构编制科", text=opinion, name="周某", at=at),
            Signed(section="分管领导意见"),
        ),
        "votes": (
            Vote(
                body="室务会",
                session="2026年第5次",
                held_on=date(2026, 3, 12),
                entitled=5,
                present=4,
                absent=1,
                votes_for=4,
                outcome="通过",
            ),
            Vote(body="区委编委会议"),
        ),
        "decision": Signed(section="签发"),
    }
    return ApprovalForm(**{**values, **changes})


def frozen(payload: Any, *, number: str = "示编委〔2026〕3号") -> dict[str, Any]:
    """The payload as `operations.issue` freezes it."""
    return {**payload.as_json(), "kind": payload.kind, "number": number, "date": "2026-03-25", "demo": False}
