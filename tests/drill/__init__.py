"""Fault drills: break a part under load, count what was lost, and time the way back."""
