"""How somebody wants to be named in notes that more people read than heard what was said."""

from alongside.kit.refused import Refused
from alongside.notes.models import NameChoice
from alongside.notes.rules import LONGEST_NAME, Naming
from alongside.people.rules import Viewer


def choose_name(actor: Viewer, *, naming: Naming, name: str = "") -> None:
    """From now on, in notes that are there already too. As in the tool: nothing is kept of it."""
    if actor.person_id is None:
        raise Refused("Sign in first: only you choose how you are named.")
    name = " ".join("".join(one if one.isprintable() else " " for one in name).split())[:LONGEST_NAME].strip()
    if naming is Naming.ANOTHER and not name:
        raise Refused("Write the name that you would like to be called.")
    if naming is Naming.AS_THERE:
        NameChoice.objects.filter(person_id=actor.person_id).delete()
        return
    values = {"naming": naming.value, "name": name if naming is Naming.ANOTHER else ""}
    NameChoice.objects.update_or_create(person_id=actor.person_id, defaults=values)
