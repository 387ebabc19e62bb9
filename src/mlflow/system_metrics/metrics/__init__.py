"""Probes: what reads one kind of use of this machine."""
