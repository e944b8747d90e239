"""Message codes with parameters become text in the operator's language here, and nowhere else.

No screen, no workflow and no settings in this room: only the catalogues of texts, their translations, and the translator.
"""

from rl_station.i18n.catalogue import texts
from rl_station.i18n.translator import LANGUAGES, PSEUDO, Translator

__all__ = ["LANGUAGES", "PSEUDO", "Translator", "texts"]
