from cityloop.kernel.manifest import OfficeTab, Schedule, Subsystem


class GeoConfig(Subsystem):
    """Regions, unit grids, addresses, coordinates, maps."""

    name = "cityloop.geo"
    label = "geo"
    title = "Regions and unit grids"
    search = "find"
    office = (
        OfficeTab("Service areas", "office-service-areas", "map-pinned", "geo.manage", 88,
                  "Ground and maps"),
        OfficeTab("Map services", "office-map-sources", "layers", "geo.manage", 89),
    )  # fmt: skip
    changes = "configured"
    missing = "missing"
    permissions = ("map.view", "geo.manage")
    schedules = (Schedule("begin_grid_changes", 60),)
