"""The only place where parts are put together."""

from hub.bootstrap.enrol import Enrolled, enrol
from hub.bootstrap.parts import Hub, open_hub, open_store
from hub.bootstrap.prepare import Prepared, prepare
from hub.bootstrap.stack import stack_roles

__all__ = ["Enrolled", "Hub", "Prepared", "enrol", "open_hub", "open_store", "prepare", "stack_roles"]
