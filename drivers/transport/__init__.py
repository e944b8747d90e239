"""Bytes in and out over serial ports and sockets, lost and found again; framing and meaning are not done here.

Nothing is imported from this file, so that a socket needs no serial library.
"""
