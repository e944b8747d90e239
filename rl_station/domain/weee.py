"""Categories of electrical and electronic equipment for recycling: Directive 2012/19/EU (WEEE), Annex III."""

from __future__ import annotations

WEEE = ("temperature_exchange", "screens", "lamps", "large", "small", "small_it")
"""Categories 1 to 6: 2 with screens over 100 square centimetres, 4 with a side over 50 cm, 5 and 6 with none."""
