from cityloop.kernel.manifest import Kept, MenuItem, Schedule, Subsystem


class DisciplineConfig(Subsystem):
    """Re-inspection of closed cases, decisions judged by a second person, fraud findings, yellow
    and red cards."""

    name = "cityloop.discipline"
    label = "discipline"
    title = "Discipline"
    keeps = (
        Kept("discipline_sample", "as_drawn", ("lot_id", "case_id", "version", "kind",
             "operator_id", "hall_id", "decided_at")),
        Kept("discipline_sample", "as_judged", ("ruling", "mistake", "note", "judge_id",
             "judged_at"), "t.judged_at IS NOT NULL"),
    )  # fmt: skip
    menu = (
        MenuItem("Discipline", "/discipline/", "shuffle", "discipline.view", 60),
        MenuItem(
            "Sampled decisions", "/discipline/samples/", "clipboard-check", "discipline.judge", 60
        ),
        MenuItem("Our warning cards", "/discipline/own/", "square-pen", "discipline.answer", 61),
    )
    changes = "changes"
    permissions = (
        "discipline.view", "discipline.find", "discipline.decide", "discipline.answer",
        "discipline.judge", "discipline.rules",
    )  # fmt: skip
    subscriptions = {
        "case.recheck_confirmed": "note_confirmed",
        "case.recheck_false": "note_false",
        "case.reopen": "note_reopened",
        "case.approve_appeal": "lateness_excused",
    }
    schedules = (Schedule("draw_rechecks", 600), Schedule("draw_decisions", 600),
                 Schedule("propose_cards", 3600))  # fmt: skip
