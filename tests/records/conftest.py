"""The small workspace, for tests of the records."""

from tests.small_workspace import (  # noqa: F401  # fixtures
    NOW,
    Workspace,
    admin,
    as_actor,
    coordinator,
    fujian,
    huanggang,
    hunan,
    now,
    nyingchi,
    workspace,
)
