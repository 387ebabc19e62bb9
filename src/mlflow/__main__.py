"""`python -m mlflow`: the command line."""

from __future__ import annotations

from millrace.cli import main

if __name__ == "__main__":
    main()
