from cityloop.kernel.manifest import MenuItem, Subsystem


class PetitionsConfig(Subsystem):
    """Letters and visits with their register, citizens' suggestions, the public contact page."""

    name = "cityloop.petitions"
    label = "petitions"
    title = "Petitions"
    menu = (
        MenuItem("Petitions", "/petitions/", "mail-open", "petitions.view", 37),
        MenuItem("Public contact page", "/contact/edit/", "phone", "petitions.publish", 95),
    )
    permissions = ("petitions.view", "petitions.register", "petitions.reply", "petitions.publish")
    open_items = "open_items"
