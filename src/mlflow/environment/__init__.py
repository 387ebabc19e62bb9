"""What a model needs to run: Python, packages, and the files that say so."""
