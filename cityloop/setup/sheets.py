"""What can be imported from a table, and its columns with names, examples and allowed values.

Headers, examples and notes stand in both languages, whoever downloads a template: it goes from hand
to hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the name by which it is read, what it is called, an example.

    `allowed`: the list of values (queries.allowed) that may stand in it.
    """

    name: str
    head_zh: str
    head_en: str
    example: str
    needed: bool = False
    allowed: str = ""
    note: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of import. `back`: the name of the page that shows what is there; `partly`: good rows
    may be taken though others are wrong."""

    kind: str
    title: Any
    intro: Any
    icon: str
    permission: str
    back: str
    columns: tuple[Column, ...]
    suffixes: tuple[str, ...] = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
    partly: bool = False
    names: dict[str, Column] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.names.update({one.name: one for one in self.columns})

    @property
    def accepts(self) -> str:
        """Endings of files, as a file field takes them."""
        return ",".join(self.suffixes)


SEMICOLONS = ("多个用分号隔开", "several with semicolons between")
ANY_NOTE = ("* 表示全部", "* means any")

ORGANISATIONS = Sheet(
    kind="organisations",
    title=_("Organisations"),
    intro=_("The tree of bodies: platforms, departments, streets, companies. Those that are there "
            "are brought up to date by their code."),
    icon="network", permission="people.manage", back="office-organisations",
    columns=(
        Column("code", "编码", "Code", "SC-SZ", needed=True),
        Column("name_zh", "中文名称", "Chinese name", "上城区市政所", needed=True),
        Column("name_en", "英文名称", "English name", "Shangcheng Roads"),
        Column("kind", "类型", "Kind", "department", needed=True, allowed="kind"),
        Column("parent_code", "上级编码", "Code of the body above", "SC",
               note=("空：没有上级", "empty: nothing above it")),
        Column("region_code", "区划代码", "Region code", "330102", allowed="region"),
        Column("phone", "电话", "Telephone", "0571-00000000"),
        Column("level", "级别", "Level", "district"),
    ),
)  # fmt: skip

RESPONSIBILITIES = Sheet(
    kind="responsibilities",
    title=_("Responsibility matrix"),
    intro=_("Which unit leads for a class in an area. A cell that says something else gets a new "
            "line from its day on; the line of before ends."),
    icon="grid-3x3", permission="people.manage", back="office-lines",
    columns=(
        Column("class_kind", "类别", "Kind", "event", needed=True, allowed="class_kind"),
        Column("major_code", "大类", "Major class", "01", needed=True, allowed="class",
               note=ANY_NOTE),
        Column("minor_code", "小类", "Minor class", "*", needed=True, note=ANY_NOTE),
        Column("region_code", "区域代码", "Area", "330102", needed=True, allowed="region",
               note=ANY_NOTE),
        Column("lead_code", "牵头单位编码", "Code of the lead unit", "SC-SZ", needed=True,
               allowed="organisation"),
        Column("source_document", "依据文件", "Document", "城管〔2026〕1号", needed=True),
        Column("lead_role", "牵头职责", "Duty of the lead", "rectify", allowed="duty"),
        Column("assist", "协助单位", "Assisting units", "supervise:SC-ZJ;assist:HZ-SZ",
               note=("职责:编码，" + SEMICOLONS[0], "duty:code, " + SEMICOLONS[1])),
        Column("owner_code", "权属单位编码", "Code of the owner", "",
               allowed="organisation"),
        Column("valid_from", "生效日期", "Valid from", "2026-01-01",
               note=("空：今天", "empty: today")),
    ),
)  # fmt: skip

MEMBERS = Sheet(
    kind="members",
    title=_("Members and their posts"),
    intro=_("A row is a person in one post; posts that are not there are made. Each new person "
            "gets an invitation, with which they choose their own password."),
    icon="users", permission="people.manage", back="office-members",
    columns=(
        Column("username", "用户名", "Username", "wangfang", needed=True),
        Column("name", "姓名", "Name", "王芳", needed=True),
        Column("organisation_code", "单位编码", "Code of the organisation", "HZ-PLAT", needed=True,
               allowed="organisation"),
        Column("roles", "角色", "Roles", "受理员", allowed="role", note=SEMICOLONS),
        Column("post_name", "岗位名称", "Name of the post", "受理员",
               note=("空：按角色", "empty: as the roles")),
        Column("areas", "责任区域", "Ground of an inspector", "330102001", allowed="region",
               note=SEMICOLONS),
        Column("phone", "电话", "Telephone", "13800000000"),
        Column("email", "电子邮箱", "E-mail", "wangfang@example.org"),
        Column("language", "语言", "Language", "zh-hans", allowed="language"),
        Column("post_code", "岗位编码", "Code of the post", "",
               note=("空：自动", "empty: made by itself")),
    ),
)  # fmt: skip

COMPONENTS = Sheet(
    kind="components",
    title=_("Components"),
    intro=_("The register of managed components by their codes of 16 digits. Columns may be named "
            "as in the standard (ObjID, DeptCode2, ORDate …) or in Chinese."),
    icon="boxes", permission="components.manage", back="components",
    suffixes=(".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".geojson", ".json", ".gpkg"),
    partly=True,
    columns=(
        Column("code", "部件标识码", "Code", "3301020101000001", needed=True,
               note=("16 位", "16 digits")),
        Column("x", "经度", "Longitude", "120.171200", needed=True),
        Column("y", "纬度", "Latitude", "30.246300", needed=True),
        Column("name", "部件名称", "Name", "上水井盖"),
        Column("competent", "主管部门代码", "Code of the competent unit", "SC-ZJ",
               allowed="organisation"),
        Column("owner", "权属单位代码", "Code of the owner", "HZ-SW", allowed="organisation"),
        Column("maintainer", "养护单位代码", "Code of the maintainer", "SC-SZ",
               allowed="organisation"),
        Column("state", "部件状态", "State", "完好", allowed="state"),
        Column("original_on", "初始日期", "First day", "2020-05-01"),
        Column("changed_on", "变更日期", "Changed on", ""),
        Column("data_source", "数据来源", "Source of the position", "实测",
               allowed="data_source"),
        Column("grid", "所在单元网格", "Unit grid", ""),
        Column("note", "备注", "Note", "示例路口东侧"),
    ),
)  # fmt: skip

SHEETS = {
    one.kind: one for one in (ORGANISATIONS, RESPONSIBILITIES, MEMBERS, COMPONENTS)
}  # in the order in which a city begins
