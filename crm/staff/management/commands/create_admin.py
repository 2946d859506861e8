"""The first account of a new installation: an administrator, with a password that the rules of the house accept."""

import getpass
import os
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.staff.actions import create_administrator
from crm.staff.models import User

PASSWORD_VARIABLE = "REVISIT_ADMIN_PASSWORD"


class Command(BaseCommand):
    help = (
        "Creates an administrator. Asks for what is not given. The password comes from the prompt or from "
        f"{PASSWORD_VARIABLE}, never from the command line, where others could read it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", help="user name to sign in with")
        parser.add_argument("--email", help="where links to set a password are sent")
        parser.add_argument("--name", help="name as colleagues see it")

    def handle(self, *args, **options) -> None:
        username = options["username"] or self._ask("User name: ")
        email = options["email"] if options["email"] is not None else self._ask("E-mail: ", optional=True)
        user = User(username=username, email=email, name=options["name"] or username)
        password = os.environ.get(PASSWORD_VARIABLE) or self._ask_password()
        try:
            user.password = "!"
            user.full_clean(exclude=["team"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        create_administrator(username=username, email=email, name=user.name, password=password)
        self.stdout.write(self.style.SUCCESS(f"{username} can sign in now, and opens the settings."))

    def _ask(self, words: str, *, optional: bool = False) -> str:
        if not sys.stdin.isatty():
            if optional:
                return ""
            raise CommandError("Nobody to ask: give --username and --email.")
        while not (answer := input(words).strip()) and not optional:
            pass
        return answer

    def _ask_password(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError(f"Nobody to ask for a password: set {PASSWORD_VARIABLE}.")
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Password again: "):
            raise CommandError("The two are not the same.")
        return password
