"""RFID readers that speak LLRP 1.0.1 and 1.1 (EPCglobal Low Level Reader Protocol): session, framing, codec.

No smoothing, no EPC decoding, nothing of returns: tags leave this room as they were read. Nothing is imported from this file.
"""
