"""What somebody looks for is stored nowhere: not in a log either."""

import logging
import re

# A query string in an address, wherever it stands in a line: `GET /find?q=…`.
_QUERY = re.compile(r"\?[^\s\"'<>]*")


class WithoutQuestions(logging.Filter):
    """Takes query strings out of a record, with its arguments, and the request that Django ties to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _QUERY.sub("", record.getMessage())
        record.args = ()
        record.__dict__.pop("request", None)
        return True
