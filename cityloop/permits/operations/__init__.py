"""Every write to the register of permits."""

from cityloop.permits.operations.imports import import_permits
from cityloop.permits.operations.kinds import set_kind
from cityloop.permits.operations.places import follow_grids
from cityloop.permits.operations.register import change_permit, record_permit, revoke_permit

__all__ = [
    "change_permit",
    "follow_grids",
    "import_permits",
    "record_permit",
    "revoke_permit",
    "set_kind",
]
