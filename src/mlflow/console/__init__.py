"""The output of a process, kept with its runs; see docs/how-to/console-output.md."""
