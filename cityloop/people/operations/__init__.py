"""Every write about people. Each is recorded: who, what, before, after, when."""

from cityloop.people.operations.cells import CellsRefused, Said, end_cells, set_cells
from cityloop.people.operations.founding import (
    AdministratorThere,
    Founded,
    create_first_administrator,
)
from cityloop.people.operations.grids import follow_grids
from cityloop.people.operations.imports import (
    import_organisations,
    import_responsibilities,
)
from cityloop.people.operations.invitations import (
    Invited,
    accept_invitation,
    invite,
    invited_member,
    made_code,
)
from cityloop.people.operations.member_files import MembersReport, import_members
from cityloop.people.operations.members import (
    change_member,
    change_own_password,
    close_member,
    create_member,
    reset_password,
    set_language,
)
from cityloop.people.operations.organisations import (
    change_organisation,
    close_organisation,
    create_organisation,
    move_organisation,
)
from cityloop.people.operations.persons import end_responsible_person, set_responsible_person
from cityloop.people.operations.posts import (
    BothSides,
    assign_patrol,
    change_post,
    create_post,
    end_holding,
    hold_post,
    second_member,
    set_merge_posts,
)
from cityloop.people.operations.precedence import set_precedence
from cityloop.people.operations.responsibilities import end_responsibility, set_responsibility
from cityloop.people.operations.roles import change_role, seed_roles
from cityloop.people.operations.territories import end_territory, set_territory
from cityloop.people.operations.tokens import issue_token, note_token_use, revoke_token

__all__ = [
    "AdministratorThere",
    "BothSides",
    "CellsRefused",
    "Founded",
    "Invited",
    "MembersReport",
    "Said",
    "accept_invitation",
    "assign_patrol",
    "change_member",
    "change_organisation",
    "change_own_password",
    "change_post",
    "change_role",
    "close_member",
    "close_organisation",
    "create_first_administrator",
    "create_member",
    "create_organisation",
    "create_post",
    "end_cells",
    "end_holding",
    "end_responsibility",
    "end_responsible_person",
    "end_territory",
    "follow_grids",
    "hold_post",
    "import_members",
    "import_organisations",
    "import_responsibilities",
    "invite",
    "invited_member",
    "issue_token",
    "made_code",
    "move_organisation",
    "note_token_use",
    "reset_password",
    "revoke_token",
    "second_member",
    "seed_roles",
    "set_cells",
    "set_language",
    "set_merge_posts",
    "set_precedence",
    "set_responsibility",
    "set_responsible_person",
    "set_territory",
]
