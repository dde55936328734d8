"""Handing one message to the broker, or failing fast: a request never waits for a broker that is down."""

from collections.abc import Mapping
from typing import Any

from celery import current_app

CONNECT_SECONDS = 1.0
_SOCKETS = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": 2 * CONNECT_SECONDS}
# kombu would try for ever.
_AT_ONCE = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0, **_SOCKETS}


def publish(task: str, arguments: Mapping[str, Any]) -> None:
    """This function will send the task's message once; raises whatever the transport raises when it cannot."""
    options = {**current_app.conf.broker_transport_options, **_AT_ONCE}
    with current_app.connection_for_write(connect_timeout=CONNECT_SECONDS, transport_options=options) as connection:
        current_app.send_task(task, kwargs=dict(arguments), connection=connection, retry=False, ignore_result=True)
