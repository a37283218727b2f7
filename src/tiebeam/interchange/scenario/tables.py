"""
The tables of a scenario as files keep them: names, columns, and the headers of real sheets.

The one list from which reading, writing and the template take their columns.
"""

from dataclasses import dataclass

from tiebeam.interchange.tables.sheet import Column
from tiebeam.interchange.tables.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """
    One table of a scenario.

    Attributes:
        name: Of the file (without ending) and of the sheet.
        aliases: Other names of its file or sheet.
        is_optional: May be absent altogether.
    """

    name: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    is_optional: bool = False


def _column(name: str, *aliases: str, required: bool = False, reference: bool = False) -> Column:
    return Column(name=name, aliases=aliases, is_required=required, is_reference=reference)


_PARTY_COLUMNS = (
    _column("id", "编号", "代码", "标识", "编码", required=True, reference=True),
    _column("name", "名称", "英文名称", "name_en", required=True, reference=True),
    _column("name_zh", "中文名称", "中文名", "name_cn"),
    _column("lat", "纬度", "latitude"),
    _column("lon", "经度", "longitude", "lng"),
    _column("min_partners", "最少结对数", "结对数下限", "最少结对"),
    _column("max_partners", "最多结对数", "结对数上限", "最多结对"),
    _column("group", "分组", "组别", "组"),
)
_SOURCE = _column("source", "来源", "数据来源", "出处")
_AMOUNT = _column("amount", "数量", "人数", "数额", "数值", required=True)
_RESOURCE = _column("resource", "资源", "资源编号", "资源类别", required=True, reference=True)
_DONOR = _column("donor", "支援方", "支援方编号", "支援省份", required=True, reference=True)
_RECIPIENT = _column("recipient", "受援方", "受援方编号", "受援地区", required=True, reference=True)

SETTINGS_COLUMNS = (
    _column("key", "键", "项目", "设置", required=True),
    _column("value", "值", "取值", required=True),
    _column("note", "说明", "备注", "注释"),
)
"""Of the sheets ``scenario`` and ``policy`` of a workbook; a note is for people and no content."""

ASSUMPTION_COLUMNS = (
    _column("text", "假设", "英文说明", required=True),
    _column("text_zh", "中文说明", "中文"),
    _column("affects", "影响", "影响范围"),
)

DATA_FORMS = (
    TableForm(
        name="donors",
        aliases=("支援方",),
        columns=(*_PARTY_COLUMNS, _column("open_cost", "启动成本", "开办成本")),
    ),
    TableForm(name="recipients", aliases=("受援方",), columns=_PARTY_COLUMNS),
    TableForm(
        name="resources",
        aliases=("资源",),
        columns=(
            *_PARTY_COLUMNS[:3],
            _column("unit", "单位", "计量单位", required=True),
            _column("lot", "批量", "最小批量", "整批数"),
            _column("weight", "权重"),
        ),
    ),
    TableForm(
        name="capacities", aliases=("支援能力",), columns=(_DONOR, _RESOURCE, _AMOUNT, _SOURCE)
    ),
    TableForm(
        name="needs",
        aliases=("受援需求", "需求"),
        columns=(_RECIPIENT, _RESOURCE, _AMOUNT, _SOURCE),
    ),
    TableForm(
        name="links",
        aliases=("结对条件", "结对关系"),
        is_optional=True,
        columns=(
            _DONOR,
            _RECIPIENT,
            _column("status", "状态"),
            _column("tie", "既有联系", "现有联系", "原有支援"),
            _column("distance_km", "距离", "距离公里", "公里数"),
            _column("fixed_cost", "固定成本"),
            Column(name="unit_cost", is_family=True, aliases=("单位成本",)),
            Column(name="use", is_family=True, aliases=("占用", "占用系数")),
        ),
    ),
    TableForm(
        name="sources",
        aliases=("来源", "数据来源"),
        is_optional=True,
        columns=(
            _column("key", "键", "编号", "代号", required=True),
            _column("title", "标题", "名称"),
            _column("url", "网址", "链接"),
            _column("as_of", "截至日期", "数据日期"),
            _column("reliability", "可靠性", "可靠程度"),
        ),
    ),
)

SETTINGS_FORMS = (
    TableForm(name="scenario", aliases=("情景", "方案", "基本信息"), columns=SETTINGS_COLUMNS),
    TableForm(name="policy", aliases=("政策", "规则"), is_optional=True, columns=SETTINGS_COLUMNS),
    TableForm(name="assumptions", aliases=("假设",), is_optional=True, columns=ASSUMPTION_COLUMNS),
)
"""What ``scenario.toml`` holds in a folder, as sheets of a workbook."""

GUIDE_SHEETS = ("guide 说明", "lists 选项")
"""Sheets of our own template that hold no data."""

STATUS_WORDS = {
    "允许": "allowed",
    "可以": "allowed",
    "必须": "required",
    "必选": "required",
    "禁止": "forbidden",
    "不得": "forbidden",
}
"""Words for a status in real sheets, beside the status itself in any case."""


def find_form(name: str, forms: tuple[TableForm, ...]) -> TableForm | None:
    """Return the table that a file or sheet called *name* holds, or None."""
    folded = fold(name)
    for form in forms:
        if folded in {fold(own) for own in (form.name, *form.aliases)}:
            return form
    return None
