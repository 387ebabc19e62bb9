"""The suite that makes a store a store: subclass `StoreSuite`, give it a `store` fixture, run it with pytest."""

from millrace.testing.suite import StoreSuite

__all__ = ["StoreSuite"]
