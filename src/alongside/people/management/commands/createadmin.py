"""The first person of an installation, who lets the others in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alongside.kit.refused import Refused
from alongside.people.actions import make_person


class Command(BaseCommand):
    help = 'Make an administrator, who signs in by e-mail. Example: alongside manage createadmin ana@example.org "Ana Moreau"'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        try:
            make_person(None, email=options["email"], name=options["name"], is_administrator=True)
        except Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['name']} can sign in now, at /sign-in/, with {options['email']}.")
