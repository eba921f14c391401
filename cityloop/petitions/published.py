# ruff: noqa: E501 (a table: one row, one line)
"""What the public page says until the city publishes its own: channels and rules of handling."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

# kind: (label, icon)
KINDS = {
    "phone": (_("Telephone"), "phone"),
    "web": (_("Web page"), "globe"),
    "app": (_("App or account"), "smartphone"),
    "email": (_("E-mail"), "mail"),
    "post": (_("Address for letters"), "mail-open"),
    "visit": (_("Office for visits"), "map-pin"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A channel. A `value` that begins with https:// or / is a link; `note`: hours, or what for."""

    kind: str
    label_zh: str
    label_en: str
    value: str
    note_zh: str = ""
    note_en: str = ""


LINES = (
    Line("phone", "城管热线", "City management hotline", "12319", "24小时", "Day and night"),
    Line("phone", "市长热线", "Mayor's hotline", "12345", "24小时", "Day and night"),
    Line(
        "web",
        "查询办理进度",
        "Follow a report",
        "/query/",
        "凭案件号和手机尾号",
        "By number and the end of the phone",
    ),
    Line(
        "web",
        "提建议",
        "Make a suggestion",
        "/suggest/",
        "建议不按案件办理，另行答复",
        "Answered by itself, not handled as a case",
    ),
)

RULES_ZH = """\
一、受理范围：市政公用设施、道路交通设施、市容环境、园林绿化和其他城市管理设施与事件。
二、接到反映后先核实：公众反映由信息采集员到现场核实，属实的立案，派遣到责任单位处置。
三、办理时限按类别和处置标准确定，从派遣时起算；办理期限在答复中告知。
四、处置后由未参与处置的人员到场核查，达到结案条件才予以结案。
五、立案和结案均向反映人答复；不予受理的说明理由。
六、信访事项自收到之日起{petition_days}日内书面答复；建议自收到之日起{suggestion_workdays}个工作日内答复。
七、姓名、电话和住址只用于答复，不提供给处置单位，到期删除。
八、水、电、气、消防等紧急险情请先拨打相应的抢修或报警电话。"""

RULES_EN = """\
1. Taken up: public works, road and traffic facilities, appearance and cleanliness of the city, greenery, other facilities and events of city management.
2. A report is verified first: an inspector looks at what the public reports; what is true is filed and dispatched to the responsible unit.
3. The time limit follows the class and the standard of handling and runs from the dispatch; the reply names the day.
4. What was handled is checked on site by somebody who did not handle it; only what meets the closing condition is closed.
5. Whoever reported is told at filing and at closing; what is not taken up is refused with a reason.
6. Petitions are answered in writing within {petition_days} days, suggestions within {suggestion_workdays} working days.
7. Name, telephone and address serve the answer only, are never shown to handling units, and are deleted in time.
8. In danger (water, electricity, gas, fire) first call the emergency number."""
