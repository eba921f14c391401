"""Every write of duty: rosters, calls, handovers."""

from cityloop.duty.operations.calls import (
    call_on_duty,
    call_substitutes,
    note_seen,
    open_dispatch,
    tell_units,
)
from cityloop.duty.operations.handovers import accept_handover, digest_holds, end_shift
from cityloop.duty.operations.leaving import take_back
from cityloop.duty.operations.protection import (
    Reached,
    add_camera,
    change_on_team,
    end_camera,
    import_cameras,
    put_on_team,
    take_off_team,
    tell_teams,
)
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
    "Reached",
    "accept_handover",
    "add_camera",
    "call_on_duty",
    "call_substitutes",
    "change_on_team",
    "digest_holds",
    "end_absence",
    "end_camera",
    "end_secondment",
    "end_shift",
    "end_shift_of_roster",
    "end_turn",
    "hand_over",
    "hand_over_ended",
    "import_cameras",
    "import_roster",
    "name_successor",
    "note_absence",
    "note_seen",
    "open_dispatch",
    "put_on_duty",
    "put_on_team",
    "set_shift",
    "take_back",
    "take_off_team",
    "tell_teams",
    "tell_units",
]
