from cityloop.kernel.manifest import MenuItem, OfficeTab, Subsystem


class FeedbackConfig(Subsystem):
    """What hinders those who work with the system, and what they are answered."""

    name = "cityloop.feedback"
    label = "feedback"
    title = "Feedback"
    personal = (
        MenuItem("Say what hinders you", "/feedback/new/", "message-square-warning"),
        MenuItem("My feedback", "/feedback/", "message-square-heart"),
    )
    office = (
        OfficeTab("Feedback", "office-feedback", "message-square-warning", "feedback.manage", 96),
    )
    permissions = ("feedback.manage",)
    waiting = "waiting"
    health = "health"
