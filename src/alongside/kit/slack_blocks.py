"""What a Slack message carries beside its text: files, attached things, and text that is only in its blocks."""

import html
from collections.abc import Callable

from alongside.kit import safe_html
from alongside.kit.json_fields import Record, record_of, records_of, text_of
from alongside.kit.slack_emoji import sign_of
from alongside.kit.slack_markup import Names, link, mention, render, unescaped

_STYLES = (("code", "code"), ("bold", "strong"), ("italic", "em"), ("strike", "s"))
# Lists in lists in lists: further in is a mistake or malice.
_DEEPEST = 6


def files(message: Record) -> str:
    """Links to the files, by the address that asks for a sign-in. (`url_private` holds a secret: never used.)"""
    found = records_of(message.get("files")) or records_of([message.get("file")])
    lines = [_file(file) for file in found if file.get("mode") not in {"tombstone", "hidden_by_limit"}]
    said = "\n".join(f"<p>{line}</p>" for line in lines if line)
    return safe_html.from_html(said) if said else ""


def _file(file: Record) -> str:
    name = unescaped(text_of(file.get("title")) or text_of(file.get("name")))
    return link(text_of(file.get("permalink")), name or "file") if name or file.get("permalink") else ""


def attachments(message: Record, names: Names) -> str:
    """Previews and quoted things. The preview of another message is kept only when its room is open to all: Slack
    shows that of a closed room to that room's members alone.
    """
    found = [item for item in records_of(message.get("attachments")) if _may_be_shown(item, names)]
    return "\n".join(block for block in (_attachment(item, names) for item in found) if block)


def _may_be_shown(item: Record, names: Names) -> bool:
    is_of_slack = item.get("is_msg_unfurl") or item.get("is_share") or item.get("channel_id")
    is_of_slack = is_of_slack or ".slack.com/archives/" in text_of(item.get("from_url"))
    return not is_of_slack or text_of(item.get("channel_id")) in names.open_rooms


def _attachment(item: Record, names: Names) -> str:
    title = unescaped(text_of(item.get("title")))
    address = unescaped(text_of(item.get("title_link")) or text_of(item.get("from_url")))
    head = f"<p>{link(address, title)}</p>" if title else ""
    said = [render(text_of(item.get("pretext")), names), head, render(_text_of_attachment(item, title), names)]
    said += [_field(entry, names) for entry in records_of(item.get("fields"))]
    inner = "\n".join(piece for piece in said if piece)
    return safe_html.from_html(f"<blockquote>\n{inner}\n</blockquote>") if inner else ""


def _text_of_attachment(item: Record, title: str) -> str:
    text = text_of(item.get("text"))
    fallback = "" if title or records_of(item.get("fields")) else text_of(item.get("fallback"))
    return text or fallback


def _field(entry: Record, names: Names) -> str:
    title = html.escape(unescaped(text_of(entry.get("title"))), quote=False)
    return (f"<p><strong>{title}</strong></p>" if title else "") + render(text_of(entry.get("value")), names)


def blocks(message: Record, names: Names) -> str:
    """For messages whose text is empty: newer clients sometimes send the blocks alone."""
    pieces = [_block(block, names) for block in records_of(message.get("blocks"))]
    said = "\n".join(piece for piece in pieces if piece)
    return safe_html.from_html(said) if said else ""


def _block(block: Record, names: Names) -> str:
    if block.get("type") == "rich_text":
        return "\n".join(_rich(part, names, 0) for part in records_of(block.get("elements")))
    texts = [block.get("text"), *records_of(block.get("fields"))]
    return "\n".join(render(text_of(record_of(text).get("text")), names) for text in texts)


def _rich(part: Record, names: Names, depth: int) -> str:
    elements = records_of(part.get("elements"))
    kind = part.get("type")
    if kind == "rich_text_list" and depth < _DEEPEST:
        items = "".join(f"<li>{_rich(item, names, depth + 1)}</li>" for item in elements)
        tag = "ol" if part.get("style") == "ordered" else "ul"
        return f"<{tag}>{items}</{tag}>"
    said = "".join(_element(element, names) for element in elements)
    if kind == "rich_text_preformatted":
        return f"<pre><code>{said}</code></pre>"
    if kind == "rich_text_quote":
        return f"<blockquote><p>{said}</p></blockquote>"
    return said if depth else f"<p>{said}</p>" if said.strip() else ""


def _element(element: Record, names: Names) -> str:
    make = _ELEMENTS.get(str(element.get("type")))
    if make is not None:
        return make(element, names)
    return _styled(html.escape(text_of(element.get("fallback")), quote=False), element)


def _text(element: Record, _names: Names) -> str:
    text = element.get("text")
    escaped = html.escape(text if isinstance(text, str) else "", quote=False)
    return _styled(escaped.replace("\n", "<br>\n"), element)


def _styled(said: str, element: Record) -> str:
    style = record_of(element.get("style"))
    for name, tag in _STYLES:
        if style.get(name) and said:
            said = f"<{tag}>{said}</{tag}>"
    return said


def _link(element: Record, _names: Names) -> str:
    address = text_of(element.get("url"))
    return _styled(link(address, text_of(element.get("text")) or address), element)


_ELEMENTS: dict[str, Callable[[Record, Names], str]] = {
    "text": _text,
    "link": _link,
    "user": lambda element, names: names.person(text_of(element.get("user_id"))),
    "channel": lambda element, names: names.room(text_of(element.get("channel_id"))),
    "emoji": lambda element, _names: html.escape(sign_of(text_of(element.get("name"))), quote=False),
    "broadcast": lambda element, _names: mention(text_of(element.get("range")) or "all"),
    "usergroup": lambda _element, _names: mention("group"),
}
