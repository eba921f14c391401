"""Other platforms: cases that come from elsewhere, and later those that go there."""
