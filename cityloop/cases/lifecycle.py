"""The case life cycle: one table, read top to bottom.

A row says: these roles may do this action from these statuses to that one, when every guard passes,
with these effects in the same transaction; it asks for these inputs ('?' behind a name: optional).
Side J finds and judges, side H handles; nobody does both in one case. Nothing else changes a status.
"""

from __future__ import annotations

from dataclasses import dataclass

from cityloop.cases import effects as e
from cityloop.cases import guards as g
from cityloop.cases.flow import Parameters
from cityloop.cases.models import FINAL, HELD, IN_HANDLING, OPEN, Status
from cityloop.people.roles import CHECKERS, VERIFIERS

NEW = ""  # the source of actions that open a case
BACK = "(back)"  # the target of a refused request: the status it came from
SAME = "(same)"
NAMED = "(named)"  # the target of a return: the stage that the inputs name

J, H, N = "judging", "handling", ""
WITH_A_REPORT = frozenset({"join_report"})  # intake takes it, together with the report itself
# Coordination takes them, together with the record: its document, its file, the line of the matrix.
WITH_A_RECORD = frozenset({"decide", "name_liable"})


@dataclass(frozen=True, slots=True)
class Step:
    """One row. `target` SAME: the status stays; BACK: the stage that the request came from;
    NAMED: an effect sets it from the inputs."""

    action: str
    source: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    side: str
    guards: tuple[g.Guard, ...] = ()
    effects: tuple[e.Effect, ...] = ()
    asks: tuple[str, ...] = ()
    every_guard: tuple[g.Guard, ...] = ()  # made: those that every step obeys, then its own

    def __post_init__(self) -> None:
        """Statuses as plain texts: members of an enumeration cost ten times as much to compare."""
        object.__setattr__(self, "source", tuple(str(status) for status in self.source))
        object.__setattr__(self, "target", str(self.target))
        object.__setattr__(self, "every_guard", (*g.EVERY_STEP, *self.guards))

    @property
    def fields(self) -> tuple[tuple[str, bool], ...]:
        """(field name, required) in the order of the form."""
        return tuple((name.rstrip("?"), not name.endswith("?")) for name in self.asks)

    def roles_in(self, flow: Parameters) -> tuple[str, ...]:
        """Who takes the step in this city: the table's roles, unless its flow names others."""
        return dict(flow.roles).get(self.action, self.roles) if flow.roles else self.roles


S = Status
INSPECTOR, VERIFIER, ACCEPTOR, LEADER = CHECKERS, VERIFIERS, ("acceptor",), ("shift_leader",)
DISPATCHER, UNIT, WORKER = ("dispatcher",), ("unit_desk",), ("worker",)
PLATFORM = ("dispatcher", "district_platform")
SUPERVISOR, CLOCK = ("supervisor",), ("system",)
FINDERS = (*VERIFIERS, "acceptor", "shift_leader", "supervisor", "leader", "district_platform",
           "exchange", "system")  # fmt: skip
UNDER_WAY = (S.FILED, S.COORDINATING, S.DISPATCHED, S.HANDLING, S.HANDED_IN, S.HANDLED, S.CHECKING,
             S.CHECK_FAILED, S.CHECKED)  # fmt: skip
NOT_FROZEN = (*(status for status in UNDER_WAY if status != S.COORDINATING), S.CLOSED)
GOING = tuple(status for status in OPEN if status not in HELD)
WITH_UNIT = (S.DISPATCHED, S.HANDLING)

# fmt: off
STEPS = (
    # --- a report becomes a case
    #    action                  from                               to              role                         sideguards                                                           effects                                                                              asks
    Step("report",               (NEW,),                            S.REPORTED,     FINDERS,                     J, (),                                                              (e.owe_written_report, e.start_acceptance_clock)),
    Step("quick_report",         (NEW,),                            S.REPORTED,     ("inspector", "system"),     J, (g.has_photo,),                                                  (e.as_quick_report, e.start_acceptance_clock)),
    Step("self_handle",          (NEW,),                            S.CLOSED,       ("inspector", "system"),     J, (g.located, g.class_chosen, g.on_the_spot, g.has_photos_before_and_after), (e.as_self_handled, e.sample_for_review)),
    Step("remind",               (NEW,),                            S.CLOSED,       ("inspector", "acceptor", "system"), J, (g.located, g.class_chosen, g.small_matter, g.not_told_by_the_public, g.no_report_owed), (e.as_reminder, e.name_reminded_unit)),
    # --- acceptance and verification
    Step("accept",               (S.REPORTED,),                     S.ACCEPTED,     ("acceptor", "system"),      J, (g.class_chosen, g.verified_if_public, g.not_found_is_not_filed, g.lower_level_explained), (e.note_same_hands, e.note_acceptance, e.forget_review, e.start_filing_clock),                    ("problem_class?", "level?", "description?", "address?", "reason?")),
    Step("correct",              (S.REPORTED, S.ACCEPTED),          SAME,           ACCEPTOR,                    J, (g.something_corrected,),                                         (e.correct_case,),                                                                   ("problem_class?", "level?", "description?", "address?", "reason")),
    Step("locate",               (S.REPORTED, S.ACCEPTED),          SAME,           ACCEPTOR,                    J, (g.move_explained, g.point_in_a_grid),                              (e.place_case,),                                                                     ("point", "reason?")),
    Step("send_verify",          (S.REPORTED,),                     S.VERIFYING,    ("acceptor", "system"),      J, (g.located, g.inspector_in_post, g.inspector_of_the_place),                                (e.want_verification, e.pause_acceptance_clock, e.start_verify_clock, e.open_verify_task), ("inspector", "opinion?")),
    Step("verified",             (S.VERIFYING,),                    S.REPORTED,     VERIFIER,                    J, (g.own_member_task, g.has_photo),                                (e.note_verified, e.stop_verify_clock, e.close_site_task, e.resume_acceptance_clock), ("opinion?", "photos")),
    Step("not_found",            (S.VERIFYING,),                    S.REPORTED,     VERIFIER,                    J, (g.own_member_task,),                                            (e.note_not_found, e.stop_verify_clock, e.close_site_task, e.resume_acceptance_clock), ("reason", "photos?")),
    Step("recall_verify",        (S.VERIFYING,),                    S.REPORTED,     ("acceptor", "system"),      J, (),                                                              (e.cancel_verify_clock, e.close_site_task, e.resume_acceptance_clock),                 ("reason",)),
    Step("reject",               (S.REPORTED,),                     S.REJECTED,     ACCEPTOR,                    J, (g.never_filed, g.same_case_goes_on),                                                              (e.note_reason_code, e.note_same_case, e.stop_all_clocks, e.close_all_tasks, e.end_without_closing),   ("reason_code", "reason", "same_as?")),
    # --- filing and voiding
    Step("file",                 (S.ACCEPTED,),                     S.FILED,        ("shift_leader", "acceptor", "system"), J, (g.located, g.rule_fits, g.engineering_known, g.verified_if_public, g.second_eye), (e.note_same_hands, e.as_case, e.freeze_limit, e.run_by_new_limit, e.begin_command, e.start_dispatch_clock, e.start_whole_clock, e.propose_unit), ("filing_rule", "place_level?", "engineering?", "opinion?")),
    Step("refuse_filing",        (S.ACCEPTED,),                     S.REPORTED,     LEADER,                      J, (),                                                              (e.stop_stage_clock, e.start_acceptance_clock),                                                         ("reason",)),
    Step("return_to_acceptance", (S.FILED,),                        S.ACCEPTED,     PLATFORM,                    N, (g.platform_holds,),                                             (e.stop_stage_clock, e.start_filing_clock),                                                             ("reason_code", "reason")),
    Step("request_void",         (S.REPORTED, S.ACCEPTED, S.FILED), S.VOIDING,      ("acceptor", *PLATFORM),  N, (g.void_not_reject, g.own_platform_dispatches, g.same_case_goes_on),                                          (e.remember_stage, e.note_same_case),                                                ("reason_code", "reason", "same_as?")),
    Step("approve_void",         (S.VOIDING,),                      S.VOIDED,       LEADER,                      J, (g.another_than_asked, g.replies_sent, g.replies_made_out, g.same_case_goes_on),                    (e.forget_stage, e.note_reason_code, e.note_same_case, e.cancel_all_clocks, e.close_all_tasks, e.end_without_closing), ("reason_code", "reason", "same_as?")),
    Step("refuse_void",          (S.VOIDING,),                      BACK,           LEADER,                      J, (g.another_than_asked,),                                         (e.forget_stage, e.let_it_rise),                                                                   ("reason",)),
    # --- dispatch and handling
    Step("dispatch",             (S.FILED,),                        S.DISPATCHED,   (*PLATFORM, "system"),       H, (g.platform_holds, g.unit_named, g.assists_handle, g.somebody_receives, g.subtask_for_somebody, g.unit_of_platform, g.dispatch_explained, g.dispatch_within_rights, g.not_circling), (e.note_dispatch, e.share_out, e.start_handling_clock, e.open_handling_tasks),                    ("unit", "assists?", "subtask?", "reason?")),
    Step("dispatch_by_order",    (S.FILED,),                        S.DISPATCHED,   SUPERVISOR,                  H, (g.unit_named, g.assists_handle, g.somebody_receives, g.subtask_for_somebody, g.dispatch_needs_order, g.not_circling), (e.note_dispatch, e.share_out, e.start_handling_clock, e.open_handling_tasks),                    ("unit", "assists?", "subtask?", "reason")),
    Step("return",               (S.DISPATCHED, S.HANDLING),        S.FILED,        UNIT,                        H, (g.own_unit_task, g.not_theirs_for_good),                         (e.note_return, e.close_handling_tasks, e.pause_handling_clock, e.start_dispatch_clock, e.watch_circle), ("reason_code", "reason")),
    Step("receive",              (S.DISPATCHED,),                   S.HANDLING,     UNIT,                        H, (g.own_unit_task,),                                              (),                                                                                  ()),
    Step("assign",               (S.HANDLING,),                     SAME,           UNIT,                        H, (g.own_unit_task, g.worker_of_unit),                             (e.note_worker,),                                                                    ("worker", "opinion?")),
    Step("hand_in",              (S.HANDLING,),                     S.HANDED_IN,    WORKER,                      H, (g.own_unit_task, g.lead_finishes, g.assigned_or_unit, g.has_photo), (),                                                                                  ("result", "photos")),
    Step("hand_back",            (S.HANDED_IN,),                    S.HANDLING,     UNIT,                        H, (g.own_unit_task,),                                              (),                                                                                  ("reason",)),
    Step("finish",               (S.HANDLING, S.HANDED_IN),         S.HANDLED,      UNIT,                        H, (g.own_unit_task, g.lead_finishes, g.has_photo_of_result, g.subtasks_done), (e.close_handling_tasks, e.stop_handling_clock, e.appeal_anew),                                     ("result", "photos?")),
    Step("ask_better_proof",     (S.HANDLED,),                      S.HANDLING,     PLATFORM,                    H, (g.platform_holds, g.somebody_has_it, g.not_for_own_unit, g.unit_receives_again),                      (e.note_proof_refused, e.reopen_handling_clock, e.open_handling_tasks),              ("reason_code", "reason")),
    # --- check and closing
    Step("send_check",           (S.HANDLED,),                      S.CHECKING,     ("acceptor", "dispatcher"),  N, (g.inspector_in_post, g.inspector_of_the_place, g.inspector_apart, g.not_for_own_unit),                        (e.start_check_clock, e.open_check_task),                                            ("inspector", "opinion?")),
    Step("check_passed",         (S.CHECKING,),                     S.CHECKED,      INSPECTOR,                   J, (g.own_member_task, g.has_photo, g.late_check_explained),        (e.note_same_hands, e.stop_check_clock, e.close_site_task, e.forget_review, e.start_closing_clock), ("opinion?", "photos")),
    Step("check_failed",         (S.CHECKING,),                     S.CHECK_FAILED, INSPECTOR,                   J, (g.own_member_task, g.has_photo),                                (e.note_same_hands, e.stop_check_clock, e.close_site_task, e.start_rework_dispatch_clock), ("reason_code", "reason", "photos")),
    Step("recall_check",         (S.CHECKING,),                     S.HANDLED,      ("acceptor", "shift_leader", "system"), J, (),                                                            (e.cancel_check_clock, e.close_site_task),                                           ("reason",)),
    Step("rework",               (S.CHECK_FAILED,),                 S.DISPATCHED,   PLATFORM,                    H, (g.platform_holds, g.somebody_has_it, g.unit_receives_again, g.subtask_for_somebody),                      (e.note_rework, e.share_out, e.restart_handling_clock, e.open_handling_tasks),                    ("subtask?", "reason")),
    Step("check_again",          (S.CHECKED,),                      S.HANDLED,      LEADER,                      J, (),                                                              (e.stop_stage_clock,),                                                                                  ("reason_code", "reason")),
    Step("demand_rework",        (S.CHECKED,),                      S.CHECK_FAILED, LEADER,                      J, (),                                                              (e.start_rework_dispatch_clock,),                                                    ("reason_code", "reason")),
    Step("close",                (S.CHECKED,),                      S.CLOSED,       LEADER,                      J, (g.closing_condition_met, g.not_reported_again, g.replies_sent, g.replies_made_out, g.reviewed_where_asked, g.order_answered_before_closing), (e.close_normally, e.stop_all_clocks, e.close_all_tasks),                            ("closing_condition", "opinion?")),
    Step("force_close",          UNDER_WAY,                         S.CLOSED,       LEADER,                      J, (g.replies_sent, g.replies_made_out, g.reviewed_where_asked),                              (e.close_by_force, e.note_reason_code, e.cancel_stage_clocks, e.close_all_tasks),        ("reason_code", "reason")),
    Step("reopen",               (S.CLOSED,),                       S.FILED,        SUPERVISOR,                  N, (g.was_filed,),                                                  (e.close_recheck_task, e.reopen_case, e.start_dispatch_clock, e.start_whole_clock),                        ("reason",)),
    # --- sampled review of self-handled cases
    Step("review_passed",        (S.CLOSED,),                       SAME,           ACCEPTOR,                    J, (g.review_waits, g.another_than_found),                       (e.close_review_task,),                                                              ("opinion?",)),
    Step("review_failed",        (S.CLOSED,),                       S.REPORTED,     ACCEPTOR,                    J, (g.review_waits,),                                           (e.close_review_task, e.reopen_case, e.start_acceptance_clock),                      ("reason",)),
    # --- beside the flow, and the clock
    Step("urge",                 GOING,                             SAME,           ("supervisor", "leader"),    N, (g.order_can_be_given, g.addressee_handles, g.answer_time_ahead), (e.give_order,),                                                                     ("reason", "addressee?", "answer_by?")),
    Step("reply",                (*GOING, S.CLOSED),                SAME,           ("unit_desk", "dispatcher", "acceptor"), N, (g.answer_owed,),                                                (e.answer_order,),                                                                   ("opinion", "photos?")),
    Step("join_report",          OPEN,                              SAME,           FINDERS,                     N, (),                                                              (e.count_report,),                                                                   ("channel?",)),
    Step("overdue",              OPEN,                              SAME,           CLOCK,                       N, (g.timer_due,),                                                  (e.fire_clock,),                                                                     ("clock",)),
    Step("escalate",             OPEN,                              SAME,           CLOCK,                       N, (g.timer_due,),                                                  (e.fire_clock, e.raise_level),                                                       ("clock",)),
    # --- review before closing, and replies to those who reported
    Step("review_case",          (S.REPORTED, *UNDER_WAY),                    SAME,           LEADER,                      J, (g.review_asked_here, g.not_reviewed_yet),                                           (e.note_review,),                                                                    ("opinion?",)),
    Step("owe_reply",            OPEN,                              SAME,           CLOCK,                       N, (),                                                              (e.note_replies_owed,),                                                              ("replies",)),
    Step("reply_sent",           (*OPEN, *FINAL),                   SAME,           CLOCK,                       N, (),                                                              (e.note_replies_sent,),                                                              ("replies",)),
    Step("attach_report",        OPEN,                              SAME,           ("acceptor", "shift_leader", "supervisor"), N, (g.report_owed, g.has_paper),                                    (e.note_report_attached,),                                                           ("opinion?", "photos")),
    # --- quality of proof
    Step("send_back",            (S.HANDLED, S.CHECKED),            NAMED,          LEADER,                      J, (g.earlier_stage,),                                              (e.go_back_to_stage,),                                                               ("stage", "reason_code", "reason")),
    Step("draw_recheck",         (S.CLOSED,),                       SAME,           CLOCK,                       N, (g.closed_by_leader,),                                           (e.open_recheck_task,),                                                              ("inspector", "draw")),
    Step("recheck_confirmed",    (S.CLOSED,),                       SAME,           INSPECTOR,                   J, (g.own_recheck_task, g.has_photo),                               (e.close_recheck_task,),                                                             ("opinion?", "photos")),
    Step("recheck_false",        (S.CLOSED,),                       S.FILED,        INSPECTOR,                   J, (g.own_recheck_task, g.has_photo),                               (e.close_recheck_task, e.reopen_case, e.start_dispatch_clock, e.start_whole_clock),                       ("reason", "photos")),
    # --- platforms that dispatch: the chain of command
    Step("pass_down",            (S.FILED,),                        SAME,           PLATFORM,                    H, (g.platform_holds, g.platform_below, g.share_left_below, g.somebody_dispatches_below), (e.to_platform_below,),                                                              ("opinion?",)),
    Step("pass_up",              (S.FILED,),                        SAME,           PLATFORM,                    H, (g.platform_holds, g.platform_above),                            (e.to_platform_above,),                                                              ("reason_code", "reason")),
    Step("rise",                 (S.FILED,),                        SAME,           CLOCK,                       N, (g.timer_due, g.platform_above),                                 (e.to_platform_above,),                                                              ("clock",)),
    # --- several units together
    Step("ask_assist",           IN_HANDLING,                       SAME,           PLATFORM,                    H, (g.platform_holds, g.unit_named, g.somebody_receives, g.may_assist),                                    (e.open_subtask,),                                                                   ("unit", "subtask")),
    Step("assist_done",          IN_HANDLING,                       SAME,           UNIT,                        H, (g.own_subtask, g.has_photo),                                    (e.close_own_subtask,),                                                              ("result", "photos")),
    Step("waive_assist",         IN_HANDLING,                       SAME,           PLATFORM,                    H, (g.platform_holds, g.some_subtask, g.unit_owes_subtask, g.not_for_own_unit),                           (e.waive_subtask,),                                                                  ("unit", "reason")),
    Step("dispatch_across",      (S.FILED,),                        S.DISPATCHED,   PLATFORM,                    H, (g.platform_holds, g.two_territories, g.somebody_receives, g.dispatch_within_rights), (e.name_common_parent, e.note_dispatch, e.share_out, e.start_handling_clock, e.open_handling_tasks), ("territories", "subtask", "reason")),
    # --- whose duty it is, is disputed
    Step("freeze",               (S.FILED, S.CHECK_FAILED),         S.COORDINATING, (*PLATFORM, "supervisor", "system"), N, (g.own_platform_dispatches, g.circles),                                                    (e.open_dispute, e.freeze_clocks),                                                   ("opinion?",)),
    Step("raise_dispute",        (S.COORDINATING, *NOT_FROZEN),     SAME,           (*PLATFORM, "supervisor", "leader"), N, (g.dispute_open, g.not_at_the_top),                              (e.raise_dispute,),                                                                  ("reason",)),
    Step("decide",               (S.COORDINATING,),                 S.DISPATCHED,   ("leader", "supervisor"),    H, (g.unit_named, g.assists_handle, g.somebody_receives, g.subtask_for_somebody, g.level_may_decide, g.no_party_decides),            (e.note_dispatch, e.share_out, e.note_liable, e.start_handling_clock, e.open_handling_tasks),     ("unit", "assists?", "subtask?", "document", "reason")),
    Step("name_liable",          NOT_FROZEN,                        SAME,           ("leader", "supervisor"),    N, (g.dispute_open, g.unit_named, g.level_may_decide, g.no_party_decides),              (e.note_liable,),                                                                    ("unit", "document", "reason")),
    Step("fixed_meanwhile",      (S.COORDINATING,),                 S.HANDLED,      PLATFORM,                    H, (g.has_photo, g.not_for_own_unit),                                                  (e.note_fixed_meanwhile,),                                                           ("fixed_by?", "result", "photos")),
    # --- substitute works: the problem first, the dispute later
    Step("substitute",           (S.FILED, S.DISPATCHED, S.HANDLING, S.COORDINATING), S.DISPATCHED,   SUPERVISOR,                  H, (g.unit_named, g.somebody_receives, g.fixed_by_another, g.liable_not_disputed, g.liable_said, g.liable_had_it, g.no_party_substitutes),          (e.note_substitution, e.start_handling_clock, e.open_handling_tasks),                ("unit", "liable?", "liable_open?", "reason")),
    # --- extension: asked in time, at most twice; a second or a long one is decided by a leader
    Step("wish_extension",       (S.HANDLING,),                     SAME,           WORKER,                      H, (g.own_unit_task, g.assigned_or_unit, g.asked_once, g.in_time, g.extensions_left), (e.open_request,),                                                                   ("extra", "reason_code", "reason", "photos?")),
    Step("ask_extension",        WITH_UNIT,                         SAME,           UNIT,                        H, (g.own_unit_task, g.asked_once, g.in_time, g.extensions_left),   (e.open_request,),                                                                   ("extra", "reason_code", "reason", "photos?")),
    Step("pass_extension",       WITH_UNIT,                         SAME,           UNIT,                        H, (g.waits_for_you, g.in_time),                                    (e.pass_on,),                                                                        ("opinion",)),
    Step("advise_extension",     IN_HANDLING,                       SAME,           PLATFORM,                    H, (g.waits_for_you, g.another_decides, g.in_time),                 (e.pass_on,),                                                                        ("opinion",)),
    Step("approve_extension",    IN_HANDLING,                       SAME,           (*PLATFORM, "leader"),    N, (g.waits_for_you, g.another_decides, g.in_time, g.extensions_left, g.leader_decides_long), (e.grant_request, e.extend_limit),                                                   ("opinion?",)),
    Step("refuse_extension",     IN_HANDLING,                       SAME,           ("unit_desk", *PLATFORM, "leader"), N, (g.waits_for_you,),                                              (e.refuse_request,),                                                                 ("reason",)),
    # --- the longer limit for engineering work
    Step("ask_long_limit",       WITH_UNIT,                         SAME,           UNIT,                        H, (g.own_unit_task, g.asked_once, g.in_time, g.longer_limit_known), (e.open_request,),                                                                   ("reason", "photos?")),
    Step("approve_long_limit",   IN_HANDLING,                       SAME,           LEADER,                      N, (g.waits_for_you, g.another_decides, g.in_time, g.longer_limit_known), (e.grant_request, e.take_longer_limit),                                              ("opinion?",)),
    Step("refuse_long_limit",    IN_HANDLING,                       SAME,           LEADER,                      N, (g.waits_for_you,),                                              (e.refuse_request,),                                                                 ("reason",)),
    # --- suspension: once, with an end; the clocks stand still and go on by themselves
    Step("ask_suspension",       WITH_UNIT,                         SAME,           UNIT,                        H, (g.own_unit_task, g.asked_once, g.suspensions_left, g.end_in_reach), (e.open_request,),                                                                   ("until", "reason_code", "reason", "photos?")),
    Step("approve_suspension",   IN_HANDLING,                       S.SUSPENDED,    SUPERVISOR,                  N, (g.waits_for_you, g.another_decides, g.suspensions_left, g.end_still_ahead), (e.grant_request, e.count_suspension),                                               ("opinion?",)),
    Step("refuse_suspension",    IN_HANDLING,                       SAME,           SUPERVISOR,                  N, (g.waits_for_you,),                                              (e.refuse_request,),                                                                 ("reason",)),
    # --- deferral: two approvals by two people; backlog after sixty days
    Step("ask_deferral",         WITH_UNIT,                         SAME,           UNIT,                        H, (g.own_unit_task, g.asked_once, g.deferrals_left, g.end_in_reach), (e.open_request,),                                                                   ("until", "reason_code", "reason", "photos?")),
    Step("support_deferral",     IN_HANDLING,                       SAME,           PLATFORM,                    H, (g.waits_for_you, g.another_decides),                            (e.pass_on,),                                                                        ("opinion",)),
    Step("approve_deferral",     IN_HANDLING,                       S.DEFERRED,     ("leader",),                 N, (g.waits_for_you, g.another_decides, g.deferrals_left, g.end_still_ahead), (e.grant_request, e.count_deferral),                                                 ("opinion?",)),
    Step("refuse_deferral",      IN_HANDLING,                       SAME,           (*PLATFORM, "leader"),    N, (g.waits_for_you,),                                              (e.refuse_request,),                                                                 ("reason",)),
    Step("resume_early",         HELD,                              BACK,           SUPERVISOR,                  N, (),                                                              (e.release_case,),                                                                   ("reason",)),
    Step("resume",               HELD,                              BACK,           CLOCK,                       N, (g.timer_due,),                                                  (e.release_case,),                                                                   ("clock",)),
    Step("become_backlog",       (S.DEFERRED,),                     SAME,           CLOCK,                       N, (g.timer_due,),                                                  (e.mark_backlog,),                                                                   ("clock",)),
    Step("recompute",            OPEN,                              SAME,           CLOCK,                       N, (g.deadline_moves,),                                             (e.recompute_deadlines,)),
    # --- overdue: a written order with a final day and a consequence
    Step("give_notice",          IN_HANDLING,                       SAME,           ("supervisor", "leader"),    N, (g.limit_passed, g.final_day_ahead),                             (e.number_notice,),                                                                  ("final_day", "consequence")),
    # --- appeal against a late handling: once, after closing; the raw fact stays
    Step("ask_appeal",           (S.CLOSED,),                       SAME,           UNIT,                        H, (g.own_case, g.handled_too_late, g.not_appealed, g.soon_after_closing), (e.open_request, e.note_appeal),                                                     ("reason_code", "reason", "photos?")),
    Step("support_appeal",       (*OPEN, *FINAL),                  SAME,           PLATFORM,                    H, (g.waits_for_you, g.not_for_own_unit),                                              (e.pass_on,),                                                                        ("opinion",)),
    Step("approve_appeal",       (*OPEN, *FINAL),                  SAME,           ACCEPTOR,                    J, (g.waits_for_you, g.another_decides),                            (e.grant_request, e.excuse_lateness),                                                ("opinion?",)),
    Step("refuse_appeal",        (*OPEN, *FINAL),                  SAME,           (*PLATFORM, "acceptor"),  N, (g.waits_for_you,),                                              (e.refuse_request, e.keep_lateness),                                                 ("reason",)),
    # --- supervision orders: who gave one accepts the answer, or sends it back
    Step("accept_reply",         (*GOING, S.CLOSED),                SAME,           ("supervisor", "leader"),    N, (g.order_answered, g.giver_or_leader, g.not_for_own_unit),                           (e.accept_answer,),                                                                  ("opinion?",)),
    Step("send_back_reply",      GOING,                             SAME,           ("supervisor", "leader"),    N, (g.order_answered, g.giver_or_leader, g.answer_time_ahead),      (e.refuse_answer,),                                                                  ("reason", "answer_by?")),
    # --- below a case: the unit is told, nothing is filed, nobody is scored
    Step("settle_by_reminder",   (S.REPORTED,),                     S.CLOSED,       ("acceptor", "shift_leader"), J, (g.never_filed, g.small_matter, g.located, g.class_chosen, g.verified_if_public, g.not_found_is_not_filed, g.reviewed_where_asked, g.replies_sent, g.order_answered_before_closing, g.addressee_handles, g.not_for_own_unit), (e.correct_case, e.as_reminder, e.name_reminded_unit, e.stop_all_clocks, e.close_all_tasks), ("problem_class?", "addressee?", "opinion")),
    # --- who is on duty, and who takes over from whom
    Step("call_duty",            WITH_UNIT,                         SAME,           CLOCK,                       N, (g.still_with_unit,),                                            (e.note_called,),                                                                    ("worker?", "called_as", "shift?", "reason?")),
    Step("call_substitute",      WITH_UNIT,                         SAME,           CLOCK,                       N, (g.still_with_unit,),                                            (e.note_called,),                                                                    ("worker?", "called_as", "shift?", "reason")),
    Step("open_dispatch",        IN_HANDLING,                       SAME,           ("worker", "unit_desk"),     N, (g.called_to_it,),                                               (e.note_opened,)),
    Step("hand_on",              (*OPEN, S.CLOSED),                 SAME,           CLOCK,                       N, (g.leaves_something, g.successor_fits),                          (e.hand_tasks_on,),                                                                  ("person", "successor?", "reason")),
    # --- discipline: what was decided about fraud stands in the history of the case
    Step("note_fraud",           (*OPEN, *FINAL),                   SAME,           CLOCK,                       N, (),                                                              (),                                                                                  ("finding", "reason_code", "accused")),
    Step("withdraw_fraud",       (*OPEN, *FINAL),                   SAME,           CLOCK,                       N, (),                                                              (),                                                                                  ("finding", "reason")),
)
# fmt: on

BY_ACTION = {step.action: step for step in STEPS}
OPENING = tuple(step.action for step in STEPS if NEW in step.source)


def allowed(
    *, status: str, roles: frozenset[str], flow: Parameters | None = None
) -> tuple[Step, ...]:
    """The steps that these roles may try from this status, in table order: the buttons of a page."""
    flow = flow or Parameters()
    return tuple(
        step
        for step in STEPS
        if status in step.source and roles.intersection(step.roles_in(flow)) and step.roles != CLOCK
    )


def as_markdown() -> str:
    """The table as documentation (docs/lifecycle.md is made from it)."""
    lines = [
        "| action | from | to | role | side | guards | effects | asks |",
        "|---|---|---|---|---|---|---|---|",
    ]
    named: dict[tuple[str, ...], str] = {OPEN: "any open", GOING: "any open but held"}
    for step in STEPS:
        source = named.get(step.source) or ", ".join(s or "(new)" for s in step.source)
        cells = (
            step.action, source, step.target, ", ".join(step.roles), step.side or "neutral",
            ", ".join(f.__name__ for f in step.guards), ", ".join(f.__name__ for f in step.effects),
            ", ".join(step.asks),
        )  # fmt: skip
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"
