"""Loaders that an `MLmodel` file names."""
