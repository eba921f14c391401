"""Problems that reach a person or a machine client: one class per HTTP status, RFC 9457 fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that was not taken: its line number, its own key, the reason and, where one cell is
    to blame, the name of its column."""

    row: int
    key: str
    reason: str
    column: str = ""


class Problem(Exception):
    """An answer other than success. `reasons` are sentences for the person; nothing was written.

    `rejected`: the rows of a file that are to blame, where an import was refused as a whole.
    """

    status = 400
    code = "bad-request"
    title = "The request cannot be answered"

    def __init__(
        self,
        *reasons: str,
        code: str = "",
        fields: dict[str, str] | None = None,
        rejected: Sequence[Rejection] = (),
    ) -> None:
        super().__init__("; ".join(str(reason) for reason in reasons) or self.title)
        self.reasons = tuple(str(reason) for reason in reasons)
        self.code = code or self.code
        self.fields = fields or {}
        self.rejected = tuple(rejected)

    def as_dict(self) -> dict[str, Any]:
        """The problem+json body."""
        body: dict[str, Any] = {
            "type": f"urn:cityloop:problem:{self.code}",
            "title": gettext(self.title),
            "status": self.status,
            "code": self.code,
            "detail": "; ".join(self.reasons) or gettext(self.title),
            "reasons": list(self.reasons),
        }
        if self.fields:
            body["invalid_params"] = [
                {"name": name, "reason": str(reason)} for name, reason in self.fields.items()
            ]
        return body


class NotSignedIn(Problem):
    """Nobody is signed in, or the token is unknown or expired."""

    status, code, title = 401, "not-signed-in", "Sign in first"


class NotAllowed(Problem):
    """The actor's role, organisation or area does not allow it."""

    status, code, title = 403, "not-allowed", "Not allowed"


class NotFound(Problem):
    """No such thing, or none within the actor's scope."""

    status, code, title = 404, "not-found", "Not found"


class WrongMethod(Problem):
    """The address is right, the method is not."""

    status, code, title = 405, "wrong-method", "This method is not offered here"


class Refused(Problem):
    """A rule of the domain says no; every objection is listed."""

    status, code, title = 409, "refused", "A rule refuses this step"


class Stale(Problem):
    """Somebody else changed it since it was read."""

    status, code, title = 409, "stale", "It changed meanwhile"


class TooLarge(Problem):
    """More than this place takes."""

    status, code, title = 413, "too-large", "Too large"


class Invalid(Problem):
    """The input has the wrong shape or value."""

    status, code, title = 422, "invalid", "The input is not valid"


class TooMany(Problem):
    """More requests than the limit."""

    status, code, title = 429, "too-many-requests", "Too many requests"


class NeedsLength(Problem):
    """A body that comes in chunks, without its length."""

    status, code, title = 411, "length-required", "The length of the body is needed"


class NoRoom(Problem):
    """The disk takes nothing more; nothing was kept of what came."""

    status, code, title = 507, "no-room", "There is no room to store it"


class Unavailable(Problem):
    """A part that the answer needs is down; the same request may be sent again."""

    status, code, title = 503, "unavailable", "Not available now"
