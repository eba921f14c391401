from cityloop.kernel.manifest import Kept, MenuItem, Subsystem


class OversightConfig(Subsystem):
    """Supervision orders, reminders and named lists."""

    name = "cityloop.oversight"
    label = "oversight"
    title = "Supervision"
    keeps = (
        Kept("oversight_listed_case", "as_sent", when=(  # until then a case may be taken off
            "EXISTS (SELECT FROM oversight_sending s WHERE s.named_list_id = t.named_list_id)"
        )),
    )  # fmt: skip
    menu = (MenuItem("Supervision", "/oversight/", "megaphone", "oversight.view", 45),)
    permissions = ("oversight.view", "oversight.manage")
    open_items = "open_items"
