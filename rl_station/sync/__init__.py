"""The station's side of sync: pushing the log to the central server, and taking what the centre says. No store, no screen, no
device is known here: what it needs of them comes through small protocols.
"""
