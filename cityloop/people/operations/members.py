"""Accounts: create, change, close, passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Refused
from cityloop.people.models import Holding, Member, Organisation, Token
from cityloop.people.operations.record import as_record, one_at_a_time, record, require_manager
from cityloop.people.scope import sees_all

CHANGEABLE = ("name", "phone", "email", "organisation_id", "language")
LANGUAGES = ("", "zh-hans", "en")


class WeakPassword(Invalid):
    """The password breaks a rule; each broken rule is a reason."""

    code = "weak-password"


@transaction.atomic
def create_member(  # noqa: PLR0913 (the facts of a row, all by keyword)
    *,
    username: str,
    name: str,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    password: str | None = None,
    phone: str = "",
    email: str = "",
    language: str = "",
    initial_password: bool = True,
) -> Member:
    """A new account; without a password nobody can sign in with it (tokens still work).

    `initial_password`: it must be changed at the first sign-in. Raises Invalid, WeakPassword.
    """
    require_manager(actor, [organisation])
    row = Member(
        username=username.strip(), name=name.strip(), organisation=organisation, phone=phone,
        email=email, language=language, created_at=now,
        initial_password=bool(password) and initial_password,
    )  # fmt: skip
    _check(row)
    if Member.objects.filter(username__iexact=row.username).exists():
        raise Invalid(_("this username is taken"), fields={"username": _("taken")})
    row.password = _hashed(password, row) if password else make_password(None)
    row.save(force_insert=True)
    record(row, "create", actor=actor, now=now)
    return row


def _check(row: Member) -> None:
    wrong: dict[str, str] = {}
    if not row.username or len(row.username) > 60 or row.username.split() != [row.username]:
        wrong["username"] = _("1 to 60 characters without spaces")
    if not row.name or len(row.name) > 60:
        wrong["name"] = _("1 to 60 characters")
    if row.language not in LANGUAGES:
        wrong["language"] = _("unknown language")
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            wrong["email"] = _("not an e-mail address")
    if len(row.phone) > 40:
        wrong["phone"] = _("at most 40 characters")
    if wrong:
        raise Invalid(*(f"{field}: {why}" for field, why in wrong.items()), fields=wrong)


def _hashed(password: str, row: Member) -> str:
    try:
        validate_password(password, row)
    except ValidationError as error:
        raise WeakPassword(*error.messages, fields={"password": error.messages[0]}) from error
    return make_password(password)


@transaction.atomic
def change_member(
    *, member_id: int, actor: Actor, now: datetime, reason: str = "", **changes: Any
) -> Member:
    """Change name, phone, email, home organisation or language."""
    row = managed_member(member_id, actor)
    if unknown := set(changes) - set(CHANGEABLE):
        raise Invalid(*(f"{field} cannot be changed here" for field in sorted(unknown)))
    before = as_record(row)
    for field, value in changes.items():
        setattr(row, field, value)
    _check(row)
    if row.organisation_id != before["organisation_id"]:
        require_manager(actor, [Organisation.objects.get(pk=row.organisation_id)])
    row.save(update_fields=list(changes))
    record(row, "change", actor=actor, now=now, before=before, reason=reason)
    return row


@transaction.atomic
def close_member(*, member_id: int, actor: Actor, now: datetime, reason: str = "") -> Member:
    """Close an account today: posts end, tokens stop, nobody signs in. History keeps the name."""
    one_at_a_time()
    row = managed_member(member_id, actor)
    if row.pk == actor.member_id:
        raise Refused(_("nobody closes their own account"))
    if actor.member_id and not Member.objects.filter(pk=actor.member_id, active=True).exists():
        raise NotAllowed(_("your own account was closed meanwhile"))
    today = timezone.localdate(now)
    before = as_record(row)
    for holding in row.holdings.exclude(valid_to__lte=today):
        held = as_record(holding)
        holding.valid_to = max(today, holding.valid_from)
        holding.save(update_fields=["valid_to"])
        record(holding, "end", actor=actor, now=now, before=held, reason=reason)
    row.patrol_areas.filter(valid_to=None, valid_from__lte=today).update(valid_to=today)
    Token.objects.filter(member=row, revoked_at=None).update(revoked_at=now)
    row.active = False
    row.save(update_fields=["active"])
    record(row, "close", actor=actor, now=now, before=before, reason=reason)
    return row


@transaction.atomic
def reset_password(*, member_id: int, password: str, actor: Actor, now: datetime) -> Member:
    """An administrator gives a new first password; it must be changed at the next sign-in."""
    row = managed_member(member_id, actor)
    _set_password(row, password, initial=row.pk != actor.member_id)
    record(row, "reset password", actor=actor, now=now, before={}, after={})
    return row


@transaction.atomic
def change_own_password(
    *, member_id: int, password: str, now: datetime, current: str | None = None, seen: str = ""
) -> Member:
    """The member's own new password; `current` is checked when given. Raises WeakPassword.

    `seen`: the hash of the first password with which somebody signed in; raises NotSignedIn when it
    is no longer the one, whoever changed it meanwhile.
    """
    row = _locked(member_id)
    if seen and not (row.initial_password and row.active and row.get_session_auth_hash() == seen):
        raise NotSignedIn
    if current is not None and not row.check_password(current):
        raise Invalid(_("the present password is not right"), fields={"current": _("wrong")})
    if row.check_password(password):
        raise WeakPassword(_("choose a password other than the present one"))
    _set_password(row, password, initial=False)
    own = Actor(member_id=row.pk, name=row.name, post=row.name)
    record(row, "change password", actor=own, now=now, before={}, after={})
    return row


def _set_password(row: Member, password: str, *, initial: bool) -> None:
    row.password, row.initial_password = _hashed(password, row), initial
    row.save(update_fields=["password", "initial_password"])


@transaction.atomic
def set_language(*, member_id: int, language: str, now: datetime) -> Member:
    """The language of the member's pages: zh-hans or en."""
    row = _locked(member_id)
    row.language = language
    _check(row)
    row.save(update_fields=["language"])
    return row


def managed_member(member_id: int, actor: Actor) -> Member:
    """The member, if all their posts lie within what the actor manages.

    Otherwise a district's administrator could take over a city post by its holder's password.
    """
    row = _locked(member_id)
    require_manager(actor, [row.organisation])
    held = Holding.objects.filter(member=row).select_related("post__organisation")
    try:
        require_manager(actor, list({one.post.organisation for one in held}))
    except NotAllowed as error:
        if sees_all(actor):
            raise
        raise NotAllowed(
            _("%(name)s also holds posts outside what you manage") % {"name": row.name},
            code="out-of-scope",
        ) from error
    return row


def _locked(member_id: int) -> Member:
    row = (
        Member.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=member_id)
        .first()
    )
    if row is None:
        raise NotFound(_("there is no such member"))
    return row
