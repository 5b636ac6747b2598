"""What Alongside says to Slack's blocks. Pure; it never raises.

Words travel in rich text, where Slack looks for no markup: nothing in a passage can call a whole channel, hide
behind a link or look like something else than it is.
"""

import re
from collections.abc import Callable, Iterable

import msgspec

from alongside.bridges.adapters.slack.acts import Carried
from alongside.bridges.port import Body, Button, Form, Item, Post
from alongside.kit.json_fields import Record
from alongside.kit.links import Links

Seal = Callable[[str], str]

# Slack's own limits.
MOST_BUTTONS = 25
LONGEST_LABEL = 75
LONGEST_VALUE = 2000
LONGEST_TITLE = 24
LONGEST_INPUT = 3000
LONGEST_INPUT_LABEL = 2000
# Ours, well below what Slack takes in one message.
LONGEST_PIECE = 2500
LONGEST_FALLBACK = 3500
MOST_LINES = 40
MOST_ITEMS = 20
CALLBACK = "alongside"
_ACCOUNT = re.compile(r"[UW][A-Z0-9]{2,20}")
LATE = "Slack did not let the form open in time, so here is what would have been in it."


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def escaped(text: str) -> str:
    """For the one text that Slack reads as markup: what a notification shows."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str, most: int) -> Record:
    return {"type": "plain_text", "text": cut(text, most) or " ", "emoji": False}


# ---------------------------------------------------------------- rich text


def _text(text: str, *, is_bold: bool = False) -> list[Record]:
    """Elements of rich text; addresses become links, which they do not by themselves."""
    text = cut(text, LONGEST_PIECE)
    pieces: list[Record] = []
    position = 0
    for link in Links().match(text):
        pieces += _words(text[position : link.index], is_bold=is_bold)
        pieces.append({"type": "link", "url": link.url, "text": link.text})
        position = link.last_index
    return pieces + _words(text[position:], is_bold=is_bold)


def _words(text: str, *, is_bold: bool = False) -> list[Record]:
    if not text:
        return []
    element: Record = {"type": "text", "text": text}
    return [element | {"style": {"bold": True}}] if is_bold else [element]


def _link(address: str, words: str, *, is_bold: bool = False) -> list[Record]:
    if not address.startswith(("https://", "http://", "mailto:")):
        return _words(cut(words, LONGEST_PIECE), is_bold=is_bold)
    element: Record = {"type": "link", "url": address, "text": cut(words, LONGEST_PIECE) or address}
    return [element | {"style": {"bold": True}}] if is_bold else [element]


def _section(elements: list[Record]) -> Record:
    return {"type": "rich_text_section", "elements": elements}


def _item(item: Item) -> Record:
    elements = _link(item.link, item.title, is_bold=True)
    if item.where or item.source:
        elements += _words("\n")
        elements += _words(cut(item.where, LONGEST_PIECE))
        elements += _source(item)
    if item.passage:
        elements += _words("\n")
        for words, is_looked_for in item.passage:
            elements += _words(cut(words, LONGEST_PIECE), is_bold=is_looked_for)
    return _section(elements)


def _source(item: Item) -> list[Record]:
    if not item.source:
        return []
    between = _words(" · " if item.where else "")
    return between + _link(item.source, item.source_name or "where it was said")


def _rich(body: Body, post: Post, workspace: str) -> list[Record]:
    parts: list[Record] = []
    heads = [_text(body.title, is_bold=True)] if body.title else []
    lines = [_text(line) for line in body.lines[:MOST_LINES]]
    in_name_of = post.in_name_of
    if in_name_of:
        before, after = ("", " asks:") if body.quote else ("From ", ":")
        heads.insert(0, [*_words(before, is_bold=True), *_who(post, workspace), *_words(after, is_bold=True)])
    parts += _sections([*heads, *([] if body.quote and in_name_of else lines)])
    if body.quote:
        parts.append({"type": "rich_text_quote", "elements": _text(body.quote)})
        parts += _sections(lines if in_name_of else [])
    if body.items:
        items = [_item(item) for item in body.items[:MOST_ITEMS]]
        parts.append({"type": "rich_text_list", "style": "ordered", "indent": 0, "elements": items})
    return parts


def _who(post: Post, workspace: str) -> list[Record]:
    """Whose words these are, with a link to their profile: a name can be anybody's. A mention would ring for them."""
    name, account = post.in_name_of, post.in_name_of_account
    if not workspace.startswith("https://") or not _ACCOUNT.fullmatch(account):
        return _text(name, is_bold=True)
    return _link(f"{workspace.rstrip('/')}/team/{account}", name, is_bold=True)


def _sections(lines: Iterable[list[Record]]) -> list[Record]:
    """A line a section, in one paragraph of the message."""
    elements: list[Record] = []
    for line in lines:
        elements += (_words("\n") if elements else []) + line
    return [_section(elements)] if elements else []


# ---------------------------------------------------------------- messages


def blocks(post: Post, seal: Seal, body: Body | None = None, *, workspace: str = "") -> list[Record]:
    """`workspace`: its address, for links to people in it."""
    body = body or post.body
    rich = _rich(body, post, workspace)
    made: list[Record] = [{"type": "rich_text", "elements": rich}] if rich else []
    buttons = [_button(one, number, post, seal) for number, one in enumerate(body.buttons[:MOST_BUTTONS])]
    shown = [one for one in buttons if one is not None]
    if shown:
        made.append({"type": "actions", "elements": shown})
    foot = " ".join(body.foot)
    if foot:
        made.append({"type": "context", "elements": [_plain(foot, LONGEST_PIECE)]})
    return made


def _button(button: Button, number: int, post: Post, seal: Seal) -> Record | None:
    made: Record = {"type": "button", "action_id": f"act-{number}", "text": _plain(button.label, LONGEST_LABEL)}
    if button.is_first:
        made["style"] = "primary"
    if button.link:
        made["url"] = button.link
    if button.words:
        made["value"] = sealed(Carried(words=button.words, about=post.about), seal)
        if len(made["value"]) > LONGEST_VALUE:  # it could not be pressed: then it is not shown
            return None
    return made


def sealed(carries: Carried, seal: Seal) -> str:
    return seal(msgspec.json.encode(carries).decode())


def plain(post: Post, body: Body | None = None) -> str:
    """All words in one text: for notifications, and for ears. Escaped."""
    body = body or post.body
    said = [f"{post.in_name_of}:" if post.in_name_of else "", body.title, body.quote, *body.lines]
    said += [f"{number}. {item.title}" for number, item in enumerate(body.items, 1)]
    said += body.foot
    return escaped(cut("\n".join(line for line in said if line), LONGEST_FALLBACK)) or "Alongside"


# ---------------------------------------------------------------- forms


def view(form: Form, carries: Carried, seal: Seal) -> Record | None:
    """A modal; None when Slack would not take it: it has no fields, or one that holds more than Slack allows."""
    metadata = sealed(carries, seal)
    if (
        not form.fields
        or len(metadata) > LONGEST_INPUT
        or any(len(field.value) > LONGEST_INPUT for field in form.fields)
    ):
        return None
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": _plain(form.title, LONGEST_TITLE),
        "submit": _plain(form.send or "Send", LONGEST_TITLE),
        "close": _plain("Leave it", LONGEST_TITLE),
        "blocks": [
            {
                "type": "input",
                "block_id": field.name,
                "optional": True,
                "label": _plain(field.label, LONGEST_INPUT_LABEL),
                **({"hint": _plain(field.hint, LONGEST_INPUT_LABEL)} if field.hint else {}),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "value",
                    "multiline": field.is_long,
                    "max_length": LONGEST_INPUT,
                    **({"initial_value": field.value} if field.value else {}),
                },
            }
            for field in form.fields
        ],
    }


def instead_of_form(post: Post) -> Body:
    """The draft itself, where the form cannot be opened any more: nothing of it is lost."""
    if post.form is None:
        return post.body
    body = post.body
    # What the core wrote beside the form holds the draft already; where it wrote nothing, the fields do.
    is_empty = not (body.lines or body.items or body.quote)
    draft = tuple(f"{field.label}: {field.value}" for field in post.form.fields if field.value) if is_empty else ()
    return msgspec.structs.replace(
        body,
        title=body.title or post.form.title,
        lines=(*body.lines, *draft),
        foot=(*body.foot, LATE) if post.trigger else body.foot,
    )
