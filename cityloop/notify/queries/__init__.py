"""Every read of notify."""

from cityloop.notify.queries.changes import changes
from cityloop.notify.queries.checks import (
    NoSuchCheck,
    Operator,
    operators,
    replies_sent_on,
    reply_check,
    reply_checks,
)
from cityloop.notify.queries.health import health
from cityloop.notify.queries.messages import (
    NoSuchMessage,
    inbox,
    message_of_member,
    own_text,
    unread,
    wordings,
    wordings_set,
)
from cityloop.notify.queries.missing import missing
from cityloop.notify.queries.public import (
    PublicAnswer,
    photo_shown,
    public_answer,
    public_photo,
)
from cityloop.notify.queries.push import asked_for_push, browsers_of, subscriptions
from cityloop.notify.queries.replies import (
    ORDER,
    STATES,
    NoSuchReply,
    going_out,
    on_its_way,
    open_items,
    replies,
    reply,
    to_go_out,
)

__all__ = [
    "ORDER",
    "STATES",
    "NoSuchCheck",
    "NoSuchMessage",
    "NoSuchReply",
    "Operator",
    "PublicAnswer",
    "asked_for_push",
    "browsers_of",
    "changes",
    "going_out",
    "health",
    "inbox",
    "message_of_member",
    "missing",
    "on_its_way",
    "open_items",
    "operators",
    "own_text",
    "photo_shown",
    "public_answer",
    "public_photo",
    "replies",
    "replies_sent_on",
    "reply",
    "reply_check",
    "reply_checks",
    "subscriptions",
    "to_go_out",
    "unread",
    "wordings",
    "wordings_set",
]
