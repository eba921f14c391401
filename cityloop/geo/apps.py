from cityloop.kernel.manifest import Schedule, Subsystem


class GeoConfig(Subsystem):
    """Regions, unit grids, addresses, coordinates, maps."""

    name = "cityloop.geo"
    label = "geo"
    title = "Regions and unit grids"
    missing = "missing"
    permissions = ("map.view", "geo.manage")
    schedules = (Schedule("begin_grid_changes", 60),)
