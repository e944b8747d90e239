"""The dock workstation of a returns centre: guided receiving, inspecting, grading and sorting of returned goods."""

__version__ = "0.1.0"
