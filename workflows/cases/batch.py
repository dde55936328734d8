"""Pure: which steps may be passed several at a time, and how. What asks for figures, minutes or a text of its own may not."""

from collections.abc import Mapping

# node → the one outcome that may be given to several cases in one go; a return or an objection is said case by case.
BATCH: Mapping[str, str] = {"section_review": "pass", "deputy_review": "pass", "confirm": "confirm"}
MOST = 30
