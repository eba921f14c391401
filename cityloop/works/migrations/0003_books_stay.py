"""What was ordered, invoiced and claimed stays: a mistake is mended by an entry of its own."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "works_append_only"


class Migration(migrations.Migration):
    dependencies = [("works", "0002_safeguards")]

    operations = [
        append_only(REFUSES, "works_invoice"),
        append_only(REFUSES, "works_order", "works_claim", changes=True),
        settled(REFUSES, "works_order", "number", "case_id", "version", "unit_id", "reason",
                "opened_at"),
        # Prices may be corrected until the invoice comes.
        settled(REFUSES, "works_order", "state", "total", "committed", "budget_line_id", "done_at",
                "cancel_reason", when="OLD.state IN ('invoiced', 'cancelled')", name="ended"),
        settled(REFUSES, "works_order_item", "order_id", "price_item_id", "name", "measure",
                "price", "quantity", "amount", "reason"),
        settled(REFUSES, "works_price_item", "designation_id", "code", "name", "measure", "price",
                "valid_from"),
        settled(REFUSES, "works_claim", "order_id", "party", "liable_id", "amount", "opened_on",
                "member_id"),
        settled(REFUSES, "works_claim", "notice_on", "notice_file_id", "due_on",
                when="OLD.notice_on IS NOT NULL", name="noticed"),
    ]  # fmt: skip
