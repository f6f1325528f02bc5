"""Component specs: read, checked, typed, emitted."""
