"""The fluent API: module-level functions with an active run."""
