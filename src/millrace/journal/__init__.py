"""The journal: what a process logs waits in a file of its own until the store has it.

The files are described in docs/explanation/journal-format.md.
"""

from __future__ import annotations

from millrace.journal.attendance import Attendance
from millrace.journal.others import Watch, store_of, sync
from millrace.journal.places import journal_of
from millrace.journal.segments import close_file as unlock_file
from millrace.journal.segments import is_supported, lock_file, lock_if_abandoned
from millrace.journal.store import Journaled, open_journaled

__all__ = [
    "Attendance",
    "Journaled",
    "Watch",
    "is_supported",
    "journal_of",
    "lock_file",
    "lock_if_abandoned",
    "open_journaled",
    "store_of",
    "sync",
    "unlock_file",
]
