"""Controls that a flow may tighten or loosen, but not switch off; and those that a city may.

What is refused here would leave a rule of the loop in name only: nothing drawn, nothing reviewed,
nothing frozen. What a city may want is published, and said plainly.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from cityloop.cases.flow import PUBLIC, Parameters

LEAST = 0.01  # of closed cases, by lot
MOST_RETURNS = 5
MOST_BACKLOG = 180  # natural days; sixty are usual
LATEST_ESCALATION = 5  # times the limit; one and two are usual
SAMPLED = ("decision_share", "reply_check_share", "review_share")


def switched_off(flow: Parameters) -> Iterator[str]:
    """A sentence for each control that the flow would switch off."""
    for name in ("recheck_share", "forced_share"):
        if getattr(flow, name) < LEAST:
            yield _("%(name)s: at least %(least)s: closed cases are inspected again by lot") % {
                "name": name, "least": LEAST,
            }  # fmt: skip
    if missing := sorted(set(PUBLIC) - set(flow.reviewed_channels)):
        yield _(
            "reviewed_channels: every report of the public is reviewed before closing:"
            " %(missing)s missing"
        ) % {"missing": ", ".join(missing)}
    if flow.freeze_from_returns > MOST_RETURNS:
        yield _("freeze_from_returns: at most %(most)s: a case must not go round for ever") % {
            "most": MOST_RETURNS
        }
    if flow.backlog_days > MOST_BACKLOG:
        yield _("backlog_days: at most %(most)s: a case deferred for longer is backlog") % {
            "most": MOST_BACKLOG
        }


def left_to_people(flow: Parameters) -> Iterator[str]:
    """A warning for each control that the flow does without, as a city may."""
    if not flow.freeze_from_returns:
        yield _("freeze_from_returns is 0: no case is frozen by itself, however often it returns")
    if not flow.verify_public:
        yield _("verify_public is off: reports of the public are filed without a look on site")
    if not flow.second_eye:
        yield _("second_eye is off: who accepts a case may file it, too")
    if flow.escalate_at and min(flow.escalate_at) > LATEST_ESCALATION:
        yield _(
            "escalate_at begins at %(n)s limits: hardly anything late reaches a level above"
        ) % {"n": f"{min(flow.escalate_at):g}"}
    if not flow.escalate_at:
        yield _("escalate_at is empty: nothing that is late reaches a higher level by itself")
    for name in SAMPLED:
        if getattr(flow, name) < LEAST:
            yield _("%(name)s is below %(least)s: hardly anything of it is looked at again") % {
                "name": name, "least": LEAST,
            }  # fmt: skip
