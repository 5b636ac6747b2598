"""What goes in and out of the API about oneself."""

from typing import Annotated, Literal

from msgspec import Meta

from alongside.api.shapes import Strict

MOST_OF_A_CODE = 40


class AccountShown(Strict):
    id: Annotated[str, Meta(description="For parting it from you; it is of no use to anybody else.")]
    name: str
    tool: str
    connection: str
    is_deactivated: bool


class KnownShown(Strict):
    heading: str
    lines: list[str]


class Myself(Strict):
    accounts: list[AccountShown]
    is_paused: bool
    known: Annotated[list[KnownShown], Meta(description="Everything that is stored about you, in plain words.")]


class Forgetting(Strict):
    """Said in so many words, since it cannot be undone."""

    words: Literal["forget me"]


class Forgotten(Strict):
    cannot_be_called_back: list[str]


class Code(Strict):
    code: str


class CodeSaid(Strict):
    code: Annotated[str, Meta(min_length=1, max_length=MOST_OF_A_CODE, pattern=r"^[^\x00]*$")]


class Parting(Strict):
    account: Annotated[str, Meta(pattern=r"^[0-9]{1,18}\Z", examples=["12"])]
