from cityloop.kernel.manifest import MenuItem, Subsystem


class PeopleConfig(Subsystem):
    """Organisations, posts, members, who is responsible."""

    name = "cityloop.people"
    label = "people"
    title = "People"
    menu = (MenuItem("Back office", "/office/", "settings-2", "people.manage", 90),)
    permissions = ("people.view", "people.manage")
    subscriptions = {"grids.changed": "follow_grids"}
    succession = "lines_kept"
