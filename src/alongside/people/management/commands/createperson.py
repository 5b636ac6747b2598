"""Let somebody in, who then signs in by e-mail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alongside.kit.refused import Refused
from alongside.people.actions import make_person


class Command(BaseCommand):
    help = (
        'Let somebody in, who signs in by e-mail. Example: alongside manage createperson bo@example.org "Bo Lindqvist"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--guest", action="store_true", help="Reads only the rooms that they are in.")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        try:
            make_person(None, email=options["email"], name=options["name"], is_full_member=not options["guest"])
        except Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['name']} can sign in now, at /sign-in/, with {options['email']}.")
