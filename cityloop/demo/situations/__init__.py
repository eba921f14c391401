"""Living examples of what makes a bad day: each module makes some, by public operations only."""
