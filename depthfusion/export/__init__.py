"""Stills and videos."""
