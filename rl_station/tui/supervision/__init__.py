"""What supervisors see, drawn: figures as sections, sections as pieces at places, and where the cursor goes among them. Pure.

No widget, no key and no station belongs here; the pane and the overlays show what these functions make.
"""
