"""The library: a persona's photos, browsed, filtered, compared and picked."""
