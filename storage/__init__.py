"""What every table of Dragoman has in common: names of constraints, moments in UTC, the feed of changes.

Imports nothing of Dragoman. `docs/decisions/0002-storage.md` says why this stands beside `languages`.
"""
