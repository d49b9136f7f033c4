"""What the jobs do in Label Studio: its projects, their interface and their storages."""
