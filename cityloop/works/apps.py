from cityloop.kernel.manifest import Kept, MenuItem, Subsystem


class WorksConfig(Subsystem):
    """Substitute works: orders, price lists, budgets, invoices, the ledger of claims."""

    name = "cityloop.works"
    label = "works"
    title = "Substitute works"
    keeps = (
        Kept("works_order_item", "as_invoiced", when=(  # until then prices may be corrected
            "EXISTS (SELECT FROM works_order o WHERE o.id = t.order_id"
            " AND o.state IN ('invoiced', 'cancelled'))"
        )),
    )  # fmt: skip
    menu = (MenuItem("Substitute works", "/works/", "shovel", "works.view", 50),)
    permissions = ("works.view", "works.order", "works.claim", "works.manage")
    open_items = "open_items"
    hanging = "hanging"
    subscriptions = {
        "case.substitute": "follow_case",
        "case.return": "follow_case",
        "case.close": "follow_case",
        "case.force_close": "follow_case",
        "case.name_liable": "follow_case",
    }
