"""What somebody looks for is stored nowhere: not in a log either."""

import logging
import re
import traceback

# A query string in an address, wherever it stands in a line: `GET /find?q=…`.
_QUERY = re.compile(r"\?[^\s\"'<>]*")


class WithoutQuestions(logging.Filter):
    """Takes query strings out of a record, with its arguments, and the request that Django ties to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _QUERY.sub("", record.getMessage())
        record.args = ()
        record.__dict__.pop("request", None)
        if record.exc_info and record.exc_info[1] and record.name.startswith("django"):
            record.exc_text, record.exc_info = _where(record.exc_info[1]), None
        return True


def _where(error: BaseException | None) -> str:
    """Where an error of a page came from, and of what kind: its message may quote the question it stumbled over."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines += [f"{type(error).__qualname__}, at:\n", *traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines).rstrip()
