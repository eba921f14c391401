from cityloop.kernel.manifest import Subsystem


class ExchangeConfig(Subsystem):
    name = "cityloop.exchange"
    label = "exchange"
    title = "Exchange"
    permissions = ("exchange.import",)
