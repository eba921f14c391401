"""Every read of notify."""

from cityloop.notify.queries.messages import (
    NoSuchMessage,
    inbox,
    message_of_member,
    own_text,
    unread,
    wordings,
)
from cityloop.notify.queries.public import PublicAnswer, public_answer
from cityloop.notify.queries.replies import (
    ORDER,
    STATES,
    NoSuchReply,
    on_its_way,
    replies,
    reply,
)

__all__ = [
    "ORDER",
    "STATES",
    "NoSuchMessage",
    "NoSuchReply",
    "PublicAnswer",
    "inbox",
    "message_of_member",
    "on_its_way",
    "own_text",
    "public_answer",
    "replies",
    "reply",
    "unread",
    "wordings",
]
