"""Organisations, posts, members, who is responsible for what, and the record of every change.

All periods are half-open days: a row is valid on a day when valid_from <= day < valid_to.
"""

from cityloop.people.models.columns import ANY
from cityloop.people.models.organisations import NOT_HANDLING, Organisation, OrganisationKind
from cityloop.people.models.posts import (
    Holding,
    HoldingKind,
    Invitation,
    Member,
    MemberManager,
    PatrolArea,
    Post,
    Role,
    Token,
)
from cityloop.people.models.precedence import Precedence
from cityloop.people.models.record import PeopleChange, PeopleSetting, Revision
from cityloop.people.models.responsibility import Duty, Responsibility, ResponsiblePerson
from cityloop.people.models.territories import Territory

__all__ = [
    "ANY",
    "NOT_HANDLING",
    "Duty",
    "Holding",
    "HoldingKind",
    "Invitation",
    "Member",
    "MemberManager",
    "Organisation",
    "OrganisationKind",
    "PatrolArea",
    "PeopleChange",
    "PeopleSetting",
    "Post",
    "Precedence",
    "Responsibility",
    "ResponsiblePerson",
    "Revision",
    "Role",
    "Territory",
    "Token",
]
