from cityloop.kernel.manifest import OfficeTab, Schedule, Subsystem


class GeoConfig(Subsystem):
    """Regions, unit grids, addresses, coordinates, maps."""

    name = "cityloop.geo"
    label = "geo"
    title = "Regions and unit grids"
    office = (
        OfficeTab("Ground", "office-ground", "map-pinned", "geo.manage", 62),
        OfficeTab("Service areas", "office-areas", "scan", "geo.manage", 64),
    )
    permissions = ("map.view", "geo.manage")
    schedules = (Schedule("begin_grid_changes", 60),)
