"""Copying what one store holds into another, as often as one likes: what is there already is not stored again."""

from millrace.transfer.copying import Copied, copy_store

__all__ = ["Copied", "copy_store"]
