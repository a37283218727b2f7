"""What each column and key is for, in both languages: the words of the workbook template."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """Chinese name, unit (empty where none), and the note in English and in Chinese."""

    name_zh: str
    unit: str
    english: str
    chinese: str


_ID = Note(
    "编号",
    "",
    "Short, unique, kept as text: 0110 stays 0110.",
    "简短且不重复，按文本保存：0110 仍为 0110。",
)
_NAME = Note("名称", "", "Name in English or as you wish to see it.", "显示用的名称。")
_NAME_ZH = Note("中文名称", "", "Name in Chinese.", "中文名称。")
_LAT = Note(
    "纬度",
    "°",
    "-90 to 90, north is positive; needed for distance.",
    "-90 至 90，北纬为正；计算距离时需要。",
)
_LON = Note(
    "经度",
    "°",
    "-180 to 180, east is positive; with lat or not at all.",
    "-180 至 180，东经为正；与纬度同填或同空。",
)
_MIN = Note(
    "最少结对数",
    "",
    "Fewest partners; empty: the policy's, else 1 for a recipient and 0 for a donor.",
    "最少与几方结对；空白则按政策，政策也未定时受援方为 1、支援方为 0。",
)
_MAX = Note(
    "最多结对数",
    "",
    "Most partners; empty: the policy's, else no limit.",
    "最多与几方结对；空白则按政策，政策也未定时不限。",
)
_GROUP = Note("分组", "", "Free text, kept.", "自由填写，原样保留。")
_SOURCE = Note(
    "来源", "", "A key of the sheet sources, or free text.", "“sources”表中的代号，或自由填写。"
)
_DONOR = Note("支援方", "", "Id of a donor: choose from the list.", "支援方编号：从下拉列表选择。")
_RECIPIENT = Note(
    "受援方", "", "Id of a recipient: choose from the list.", "受援方编号：从下拉列表选择。"
)
_RESOURCE = Note(
    "资源", "", "Id of a resource: choose from the list.", "资源编号：从下拉列表选择。"
)
_PARTY = {
    "id": _ID,
    "name": _NAME,
    "name_zh": _NAME_ZH,
    "lat": _LAT,
    "lon": _LON,
    "min_partners": _MIN,
    "max_partners": _MAX,
    "group": _GROUP,
}
_COST = "in the money unit of all costs"
_COST_ZH = "与其他成本同一货币单位"

COLUMN_NOTES: dict[str, dict[str, Note]] = {
    "assumptions": {
        "text": Note(
            "假设",
            "",
            "What nobody knows and is taken for granted.",
            "无从确知而姑且认定的事项（英文）。",
        ),
        "text_zh": Note("中文说明", "", "The same in Chinese.", "同一事项的中文说明。"),
        "affects": Note("影响", "", "What it bears upon.", "影响哪些数据或结果。"),
    },
    "donors": _PARTY
    | {
        "open_cost": Note(
            "启动成本",
            "",
            f"Cost of having any pair, {_COST}; level cost only.",
            f"有任一结对即发生的成本，{_COST_ZH}；仅用于 cost 层次。",
        )
    },
    "recipients": _PARTY,
    "resources": {
        "id": _ID,
        "name": _NAME,
        "name_zh": _NAME_ZH,
        "unit": Note(
            "单位", "", "What one of it is called: person, bed, box.", "计量单位：人、张、箱等。"
        ),
        "lot": Note(
            "批量",
            "",
            "0 or empty: divisible. 1: whole units. 120: whole teams of 120.",
            "0 或空白：可任意分割；1：整数；120：以 120 为一整队。",
        ),
        "weight": Note("权重", "", "Above 0; empty: 1.", "大于 0；空白为 1。"),
    },
    "capacities": {
        "donor": _DONOR,
        "resource": _RESOURCE,
        "amount": Note(
            "数量",
            "",
            "What the donor can give, in the unit of the resource; no row: 0.",
            "支援方可提供的数量，以资源的单位计；无此行即为 0。",
        ),
        "source": _SOURCE,
    },
    "needs": {
        "recipient": _RECIPIENT,
        "resource": _RESOURCE,
        "amount": Note(
            "数量",
            "",
            "What the recipient needs, in the unit of the resource; no row: 0.",
            "受援方所需的数量，以资源的单位计；无此行即为 0。",
        ),
        "source": _SOURCE,
    },
    "links": {
        "donor": _DONOR,
        "recipient": _RECIPIENT,
        "status": Note(
            "状态",
            "",
            "allowed, required or forbidden; empty: allowed.",
            "allowed 允许、required 必须、forbidden 禁止；空白为允许。",
        ),
        "tie": Note(
            "既有联系",
            "",
            "What stands on the ground today, 0 or more, such as people already sent.",
            "目前已有的支援，0 或正数，例如已派出人数。",
        ),
        "distance_km": Note(
            "距离",
            "km",
            "Empty: the great circle between the two points.",
            "空白则按两点间大圆距离。",
        ),
        "fixed_cost": Note(
            "固定成本", "", f"Cost of opening the pair, {_COST}.", f"建立该结对的成本，{_COST_ZH}。"
        ),
    },
    "sources": {
        "key": Note(
            "代号",
            "",
            "Short name that the columns source refer to.",
            "供各表“source”列引用的简短代号。",
        ),
        "title": Note("标题", "", "Title of the document.", "文件标题。"),
        "url": Note("网址", "", "Where it can be found.", "可查阅之处。"),
        "as_of": Note(
            "截至日期", "", "Date of the figures, 2020-02-10.", "数据日期，例如 2020-02-10。"
        ),
        "reliability": Note("可靠程度", "", "Free text.", "自由填写。"),
    },
}
"""Sheet -> column -> note."""

SETTING_NOTES: dict[str, dict[str, tuple[str, str]]] = {
    "scenario": {
        "id": ("Short, unique name of this scenario.", "本情景的简短编号。"),
        "title": ("Title.", "英文标题。"),
        "title_zh": ("Title in Chinese.", "中文标题。"),
        "as_of": ("Date the data describe.", "数据所描述的日期。"),
    },
    "policy": {
        "levels": (
            "What is decided first, next, …: coverage, continuity, burden, partners, distance, cost.",
            "依次决定的目标：coverage 满足率、continuity 连续性、burden 负担率、partners 结对数、distance 距离、cost 成本。",
        ),
        "min_share": (
            "Least share of the need that a pair must carry, 0 to 1.",
            "每一结对至少承担的需求份额，0 至 1。",
        ),
        "min_partners_per_recipient": (
            "Where its own cell is empty; default 1.",
            "该行未填时采用；默认 1。",
        ),
        "max_partners_per_recipient": (
            "Where its own cell is empty; default no limit.",
            "该行未填时采用；默认不限。",
        ),
        "min_partners_per_donor": (
            "Where its own cell is empty; default 0.",
            "该行未填时采用；默认 0。",
        ),
        "max_partners_per_donor": (
            "Where its own cell is empty; default no limit.",
            "该行未填时采用；默认不限。",
        ),
        "slack.coverage": (
            "Share of the level that later levels may spend; also slack.burden and so on; default 0.",
            "允许后续层次让渡的份额；slack.burden 等同理；默认 0。",
        ),
        "time_limit_s": ("Seconds; empty: no limit.", "秒；空白为不限。"),
        "gap": (
            "The search may stop at this gap; default 0.000001.",
            "达到此间隙即可停止；默认 0.000001。",
        ),
        "seed": ("Whole number; default 0.", "整数；默认 0。"),
    },
}
"""Sheet -> key -> note in English and in Chinese."""

GUIDE = (
    (
        "Fill the sheets from left to right. Yellow rows are an invented example: replace or delete them.",
        "从左到右填写各表。黄色行为虚构示例，请替换或删除。",
    ),
    (
        "Keep the first row of every sheet. Columns marked * must be filled; others may stay empty.",
        "请保留各表第一行。标 * 的列必填，其余可空。",
    ),
    (
        "One figure in one cell, without unit: 12000, not 1.2万 and not 12,000人.",
        "每格只填一个数字，不带单位：填 12000，不填 1.2万 或 12,000人。",
    ),
    (
        "You may add columns of your own: they are kept.",
        "可以自行添加列，程序会原样保留。",
    ),
    (
        "In links, a column use:<resource id> says how much capacity one delivered unit takes (empty: 1), unit_cost:<resource id> what it costs (empty: 0).",
        "links 表可加 use:<资源编号> 或 unit_cost:<资源编号> 列，分别表示每交付一单位占用的能力（空白为 1）和成本（空白为 0）。",
    ),
    (
        "Save, then check the file with: tiebeam scenario check <this file>",
        "保存后用下列命令检查：tiebeam scenario check <本文件>",
    ),
)
"""Lines of the first sheet."""
