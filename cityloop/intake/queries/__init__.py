"""Every read of intake."""

from cityloop.intake.queries.asking import Context, Question, context, duplicates
from cityloop.intake.queries.book import DayAccount, Flaw, account, check_book
from cityloop.intake.queries.changes import changes
from cityloop.intake.queries.channels import channel_settings, channels_set
from cityloop.intake.queries.missing import missing
from cityloop.intake.queries.reports import (
    NoSuchReport,
    earlier_reports,
    notices_of,
    notices_owed,
    numbers_in_channel,
    readable,
    report,
    report_number,
    reporter_of,
    reports_of,
)
from cityloop.intake.queries.suggestions import (
    ClassGuess,
    RuleGuess,
    stored_suggestions,
    suggest_classes,
    suggest_rules,
    text_model,
)

__all__ = [
    "ClassGuess",
    "Context",
    "DayAccount",
    "Flaw",
    "NoSuchReport",
    "Question",
    "RuleGuess",
    "account",
    "changes",
    "channel_settings",
    "channels_set",
    "check_book",
    "context",
    "duplicates",
    "earlier_reports",
    "missing",
    "notices_of",
    "notices_owed",
    "numbers_in_channel",
    "readable",
    "report",
    "report_number",
    "reporter_of",
    "reports_of",
    "stored_suggestions",
    "suggest_classes",
    "suggest_rules",
    "text_model",
]
