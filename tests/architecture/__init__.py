"""Rules of the architecture, kept by tests that read the sources. Each is also shown to fail on a small sample that breaks it."""
