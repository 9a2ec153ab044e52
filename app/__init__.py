"""Dragoman: the only package that knows HTTP, people and permissions."""
