"""Expressions of requests: conditions, filters and updates."""
