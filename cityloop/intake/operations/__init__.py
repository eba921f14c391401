"""Every write of intake: receive is the only door for new problems."""

from cityloop.intake.operations.answers import (
    AlreadySettled,
    NoSuchNotice,
    forget_reporters,
    owe_again,
    owe_all,
    remember,
    settle,
)
from cityloop.intake.operations.book import write_up
from cityloop.intake.operations.bulk import Past, receive_many
from cityloop.intake.operations.filing import file_unambiguous
from cityloop.intake.operations.incoming import BadReport, Incoming, PhotoIn, WrongChannel
from cityloop.intake.operations.judging import OutsideCity
from cityloop.intake.operations.moving import move_reports
from cityloop.intake.operations.receiving import KeyReused, Receipt, receive
from cityloop.intake.operations.settings import BadSetting, set_channel
from cityloop.intake.operations.slow import before_closing, owe_missing, owe_progress, slow_moment
from cityloop.intake.operations.teaching import TooLittleText, train
from cityloop.intake.reference import UnknownChannel, UnknownClass

__all__ = [
    "AlreadySettled",
    "BadReport",
    "BadSetting",
    "Incoming",
    "KeyReused",
    "NoSuchNotice",
    "OutsideCity",
    "Past",
    "PhotoIn",
    "Receipt",
    "TooLittleText",
    "UnknownChannel",
    "UnknownClass",
    "WrongChannel",
    "before_closing",
    "file_unambiguous",
    "forget_reporters",
    "move_reports",
    "owe_again",
    "owe_all",
    "owe_missing",
    "owe_progress",
    "receive",
    "receive_many",
    "remember",
    "set_channel",
    "settle",
    "slow_moment",
    "train",
    "write_up",
]
