"""The journal: what a process logs waits in a file of its own until the store has it."""
