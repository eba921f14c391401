from cityloop.kernel.manifest import Subsystem


class GeoConfig(Subsystem):
    """Regions, unit grids, addresses, coordinates, maps."""

    name = "cityloop.geo"
    label = "geo"
    title = "Regions and unit grids"
    permissions = ("map.view", "geo.manage")
