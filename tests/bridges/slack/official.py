"""Slack's own samples and specification, as judges of what the pretended workspace answers and sends.

Both lie beside the checkout (shared data). The specification was frozen in 2021 and writes "one of these" as a list of
`items`; the samples are newer and say which keys there are, with blanks for values.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "payloads" / "slack"

# What came after the specification was frozen; the samples know most of it.
NEWER = {
    "auth.test": {"is_enterprise_install"},
    "conversations.info": {"is_channel", "is_group", "is_im", "is_mpim"},
    "chat.postMessage": {"metadata"},
    "conversations.history": {"response_metadata", "metadata"},
    "conversations.replies": {
        "response_metadata",
        "metadata",
        "bot_id",
        "bot_profile",
        "blocks",
        "client_msg_id",
        "edited",
        "is_locked",
    },
}
# Where a sample is not a JSON of its own (it was too large to copy), the specification alone judges.
WITHOUT_SAMPLE = {
    "conversations.replies",
    "conversations.history",
    "conversations.open",
    "chat.postMessage",
    "views.open",
    "views.publish",
}
EVENT_SAMPLES = {
    "member_joined_channel": "MemberJoinedChannelPayload",
    "reaction_added": "ReactionAddedPayload",
    "reaction_removed": "ReactionRemovedPayload",
    "channel_left": "ChannelLeftPayload",
    "group_left": "GroupLeftPayload",
    "channel_rename": "ChannelRenamePayload",
    "group_rename": "GroupRenamePayload",
    "channel_archive": "ChannelArchivePayload",
    "channel_shared": "ChannelSharedPayload",
    "team_join": "TeamJoinPayload",
    "user_change": "UserChangePayload",
    "app_home_opened": "AppHomeOpenedPayload",
    "tokens_revoked": "TokensRevokedPayload",
    "app_mention": "AppMentionPayload",
    "message": "MessagePayload",
    "message_changed": "MessageChangedPayload",
    "message_deleted": "MessageDeletedPayload",
}
INTERACTIONS = {
    "block_actions": "BlockActionPayload",
    "message_action": "MessageShortcutPayload",
    "view_submission": "ViewSubmissionPayload",
}


@cache
def _specification() -> Any:
    return json.loads((SAMPLES / "spec" / "slack_web_openapi_v2.json").read_text("utf-8"))


@cache
def _sample(folder: str, name: str) -> Any:
    path = SAMPLES / folder / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _readable(schema: Any) -> Any:
    """`items: [A, B]` of no array means one of A and B."""
    if isinstance(schema, list):
        return [_readable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    read = {name: _readable(value) for name, value in schema.items()}
    if isinstance(read.get("items"), list):
        choices = read.pop("items")
        return {**read, "items": {"anyOf": choices}} if read.get("type") == "array" else {**read, "anyOf": choices}
    return read


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    if isinstance(value, dict):
        return {name: _without(inner, names) for name, inner in value.items() if name not in names}
    return value


def against_specification(method: str, answer: Any) -> list[str]:
    """What the specification of a method holds against an answer."""
    operations = _specification()["paths"].get(f"/{method}")
    if operations is None:
        return []
    operation = next(iter(operations.values()))
    responses = operation["responses"]
    schema = responses["200" if answer["ok"] else "default"]["schema"]
    whole = {**_readable(schema), "definitions": _readable(_specification()["definitions"])}
    newer = NEWER.get(method, set()) | ({"needed", "provided"} if not answer["ok"] else set())
    pure = _without(answer, newer - {"is_channel", "is_im", "is_mpim", "is_group"})
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in Draft4Validator(whole).iter_errors(pure)
    ]


def against_wrapper(payload: Any) -> list[str]:
    """What the schema of what stands around every event holds against one."""
    schema = _sample("spec", "slack_common_event_wrapper_schema")
    return [error.message for error in Draft4Validator(schema).iter_errors(payload)]


def against_sample(folder: str, name: str, value: Any) -> list[str]:
    """Keys that Slack's own sample does not have, and values of another kind."""
    sample = _sample(folder, name)
    # The specification demands a profile's `fields`, which some samples do not have.
    return ["there is no sample"] if sample is None else _differences(_without(value, {"fields"}), sample, "")


def _differences(value: Any, sample: Any, at: str) -> list[str]:
    if isinstance(value, dict) and isinstance(sample, dict):
        if not sample:  # whatever a workspace or a form holds
            return []
        found = [f"{at}/{name} is not in the sample" for name in value if name not in sample]
        return found + [
            line for name in value if name in sample for line in _differences(value[name], sample[name], f"{at}/{name}")
        ]
    if isinstance(value, list) and isinstance(sample, list):
        if not value or not sample or (isinstance(sample[0], dict) and "type" in sample[0] and len(sample) > 1):
            return []  # blocks: one of many kinds, judged by slack-sdk's own models
        return [line for one in value for line in _differences(one, sample[0], f"{at}[]")]
    is_number = isinstance(value, int | float) and isinstance(sample, int | float)
    return (
        [] if value is None or is_number or isinstance(value, type(sample)) else [f"{at} is a {type(value).__name__}"]
    )
