from cityloop.kernel.manifest import LivePart, MenuItem, Subsystem


class HotlineConfig(Subsystem):
    """Calls of the hotline as a telephone system tells them, orders of the mayor's hotline."""

    name = "cityloop.hotline"
    label = "hotline"
    title = "Hotline"
    menu = (MenuItem("Hotline", "/hotline/", "phone-call", "hotline.answer", 35),)
    permissions = ("hotline.answer", "hotline.deliver", "hotline.recording", "hotline.orders")
    live_parts = (LivePart("call", "/hotline/ringing/", "hotline.answer"),)
    subscriptions = {
        "case.close": "note_result",
        "case.force_close": "note_result",
        "case.reject": "note_result",
        "case.approve_void": "note_result",
        "case.reopen": "note_result",
        "case.settle_by_reminder": "note_result",
        "case.recheck_false": "note_result",
        "case.review_failed": "note_result",
    }
