"""CityLoop: the open platform for digital city management."""
