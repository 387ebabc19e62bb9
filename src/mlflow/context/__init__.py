"""Where runs are started, as tags."""
