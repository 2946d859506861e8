"""What this app puts into the registries of the lower ones and its own, by noun; called once from `AppConfig.ready`."""
