"""Every write of duty: rosters, calls, handovers."""

from cityloop.duty.operations.calls import (
    call_on_duty,
    call_substitutes,
    note_seen,
    open_dispatch,
)
from cityloop.duty.operations.handovers import accept_handover, digest_holds, end_shift
from cityloop.duty.operations.leaving import take_back
from cityloop.duty.operations.roster import (
    NewTurn,
    end_absence,
    end_shift_of_roster,
    end_turn,
    import_roster,
    note_absence,
    put_on_duty,
    set_shift,
)
from cityloop.duty.operations.secondments import (
    end_secondment,
    hand_over,
    hand_over_ended,
    name_successor,
)

__all__ = [
    "NewTurn",
    "accept_handover",
    "call_on_duty",
    "call_substitutes",
    "digest_holds",
    "end_absence",
    "end_secondment",
    "end_shift",
    "end_shift_of_roster",
    "end_turn",
    "hand_over",
    "hand_over_ended",
    "import_roster",
    "name_successor",
    "note_absence",
    "note_seen",
    "open_dispatch",
    "put_on_duty",
    "set_shift",
    "take_back",
]
