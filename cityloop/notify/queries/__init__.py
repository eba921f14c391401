"""Every read of notify."""

from cityloop.notify.queries.messages import (
    NoSuchMessage,
    inbox,
    message_of_member,
    own_text,
    unread,
    wordings,
)

__all__ = ["NoSuchMessage", "inbox", "message_of_member", "own_text", "unread", "wordings"]
