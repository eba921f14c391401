from cityloop.kernel.manifest import OfficeTab, Schedule, Subsystem


class GeoConfig(Subsystem):
    """Regions, unit grids, addresses, coordinates, maps."""

    name = "cityloop.geo"
    label = "geo"
    title = "Regions and unit grids"
    search = "find"
    office = (
        OfficeTab("Ground", "office-ground", "map-pinned", "geo.manage", 87, "Ground and maps"),
        OfficeTab("Service areas", "office-service-areas", "scan", "geo.manage", 88),
        OfficeTab("Map services", "office-map-sources", "layers", "geo.manage", 89),
    )  # fmt: skip
    changes = "configured"
    missing = "missing"
    permissions = ("map.view", "geo.manage")
    schedules = (Schedule("begin_grid_changes", 60),)
