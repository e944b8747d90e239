"""Scales: one on a serial line, and a simulated one. They tell what lies on them in grams and whether it has settled.

What a weight is compared with, and what a difference means, is not known here. Nothing is imported from this file.
"""
