"""The composition root: one running station, the only room where store, devices, labels, workflows and screen meet.

No rule of the returns trade and no widget belongs here; both are handed in.
"""
