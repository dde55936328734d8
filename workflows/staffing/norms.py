"""Pure: norms that only warn: how many leaders and divisions an institution of a size and rank usually has.

No binding text for district institutions has been seen (DOMAIN §2.4, [SUG]); these are the defaults of the office.
"""

# (posts up to, deputies); beyond the last one the last applies.
_DEPUTIES = ((20, 1), (60, 2), (150, 3))
_MOST_DEPUTIES = 4
_DEPARTMENT_MOST = 5
# (posts up to, divisions)
_DIVISIONS = ((10, 2), (20, 3), (30, 4), (50, 5))
_MOST_DIVISIONS = 8


def principals(body: str, divisions: int) -> int:
    """The principals an institution may have: one; of divisions, one each."""
    return max(1, divisions) if body == "DIV" else 1


def deputies(body: str, posts: int) -> int:
    """The deputies usual for an institution with so many approved posts."""
    if body in {"DEPT", "STREET", "PARK"}:
        return _DEPARTMENT_MOST
    return next((number for most, number in _DEPUTIES if posts <= most), _MOST_DEPUTIES)


def divisions(posts: int) -> int:
    """The divisions usual for an institution with so many approved posts."""
    return next((number for most, number in _DIVISIONS if posts <= most), _MOST_DIVISIONS)
