#!/usr/bin/env python
"""The door to every management command; brings the embedded servers up when no others are named."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from crm.local.ensure import ensure_servers

    ensure_servers(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
