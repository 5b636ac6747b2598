"""A small organisation, brought in as any archive is, and somebody who is signed in."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.home import a_home

from alongside.archives.actions import bring_in
from alongside.archives.recognising import recognised
from alongside.people.actions import link_account, make_person
from alongside.people.queries import links_offered_to, viewer_of_person
from alongside.search import serving
from alongside.search.followers import catch_up_words

PEOPLE = {"ana": "Ana Moreau", "bo": "Bo Lindqvist", "dee": "Dee Laurent"}


def archive(path: Path, items: int, messages: int) -> Path:
    """`items` open rooms, as many closed ones of Ana's and Bo's, and as many conversations in the first of each."""
    lines: list[dict[str, Any]] = [
        {
            "@context": "https://www.w3.org/ns/activitystreams", "type": "Collection", "id": "urn:x:acme",
            "name": "Acme", "alongside": 1, "tool": "slack",
        },
        *({"type": "Person", "id": key, "name": name, "email": f"{key}@acme.example"} for key, name in PEOPLE.items()),
    ]  # fmt: skip
    for kind, members in (("open", None), ("closed", ["ana", "bo"])):
        for place in range(items):
            lines.append({
                "type": "Group", "id": f"{kind}{place}", "name": f"#{kind}-{place}", "url": f"https://acme.example/{kind}{place}",
                "audience": "organisation" if members is None else "members", "members": members or [],
            })  # fmt: skip
            for talk in range(items if place == 0 else 1):
                lines.extend(_said(kind, place, talk, messages))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def _said(kind: str, place: int, talk: int, messages: int) -> Iterator[dict[str, Any]]:
    for number in range(messages):
        key = f"{kind}-{place}-{talk}-{number}"
        yield {
            "type": "Note", "id": key, "attributedTo": "ana" if number % 2 else "bo", "to": f"{kind}{place}",
            "context": f"{kind}-{place}-{talk}", "content": f"<p>The {kind} lift in shaft {place} stopped, said {number}.</p>",
            "published": f"2026-03-0{1 + talk}T{10 + number // 60:02}:{number % 60:02}:00Z", "url": f"https://acme.example/p/{key}",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here:
    client: Client
    """Ana's, signed in."""
    person: Any
    guest: Client
    """Somebody else's, who is in no room and reads nothing of the organisation."""
    nobody: Client


Organisation = Callable[..., Here]


@pytest.fixture
def organisation(settings: Any, tmp_path: Path, db: None) -> Iterator[Organisation]:
    home = a_home(settings, tmp_path / "home")
    settings.STATIC_ROOT = home / "static"
    settings.STATIC_ROOT.mkdir()

    def make(items: int = 1, messages: int = 3, *, is_linked: bool = True, is_open: bool = True) -> Here:
        path = archive(tmp_path / "acme.jsonl", items, messages)
        # In a try-out's import closed rooms are open to their members at once; otherwise they are sealed.
        bring_in(None, reader=recognised(path).reader, path=path, is_try_out=is_open)
        ana = make_person(None, email="ana@acme.example", name="Ana Moreau", is_full_member=False)
        jo = make_person(None, email="jo@elsewhere.example", name="Jo Marlowe", is_full_member=False)
        if is_linked:
            viewer = viewer_of_person(ana)
            link_account(viewer, account_id=links_offered_to(viewer)[0].account_id)
        catch_up_words()
        clients = [Client(), Client(), Client()]
        clients[0].force_login(ana)
        clients[1].force_login(jo)
        return Here(clients[0], ana, clients[1], clients[2])

    yield make
    serving.model.cache_clear()
