"""Typed models of every file in the configuration folder, their layering and checks, and the paths of everything on disk.

Reads files once and answers values; no screen, no store, no device, and nothing that changes after loading may be in here.
"""
