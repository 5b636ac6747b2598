"""A try-out: the sample organisation, or one's own archive, brought in by the same code as anybody's."""

from pathlib import Path
from time import monotonic

import click

SAMPLE = ("slack.jsonl", "mail.jsonl", "zulip.jsonl")
FIRST_PERSON = "miriam.osei@tarnbrook.example"


def sample_folder() -> Path:
    import alongside.archives

    return Path(alongside.archives.__file__).parent / "sample"


def prepare_try_out(archive: Path | None) -> None:
    """Bring in what is not in yet. A second start finds everything there."""
    from alongside.archives.fingerprints import fingerprint_of
    from alongside.archives.queries import unscoped_imports
    from alongside.archives.rules import State
    from alongside.config.commands.archiving import bring
    from alongside.config.commands.starting import stop
    from alongside.kit.refused import Refused
    from alongside.people.actions import link_for_try_out, mark_as_try_out
    from alongside.search.followers import catch_up_words

    try:
        mark_as_try_out(None)
    except Refused as error:
        stop(str(error))
    done = [one for one in unscoped_imports() if one.state == State.DONE.value]
    names, files = {one.name for one in done}, {one.fingerprint for one in done}
    if archive is None:
        missing = [sample_folder() / name for name in SAMPLE if name not in names]
    else:  # a newer export may have the same name
        missing = [archive] if fingerprint_of(archive) not in files else []
    if not missing:
        return
    began = monotonic()
    for path in missing:
        bring(path, quiet=archive is None)
    link_for_try_out(None)
    catch_up_words()
    if archive is None:
        from alongside.bridges.demonstration import prepare_demonstration

        prepare_demonstration()
    if archive is None:
        click.echo(f"The sample organisation is here ({monotonic() - began:.1f} s).")


def who_you_are() -> str:
    from django.conf import settings

    from alongside.bridges.demonstration import is_there
    from alongside.people.queries import first_person_of_try_out, viewer_of_person

    person = first_person_of_try_out(FIRST_PERSON)
    if person is None:
        return "Nobody is in it who could be somebody; what the world may read is shown."
    viewer = viewer_of_person(person)
    asking = f'ALONGSIDE_HOME={settings.HOME} alongside find "…" --as {person.email}'
    begin = ""
    if is_there():
        begin = "Begin in its chat room and its mailbox, which stand for yours: the page “In your tools” (/tools).\n"
    return (
        f"{begin}You are {viewer.name}; the bar on top of each page makes you anybody else. From a terminal: {asking}"
    )
