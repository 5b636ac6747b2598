"""What docs/administrators.md says of connected tools: every figure is the constant, every name is there."""

import re
from datetime import timedelta
from pathlib import Path

from django.urls import resolve, reverse

from alongside.archives.backing_up import LEFT_OUT
from alongside.bridges import hooks, rules
from alongside.bridges.followers import running, sending
from alongside.bridges.models import Arrival
from alongside.bridges.registry import ADAPTERS
from alongside.config.commands.bridging import connect_, rotate_key_
from alongside.kit import sealing
from alongside.letters import rules as letters
from alongside.letters.actions import FAILED_FOR
from alongside.letters.models import Delivery

PAGE = Path(__file__).parents[2] / "docs" / "administrators.md"


def section() -> str:
    return PAGE.read_text("utf-8").split("## Connect a tool\n")[1].split("\n## ")[0]


def span(given: timedelta | float) -> str:
    """Five minutes as the page writes it."""
    seconds = int(given.total_seconds() if isinstance(given, timedelta) else given)
    for name, length in (("day", 86400 * 2), ("hour", 3600 * 2), ("minute", 60 * 2), ("second", 0)):
        if seconds >= length:
            number = seconds // {"day": 86400, "hour": 3600, "minute": 60, "second": 1}[name]
            return f"{number} {name}{'' if number == 1 else 's'}"
    raise ValueError(given)


def figures() -> dict[str, str]:
    return {
        "Another process takes over a connection after": span(rules.LEASED_FOR),
        "A broken line is opened again after": _from_to(running.FIRST_PAUSE, running.LONGEST_PAUSE),
        "A tool that does not answer what is sent to it is given": f"{int(sending.PATIENCE)} seconds",
        "A post that did not go out is tried again after": _from_to(letters.FIRST_PAUSE, letters.LONGEST_PAUSE),
        "It is given up after": f"{letters.GIVEN_UP_AFTER / timedelta(hours=1):.0f} hours",
        "Sent again, where nobody can know whether it arrived": f"{letters.MOST_UNCERTAIN} times in all",
        "An event that cannot be dealt with is tried": f"{rules.MOST_TRIES} times",
        "Acts of one account in a minute; the next one is told so": str(rules.MOST_ACTS_A_MINUTE),
        "A webhook may bring at most": f"{hooks.MOST_BYTES / 1_000_000:.0f} MB",
        "Of what was dealt with: a keyed digest of its id in the tool, without words": span(rules.REPLAY_KNOWN_FOR),
        "Of what could not be sent: the reason, without words or for whom": span(FAILED_FOR),
    }


def _from_to(first: timedelta | float, longest: timedelta | float) -> str:
    return f"{span(first)}, then longer, up to {span(longest)}"


def test_every_figure_is_the_constant_and_no_other_is_given() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section(), re.MULTILINE)
    said = {what: much for what, much in rows if much not in ("how much", "how long", "---")}
    assert said == figures()


def test_every_kind_of_tool_has_a_part_that_leads_to_its_steps() -> None:
    kinds = {kind for kind in ADAPTERS if not kind.startswith("pretend")}
    assert set(re.findall(r"bridges/adapters/(\w+)/setup\.md", section())) == kinds


def test_every_address_and_option_that_it_names_is_there() -> None:
    assert reverse("connections") in re.findall(r"`(/[a-z]+/)`", section())
    assert resolve("/hooks/slack/1").func is hooks.hook
    assert "`/hooks/KIND/NUMBER`" in section()
    options = {name for command in (connect_, rotate_key_) for one in command.params for name in one.opts}
    assert set(re.findall(r"(?<!\w)--[a-z]+(?:-[a-z]+)*", section())) <= options
    assert f"`{sealing.FILE_NAME}`" in section()


def test_a_backup_leaves_the_outbox_out_and_not_the_inbox() -> None:
    assert Delivery._meta.db_table in LEFT_OUT
    assert Arrival._meta.db_table not in LEFT_OUT


def test_the_decision_on_bridges_gives_the_same_figures() -> None:
    page = (PAGE.parent / "decisions" / "bridges.md").read_text("utf-8").replace("\n", " ")
    numbers = {7: "seven", 8: "eight"}
    assert f"it is known for {rules.REPLAY_KNOWN_FOR.days} days" in page
    assert f"is left after {numbers[rules.MOST_TRIES]} tries" in page
    assert f"its reason for {numbers[FAILED_FOR.days]} days" in page
