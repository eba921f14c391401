"""Every read about people: actors, organisations, responsibility, the record of changes."""

from cityloop.people.queries.actors import (
    actor_for,
    actor_for_token,
    actor_seen_lately,
    forget_actors,
    merge_posts_allowed,
)
from cityloop.people.queries.office import (
    changes_of,
    holders,
    holdings_of,
    members,
    posts,
    roles,
    roles_held,
)
from cityloop.people.queries.organisations import (
    ancestors,
    common_parent,
    descendants,
    level_of_kind,
    member_seen,
    organisation_seen,
    organisation_tree,
    organisations_visible,
    platforms_at,
)
from cityloop.people.queries.responsibility import (
    coverage_gaps,
    inspector_of,
    matrix_on,
    responsibility_rows,
    responsible_across,
    responsible_for,
    territories,
)
from cityloop.people.queries.staffing import (
    Desk,
    TwoSides,
    bodies_on_both_sides,
    desks_staffed,
)
from cityloop.people.scope import in_scope, scope_q, scope_sql

__all__ = [
    "Desk",
    "TwoSides",
    "actor_for",
    "actor_for_token",
    "actor_seen_lately",
    "ancestors",
    "bodies_on_both_sides",
    "changes_of",
    "common_parent",
    "coverage_gaps",
    "descendants",
    "desks_staffed",
    "forget_actors",
    "holders",
    "holdings_of",
    "in_scope",
    "inspector_of",
    "level_of_kind",
    "matrix_on",
    "member_seen",
    "members",
    "merge_posts_allowed",
    "organisation_seen",
    "organisation_tree",
    "organisations_visible",
    "platforms_at",
    "posts",
    "responsibility_rows",
    "responsible_across",
    "responsible_for",
    "roles",
    "roles_held",
    "scope_q",
    "scope_sql",
    "territories",
]
