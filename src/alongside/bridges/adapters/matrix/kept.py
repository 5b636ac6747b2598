"""What a room's reactions and edits were about, for as long as somebody may take them back.

A homeserver empties what is redacted, so that afterwards nobody can tell what it was. The newest are therefore held
in our own account's data of that room, on the homeserver, where a restart finds them again. Ids only. Pure.
"""

from collections.abc import Mapping
from typing import Any

from alongside.bridges.adapters.matrix.fields import fields_at, id_at, texts_at
from alongside.bridges.port import Sign

KIND = "org.alongside.kept"
MOST = 200
_SIGNS = {sign.value: sign for sign in Sign}
_PAIR = 2


class Kept:
    """Reactions with a meaning, and edits, of one room: the newest of each."""

    def __init__(self, content: object = None) -> None:
        self._signs: dict[str, tuple[str, Sign]] = {}
        self._edits: dict[str, str] = {}
        self.is_changed = False
        for reaction in fields_at(content, "signs"):
            pair = texts_at(content, "signs", reaction)
            if len(pair) == _PAIR and pair[1] in _SIGNS:
                self._signs[reaction] = (pair[0], _SIGNS[pair[1]])
        for edit in fields_at(content, "edits"):
            if of := id_at(content, "edits", edit):
                self._edits[edit] = of

    def keep_sign(self, reaction: str, to: str, sign: Sign) -> None:
        if reaction not in self._signs:
            self._signs[reaction] = (to, sign)
            self._hold(self._signs)

    def keep_edit(self, edit: str, of: str) -> None:
        if edit not in self._edits:
            self._edits[edit] = of
            self._hold(self._edits)

    def sign(self, reaction: str) -> tuple[str, Sign] | None:
        return self._signs.get(reaction)

    def edited(self, edit: str) -> str:
        return self._edits.get(edit, "")

    def content(self) -> Mapping[str, Any]:
        signs = {reaction: [to, sign.value] for reaction, (to, sign) in self._signs.items()}
        return {"signs": signs, "edits": dict(self._edits)}

    def _hold(self, held: dict[str, Any]) -> None:
        self.is_changed = True
        while len(held) > MOST:
            del held[next(iter(held))]
