"""What a store has been used for is never taken back: not by an older backup either."""

from alongside.people.models import Installation


def keep_uses(_actor: None, *, uses: Installation) -> None:
    """Facts of the store that was here hold for the one that took its place."""
    row = Installation.objects.get_or_create(pk=1)[0]
    row.has_run_with_base_url = row.has_run_with_base_url or uses.has_run_with_base_url
    row.save(update_fields=["has_run_with_base_url"])
