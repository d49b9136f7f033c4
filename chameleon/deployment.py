"""Setup and teardown as lists of steps; each step does only what is still missing."""

from chameleon import address, application, join_token, key_pair, lease, security_group, server
from chameleon.changes import Step

UP: tuple[Step, ...] = (
    key_pair.wanted,
    lease.wanted,
    security_group.wanted,
    server.wanted,
    address.wanted,
    application.wanted,
)
EXTEND: tuple[Step, ...] = (lease.extension,)
DOWN: tuple[Step, ...] = (
    address.unwanted,
    server.unwanted,
    lease.unwanted,
    security_group.unwanted,
    key_pair.unwanted,
    join_token.unwanted,
)
