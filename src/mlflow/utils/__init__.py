"""Deep paths that other libraries import."""
