"""Matrix: rooms on a homeserver, listened to and spoken in as one of its accounts, through nio.

Encrypted rooms are refused: what a server cannot read, its administrator can be asked to prove nothing about.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import ClassVar

from alongside.bridges.adapters.matrix import render
from alongside.bridges.adapters.matrix.checking import checks
from alongside.bridges.adapters.matrix.direct import Direct
from alongside.bridges.adapters.matrix.facts import Facts
from alongside.bridges.adapters.matrix.fields import each_at, text_at
from alongside.bridges.adapters.matrix.following import Following
from alongside.bridges.adapters.matrix.hearing import Hearing
from alongside.bridges.adapters.matrix.listening import WAIT, Listening
from alongside.bridges.adapters.matrix.policy import Policy, plain_key, server_of
from alongside.bridges.adapters.matrix.rooms import Room, applied
from alongside.bridges.adapters.matrix.telling import Telling
from alongside.bridges.adapters.matrix.threads import thread
from alongside.bridges.adapters.matrix.wire import Login, Refusal, Wire
from alongside.bridges.port import Batch, Can, Check, Choice, Known, Permanent, Post, Said, Sent, Sign, Workspace

_YES = frozenset({"yes", "y", "true", "1", "on"})
_NO_ENTRY = frozenset({"M_FORBIDDEN", "M_NOT_FOUND"})

CHOICES = (
    Choice(name="homeserver", label="Address of the homeserver", help="https://matrix.example.org"),
    Choice(name="account", label="Our account", help="@alongside:example.org"),
    Choice(
        name="token",
        label="Access token of this account",
        help="This, or the password.",
        is_secret=True,
        is_optional=True,
    ),
    Choice(name="password", label="Password of this account", is_secret=True, is_optional=True),
    Choice(
        name="is_organisations",
        label="Is everybody with an account on this homeserver of your organisation? (yes, no)",
        help="Then a public room whose history is shared can be read by the whole organisation, as it can in Matrix.",
        is_optional=True,
        default="no",
    ),
    Choice(
        name="servers",
        label="Other servers whose accounts are yours too",
        help="Names after the colon of an account, with spaces between them.",
        is_optional=True,
    ),
    Choice(
        name="guests",
        label="Accounts that a bridge brings, or that are guests",
        help="Patterns with spaces between them: @_irc_*:example.org",
        is_optional=True,
    ),
    Choice(
        name="links",
        label="Where links to messages lead",
        help="https://app.element.io/#/room/ for Element; otherwise a page on which everybody picks a client.",
        is_optional=True,
        default="https://matrix.to/#/",
    ),
    Choice(name="helped", label="Reactions that say: this helped me", is_optional=True, default="🙏 💚"),
    Choice(name="keep", label="Reactions that say: keep this", is_optional=True, default="📌 🔖"),
    Choice(
        name="administrator_token",
        label="Access token of a server admin",
        help="Only with it Synapse says who was deactivated. Without it, only erased accounts are seen to be gone.",
        is_secret=True,
        is_optional=True,
    ),
)


class Matrix:
    kind: ClassVar[str] = "matrix"
    name: ClassVar[str] = "Matrix"
    tool: ClassVar[str] = "matrix"
    can: ClassVar[frozenset[Can]] = frozenset({Can.DIRECT, Can.THREAD, Can.IDEMPOTENT, Can.HISTORY})
    choices: ClassVar[tuple[Choice, ...]] = CHOICES

    def __init__(self, settings: Mapping[str, str], known: Known, *, wait: float = WAIT) -> None:
        self._settings = {choice.name: settings.get(choice.name) or choice.default for choice in CHOICES}
        self._known = known
        self._wait = wait
        self._wire = Wire(self._login())
        self._listening: Listening | None = None
        self._direct = Direct(self._wire, self._rooms_for_two)

    def _login(self) -> Login:
        given = self._settings
        return Login(given["homeserver"], given["account"], given["token"], given["password"])

    async def workspace(self) -> Workspace:
        server = server_of(await self._wire.enter())
        return Workspace(key=server, name=f"{server}, Matrix")

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        hearing, _facts, policy = await self._hearing()
        administrator = self._settings["administrator_token"]

        def following(telling: Telling) -> Following:
            return Following(
                self._wire, policy, self._known,
                hearing=hearing, direct=self._direct, telling=telling, administrator=administrator,
            )  # fmt: skip

        self._listening = Listening(self._wire, policy, following, wait=self._wait)
        async for batch in self._listening.batches(cursor):
            yield batch

    async def _hearing(self) -> tuple[Hearing, Facts, Policy]:
        policy = await self._policy()
        facts = Facts(self._wire, policy, self._known.unseal)
        return Hearing(facts, policy), facts, policy

    async def _policy(self) -> Policy:
        """Asked for at each start: our own name may have changed."""
        us, given = await self._wire.enter(), self._settings
        shown = text_at(await self._wire.found("profile", us), "displayname")
        signs = {plain_key(key): sign for sign in Sign for key in given[_CHOICE_OF[sign]].split()}
        return Policy(
            us=us,
            our_names=(shown,) if shown else (),
            servers=frozenset({server_of(us), *given["servers"].replace(",", " ").split()}),
            is_organisations=given["is_organisations"].strip().lower() in _YES,
            guests=tuple(given["guests"].replace(",", " ").split()),
            links=given["links"],
            signs=tuple(signs.items()),
        )

    def _rooms_for_two(self, account: str) -> Iterator[str]:
        if self._listening is not None:
            yield from self._listening.rooms_for_two(account)

    async def send(self, post: Post) -> Sent:
        await self._wire.enter()
        if post.whisper_to:
            raise Permanent("Matrix has no way to show something in a room to one person alone.")
        if not post.account:
            return await self._sent(post, post.room, post.context)
        try:
            return await self._sent_alone(post)
        except Refusal as refusal:
            if refusal.code not in _NO_ENTRY:
                raise
            # They left, or we were put out, this very moment: another room for two is found, or made.
            return await self._sent_alone(post)

    async def _sent_alone(self, post: Post) -> Sent:
        room = await self._direct.room_for(post.account)
        is_here = post.context and await self._wire.found("rooms", room, "event", post.context) is not None
        return await self._sent(post, room, post.context if is_here else "")

    async def _sent(self, post: Post, room: str, root: str) -> Sent:
        sealed = self._known.seal(post.about) if post.about else ""
        said = render.content(post, thread=root, sealed=sealed)
        transaction = "alongside-" + sha256(post.key.encode()).hexdigest()[:40]
        event_id = await self._wire.say(room, said, transaction)
        if post.is_farewell:
            await self._wire.leave(room)
        context = root or ("" if post.account else event_id)
        policy = Policy(us=self._wire.us, links=self._settings["links"])
        return Sent(remote_id=event_id, context=context, url=policy.link(room, event_id))

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        if not room or not context:
            return []
        hearing, facts, policy = await self._hearing()
        state = await self._wire.found("rooms", room, "state")
        return await thread(
            self._wire,
            facts,
            hearing,
            root=context,
            policy=policy,
            room=applied(Room(room), each_at(state, "events"), policy.us),
        )

    async def check(self) -> Sequence[Check]:
        wire = Wire(self._login(), device="ALONGSIDE-CHECK")
        account, administrator = self._login().account, self._settings["administrator_token"]
        try:
            found = [one async for one in checks(wire, account=account, administrator=administrator)]
            if found[0].is_well and found[1].is_well:
                await wire.leave_device()
            return found
        finally:
            await wire.close()

    async def close(self) -> None:
        await self._wire.close()


_CHOICE_OF = {Sign.HELPED: "helped", Sign.KEEP: "keep"}
