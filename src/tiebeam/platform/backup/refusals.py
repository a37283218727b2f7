"""Why a backup is not made, or not restored."""

from tiebeam.errors import Refused, TiebeamError


class NotABackup(Refused):
    """The file is no backup of a workspace."""

    code = "backup.not_a_backup"


class BackupDamaged(Refused):
    """A part of the backup is not what its manifest says; facts: which part, what is wrong."""

    code = "backup.damaged"


class WorkspaceNotEmpty(Refused):
    """There is something where the backup would go."""

    code = "backup.not_empty"


class OtherDatabase(Refused):
    """The backup is of the other kind of database."""

    code = "backup.other_database"


class BackupIsNewer(Refused):
    """The backup was made by a version that knows more tables than this one."""

    code = "backup.is_newer"


class RowsHidden(Refused):
    """The role that signs in does not read every row; facts: ``role``."""

    code = "backup.rows_hidden"


class LogNotSound(Refused):
    """The restored log is not what was sealed."""

    code = "backup.log_not_sound"


class ToolMissing(TiebeamError):
    """The programs of PostgreSQL are not on this machine."""

    code = "backup.tool_missing"


class ToolFailed(TiebeamError):
    """A program of PostgreSQL ended with an error; facts: which, and what it said."""

    code = "backup.tool_failed"
