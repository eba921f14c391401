from cityloop.kernel.manifest import Subsystem


class AssetsConfig(Subsystem):
    name = "cityloop.assets"
    label = "assets"
    title = "Assets"
