"""Every write with which a city begins."""

from cityloop.setup.operations.editions import load_shipped
from cityloop.setup.operations.founding import found_city, new_setup_code
from cityloop.setup.operations.ground import begin_ground_work, do_ground_work, require_keeper
from cityloop.setup.operations.imports import importer, look_at, take_in
from cityloop.setup.operations.trial import set_trial

__all__ = [
    "begin_ground_work",
    "do_ground_work",
    "found_city",
    "importer",
    "load_shipped",
    "look_at",
    "new_setup_code",
    "require_keeper",
    "set_trial",
    "take_in",
]
