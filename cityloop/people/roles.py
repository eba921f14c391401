"""The roles of the domain, as a table: code, labels, permissions they start with.

Codes are fixed; labels and permissions belong to the city once the rows exist (Role). Scope says
what the holder of such a post sees: everything of the post's place, or only the own unit's work.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

# What everybody on the platform may see, within their scope.
READ = ("cases.view", "components.view", "manual.view", "map.view")
RECEIVE = "intake.receive"
COORDINATE = "coordination.manage"
DECIDE = (COORDINATE, "coordination.decide")
STEP = "cases.step"  # which steps, the life-cycle table says
EXPORT = "cases.export"
DISCIPLINE = "discipline.view"  # who closed falsely, fraud, cards
FIND, JUDGE, ANSWER = "discipline.find", "discipline.decide", "discipline.answer"
SAMPLED = "discipline.judge"  # judges decisions of others on which the lot fell
REPORTER = "intake.reporter"  # who reported: never for the handling side


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """One role as it is seeded."""

    code: str
    label_zh: str
    label_en: str
    permissions: tuple[str, ...]


OUTSIDE = ("hotline.deliver", "hotline.orders")  # telephone system, mayor's hotline
HOTLINE = ("hotline.answer", "hotline.recording", "hotline.orders")
WORKS = "works.view"  # substitute works and what is owed for them
WORKS_DUTY = (WORKS, "works.order", "works.claim")
WORKS_OFFICE = (WORKS, "works.manage")

OVERSIGHT = "oversight.view"  # supervision orders, reminders, lists sent
LISTS = "oversight.manage"
LIBRARY, TYPICAL = "precedents.view", "precedents.mark"
PETITIONS = "petitions.view"  # the register of letters and visits
PETITIONS_DESK = (PETITIONS, "petitions.register", "petitions.reply")
PUBLISH = "petitions.publish"  # the public page of channels and rules
DUTY = "duty.view"  # who is on duty, what is covered, what was handed over
PERMITS, HOLDERS = "permits.view", "permits.holder"  # who holds one is personal
KEEP_PERMITS = (PERMITS, HOLDERS, "permits.manage")  # of the own bodies
OVERVIEW = "command.view"  # the pages of leaders: today, month, map, ranking, wall
FEEDBACK = "feedback.manage"  # what hinders those who work with the system
KEEP_ROSTER, HAND_OVER = "duty.manage", "duty.hand_over"

_DESK = (*READ, STEP, EXPORT, OVERSIGHT, LIBRARY, "people.view", "coordination.view", DUTY,
         PERMITS)  # fmt: skip
_CENTRE = (*_DESK, RECEIVE, REPORTER, TYPICAL, *HOTLINE, *PETITIONS_DESK, HOLDERS)
_LEADING = (*_DESK, RECEIVE, HOLDERS)
_READER = (*READ, EXPORT, OVERSIGHT, LIBRARY, "people.view", "coordination.view", DUTY, PERMITS)
_OFFICE = (*_READER, "people.manage", "components.manage", "geo.manage", "standards.manage",
           "cases.configure", "health.view", "exchange.import", "notify.configure",
           KEEP_ROSTER, PUBLISH, *KEEP_PERMITS, "permits.kinds", FEEDBACK)  # fmt: skip
_EVALUATION = (*_READER, OVERVIEW, DISCIPLINE, FIND, SAMPLED, WORKS, PETITIONS)
_COMMAND = (OVERVIEW, COORDINATE, WORKS, LISTS, TYPICAL, HAND_OVER)
_SUPERVISION = (*_CENTRE, OVERVIEW, *DECIDE, DISCIPLINE, FIND, SAMPLED, *WORKS_DUTY, LISTS)
_LEADERSHIP = (*_LEADING, OVERVIEW, *DECIDE, DISCIPLINE, JUDGE, "discipline.rules", *WORKS_DUTY,
               LISTS, PETITIONS)  # fmt: skip
_ADMINISTRATION = (*_OFFICE, OVERVIEW, *WORKS_OFFICE)
_SHIFT = (*_CENTRE, OVERVIEW, HAND_OVER, KEEP_ROSTER, SAMPLED)
_DISPATCH = (*_DESK, *_COMMAND, HOLDERS)
_UNIT = (*_DESK, WORKS, KEEP_ROSTER, ANSWER, *KEEP_PERMITS)
_DISTRICT = (*_LEADING, *_COMMAND, KEEP_ROSTER)
_OUTSIDE = (*READ, STEP, RECEIVE, *OUTSIDE)

# fmt: off
SEEDS = (
    #        code                 labels                        permissions
    RoleSeed("inspector",         "信息采集员", "Inspector",            (*READ, STEP, RECEIVE)),
    RoleSeed("acceptor",          "受理员", "Acceptance operator",  (*_CENTRE, HAND_OVER)),
    RoleSeed("shift_leader",      "值班长", "Shift leader",         _SHIFT),
    RoleSeed("dispatcher",        "派遣员", "Dispatcher",           _DISPATCH),
    RoleSeed("unit_desk",         "责任单位内勤", "Unit desk",            _UNIT),
    RoleSeed("worker",            "处置人员", "Worker",               (*READ, STEP)),
    RoleSeed("supervisor",        "督查员", "Supervisor",           _SUPERVISION),
    RoleSeed("evaluator",         "考核员", "Evaluator",            _EVALUATION),
    RoleSeed("leader",            "领导", "Leader",               _LEADERSHIP),
    RoleSeed("company_manager",   "采集公司经理", "Company manager",      (*_READER, ANSWER)),
    RoleSeed("administrator",     "系统管理员", "Administrator",        _ADMINISTRATION),
    RoleSeed("district_platform", "区级平台", "District platform",  _DISTRICT),
    RoleSeed("team_inspector",    "专业监管队员", "Professional inspector", (*READ, STEP, RECEIVE)),
    RoleSeed("community_station", "社区联系站", "Community station", (*READ, STEP, RECEIVE)),
    RoleSeed("system",            "系统", "System",               ("*",)),
    RoleSeed("exchange",          "外部系统", "Exchange client",      _OUTSIDE),
    RoleSeed("wall",              "大屏", "Wall page",            (*READ, OVERVIEW)),
)
# fmt: on

# What the permissions are called in the office; a subsystem's new one shows its code alone.
PERMISSIONS = {
    "cases.configure": _("set the parameters of the flow"),
    "cases.export": _("take lists of cases away as files"),
    "cases.step": _("take steps of cases"),
    "cases.view": _("see cases"),
    "components.manage": _("change the register of components"),
    "components.view": _("see components"),
    "discipline.answer": _("answer fraud findings and cards of the own unit"),
    "discipline.decide": _("decide on fraud findings and cards"),
    "discipline.find": _("record fraud findings"),
    "discipline.judge": _("judge decisions of others on which the lot fell"),
    "discipline.rules": _("set the rules of cards"),
    "discipline.view": _("see re-inspections, fraud findings and cards"),
    "command.view": _("see the pages of leaders: today, month, map, ranking"),
    "coordination.decide": _("decide whose duty a disputed case is"),
    "coordination.manage": _("keep records of coordination and joint work"),
    "coordination.view": _("see coordination and joint work"),
    "duty.hand_over": _("end a shift, accept one"),
    "duty.manage": _("keep rosters and successions"),
    "duty.view": _("see who is on duty, coverage and handovers"),
    "exchange.import": _("import cases of other systems"),
    "feedback.manage": _("answer what hinders those who work with the system"),
    "geo.manage": _("change regions, grids and maps"),
    "health.view": _("see the state of the installation"),
    "hotline.answer": _("answer calls of the hotline"),
    "hotline.deliver": _("tell of calls, as a telephone system"),
    "hotline.orders": _("import orders of the mayor's hotline, take their results"),
    "hotline.recording": _("hear recordings of calls"),
    "intake.receive": _("enter reports"),
    "intake.reporter": _("see who reported"),
    "manual.view": _("see the manual"),
    "map.view": _("see the map"),
    "notify.configure": _("change the texts of messages"),
    "oversight.manage": _("make and send lists of cases"),
    "oversight.view": _("see supervision orders, reminders and lists"),
    "people.manage": _("manage organisations and people"),
    "people.view": _("see organisations and people"),
    "permits.holder": _("see who holds a permit"),
    "permits.kinds": _("set the kinds of permits and of which classes they speak"),
    "permits.manage": _("record, change and revoke permits of the own bodies"),
    "permits.view": _("see permits"),
    "petitions.publish": _("publish channels and rules for citizens"),
    "petitions.register": _("register petitions and suggestions, transfer them"),
    "petitions.reply": _("answer petitions and suggestions"),
    "petitions.view": _("see petitions and suggestions"),
    "precedents.mark": _("mark cases as precedents"),
    "precedents.view": _("see the library of precedents"),
    "standards.manage": _("change classes, rules and calendars"),
    "works.claim": _("claim the cost of substitute works"),
    "works.manage": _("manage designated units, prices and budgets"),
    "works.order": _("order substitute works"),
    "works.view": _("see substitute works"),
}

# What a key that is bound to a channel may do beside reading: bring in what its channel brings.
BRINGS = frozenset({"intake.receive", "hotline.deliver", "hotline.orders"})
NOT_HELD = frozenset({"system"})  # the clock and imports, never a person
# Roles whose view is the own unit and what lies below it, wherever the unit stands.
UNIT_ROLES = frozenset({"unit_desk", "worker"})
# Roles whose view is the ground they walk, or the company that walks it.
COLLECTION_ROLES = frozenset({"inspector", "team_inspector", "company_manager"})
# Who is sent to look at a handled case: a hired inspector, or one of a team of the trade.
CHECKERS = ("inspector", "team_inspector")
# Who is sent to look at a report before it is filed: the contact station of the community too.
VERIFIERS = (*CHECKERS, "community_station")
