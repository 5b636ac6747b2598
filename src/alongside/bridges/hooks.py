"""Where a tool sends what happened over HTTP. Signed, or it is not taken; answered once it is safe in the inbox."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alongside.bridges.actions.intake import take_in
from alongside.bridges.models import Bridge
from alongside.bridges.port import Batch, Webhook
from alongside.bridges.queries import unscoped_bridge
from alongside.bridges.registry import UnknownKind, adapter_class
from alongside.bridges.sealed import KnownHere, opened_settings
from alongside.kit.faults import fault_of
from alongside.kit.sealing import NoKey

# More than any tool sends at once; what is larger is refused before it is read.
MOST_BYTES = 1_000_000
logger = logging.getLogger("alongside.bridges")


@csrf_exempt  # a tool has no cookie; its signature is checked instead
@require_POST
def hook(request: HttpRequest, kind: str, bridge_id: int) -> HttpResponse:
    """The same answer for a connection that is not there, is off, or has no webhooks."""
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MOST_BYTES:
        return HttpResponse(status=413)
    row = Bridge.objects.filter(pk=bridge_id, kind=kind, is_on=True).first()
    if row is None:
        return HttpResponse(status=404)
    bridge = unscoped_bridge(row.pk)
    try:
        of_tool = adapter_class(kind)
        if not issubclass(of_tool, Webhook):
            return HttpResponse(status=404)
        received = of_tool.receive(opened_settings(bridge), KnownHere(bridge), request.headers, request.body)
    except (UnknownKind, NoKey):
        return HttpResponse(status=404)
    if received.arrived:
        batch = Batch(arrived=received.arrived)
        try:
            take_in(
                None,
                bridge_id=bridge.bridge_id,
                connection_id=bridge.connection_id,
                batch=batch,
                is_to_complete=received.is_to_complete,
            )
        except DatabaseError as error:
            if not (sentence := fault_of(error)):
                raise
            logger.warning("What %s sent was not taken. %s The tool sends it again.", bridge.name, sentence)
            return HttpResponse(status=503)
    return HttpResponse(received.body, status=received.status, content_type=received.content_type)
