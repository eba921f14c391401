from cityloop.kernel.manifest import Kept, MenuItem, OfficeTab, Subsystem

RESPONSIBILITY = ("class_kind", "edition_code", "major_code", "minor_code", "region_code",
                  "owner_id", "lead_id", "lead_role", "assists", "valid_from",
                  "source_document")  # fmt: skip


class PeopleConfig(Subsystem):
    """Organisations, posts, members, who is responsible."""

    name = "cityloop.people"
    label = "people"
    title = "People"
    keeps = (
        Kept("people_change", "as_recorded"),
        # A line of the matrix, or a holding of a post, is ended and never edited.
        Kept("people_responsibility", "as_set", RESPONSIBILITY),
        Kept("people_holding", "as_set", ("member_id", "post_id", "kind", "valid_from",
             "source_document")),
    )  # fmt: skip
    search = "find"
    answers = "answers"
    missing = "missing"
    menu = (MenuItem("Back office", "/office/", "settings-2", "people.manage", 90),)
    office = (
        OfficeTab(
            "Organisations",
            "office-organisations",
            "network",
            "people.manage",
            10,
            "People and posts",
        ),
        OfficeTab("Members", "office-members", "users", "people.manage", 20),
        OfficeTab("Posts", "office-posts", "id-card", "people.manage", 30),
        OfficeTab("Roles", "office-roles", "shield-check", "people.manage", 40),
        OfficeTab(
            "Who answers where", "office-grid", "table-2", "people.manage", 48, "Who answers"
        ),
        OfficeTab("Responsibilities", "office-lines", "grid-3x3", "people.manage", 50),
        OfficeTab(
            "Order of precedence", "office-precedence", "arrow-up-narrow-wide", "people.manage", 55
        ),
        OfficeTab("Company areas", "office-territories", "map", "people.manage", 60),
        OfficeTab("Cells without a unit", "office-gaps", "circle-alert", "people.manage", 70),
        OfficeTab(
            "Record of changes", "office-changes", "history", "people.manage", 90, "Installation"
        ),
        OfficeTab("Audit of configuration", "office-audit", "scroll-text", "people.manage", 91),
    )
    changes = "changes"
    permissions = ("people.view", "people.manage")
    subscriptions = {"grids.changed": "follow_grids"}
    succession = "lines_kept"
