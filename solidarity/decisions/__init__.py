"""Decisions: granted, refused, approved by a second person."""
