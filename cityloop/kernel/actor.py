"""Who acts: the answer to every question of permission, passed to each operation and query."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cityloop.kernel.errors import NotAllowed

JUDGING = frozenset({
    "inspector", "team_inspector", "community_station", "acceptor", "shift_leader", "supervisor",
})  # fmt: skip
HANDLING = frozenset({"dispatcher", "district_platform", "unit_desk", "worker"})
ROLES = (
    "inspector",
    "acceptor",
    "shift_leader",
    "dispatcher",
    "unit_desk",
    "worker",
    "supervisor",
    "evaluator",
    "leader",
    "company_manager",
    "administrator",
    "district_platform",
    "team_inspector",
    "community_station",
    "system",
    "exchange",
    "wall",
)

# One post's view: organisation ids and region code prefixes, both must agree; None: no limit.
Scope = tuple[frozenset[int] | None, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Actor:
    """A member in their posts, or the system.

    `organisation_ids` None: no limit by organisation; else the ids whose work the actor sees.
    `region_codes` None: the whole city; else prefixes of GB/T 2260 codes.
    `territory`, where a post sees its body's work wherever it lies: the ground that the body stands
    for, as a street's, in prefixes; None: the whole city.
    `scopes` is the exact union where posts see different things; the two fields are then its
    outer bound. Data is limited with people's scope_q and scope_sql, never by hand.
    """

    member_id: int | None
    name: str
    post: str
    organisation_id: int | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    organisation_ids: frozenset[int] | None = field(default_factory=frozenset)
    region_codes: tuple[str, ...] | None = None
    territory: tuple[str, ...] | None = None
    scopes: tuple[Scope, ...] = ()
    token: tuple[int, str] | None = None  # the key (number, name) by which a machine acts
    channel: str = ""  # a token for one channel: reports come through no other
    platforms: tuple[tuple[int, str], ...] = ()  # ids and kinds of the platforms of the posts
    terminal: bool = False  # works at a light client: receives, handles, replies, nothing else
    merged: bool = False  # holds judging and handling posts by the city's own decision
    # Ids of the body that somebody comes from, of those of their posts, of all above these, and of
    # all below those that handle cases: whoever is lent to the centre stays their own unit's.
    houses: frozenset[int] = frozenset()
    # Ids of the bodies at whose unit desks the posts stand, and of all below these.
    units: frozenset[int] = frozenset()
    # Body, roles and label of the posts at each body, the own one first.
    stands: tuple[tuple[int, frozenset[str], str], ...] = ()

    @staticmethod
    def system(post: str = "system") -> Actor:
        """The clock, an import or another act that no person does."""
        return Actor(
            member_id=None,
            name=post,
            post=post,
            roles=frozenset({"system"}),
            permissions=frozenset({"*"}),
            organisation_ids=None,
        )

    @property
    def ground(self) -> tuple[str, ...] | None:
        """Prefixes of the regions and unit grids that are the actor's own; None: the whole city.

        Geography is no secret: map, places and addresses tell it to every post. Lists of it begin
        with what is one's own, and nobody changes another's.
        """
        return self.territory if self.region_codes is None else self.region_codes

    @property
    def own_units(self) -> frozenset[int]:
        """Ids of the bodies for which the actor works: those that limit the view; where nothing
        does, their own and those at whose unit desks they stand."""
        if self.organisation_ids is not None:
            return self.organisation_ids
        own = () if self.organisation_id is None else (self.organisation_id,)
        return self.units.union(own)

    def label_as(self, role: str, *bodies: int | None) -> str:
        """The post in which a step is taken, as the history keeps it: one that has the role, at one
        of these bodies before others."""
        fitting = [one for one in self.stands if role in one[1]]
        there = [label for body, _roles, label in fitting if body in bodies]
        return (there or [label for _body, _roles, label in fitting] or [self.post])[0]

    def belongs_to(self, *organisation_ids: int | None) -> bool:
        """True when one of these bodies is of one house with the actor: their own, one above it, or
        one below it that it answers for. Nobody judges what their own house does."""
        return any(one in self.houses or one == self.organisation_id
                   for one in organisation_ids if one is not None)  # fmt: skip

    def may(self, permission: str) -> bool:
        """True when one of the actor's roles carries the permission."""
        return "*" in self.permissions or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise NotAllowed unless the actor has the permission."""
        if not self.may(permission):
            raise NotAllowed(_("this needs the permission %(name)s") % {"name": permission})

    @property
    def sees_all(self) -> bool:
        """True when nothing limits the actor, neither an area nor an organisation."""
        every = self.scopes or ((self.organisation_ids, self.region_codes),)
        return any(ids is None and codes is None for ids, codes in every)

    def may_for_city(self, permission: str) -> bool:
        """True when the actor may set by it what holds in the whole city."""
        return self.may(permission) and self.sees_all

    def require_for_city(self, permission: str) -> None:
        """The same for what holds in the whole city, as its calendar: no district sets it for the
        others. Raises NotAllowed."""
        self.require(permission)
        if not self.sees_all:
            why = _("only the city's administrators may do this")
            raise NotAllowed(why, code="out-of-scope")
