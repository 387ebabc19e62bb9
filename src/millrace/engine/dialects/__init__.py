"""One file per database: how it is opened, locked, and where its SQL differs."""
