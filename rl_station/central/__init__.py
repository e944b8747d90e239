"""The central server: takes every station's events, derives the site's read models, hands out reference data and work in hand.
No station, screen, device or station store is known here.
"""
