"""The project package: settings, the way in, and what every domain app stands on."""
