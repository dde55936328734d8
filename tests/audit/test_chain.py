"""Pure: how an entry is sealed, and how a broken link is found."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from workflows.audit import chain

BODIES = st.lists(st.text(max_size=30), min_size=1, max_size=12)


def links(bodies: list[str]) -> list[tuple[int, str, str, str]]:
    entries, prev = [], chain.GENESIS
    for n, body in enumerate(bodies):
        entries.append((n, prev, body, chain.seal(prev, body)))
        prev = entries[-1][3]
    return entries


def test_the_seal_is_sha_256_over_the_hexadecimal_of_the_last_and_the_body() -> None:
    expected = hashlib.sha256(b"0" * 64 + "申请".encode()).hexdigest()
    assert chain.seal(chain.GENESIS, "申请") == expected


@given(BODIES)
def test_a_chain_built_link_by_link_is_whole(bodies: list[str]) -> None:
    assert chain.first_broken(links(bodies)) is None


@given(BODIES, st.data())
def test_any_changed_body_is_found_where_it_was_changed(bodies: list[str], data: st.DataObject) -> None:
    entries = links(bodies)
    place = data.draw(st.integers(0, len(entries) - 1))
    n, prev, body, digest = entries[place]
    entries[place] = (n, prev, body + "x", digest)
    assert chain.first_broken(entries) == place


@given(BODIES.filter(lambda bodies: len(bodies) > 1), st.data())
def test_an_entry_taken_out_is_found(bodies: list[str], data: st.DataObject) -> None:
    entries = links(bodies)
    place = data.draw(st.integers(0, len(entries) - 2))
    del entries[place]
    assert chain.first_broken(entries) == place + 1


@given(BODIES.filter(lambda bodies: len(bodies) > 1))
def test_a_chain_sealed_anew_after_a_change_no_longer_ends_in_the_same_hash(bodies: list[str]) -> None:
    assert links([bodies[0] + "x", *bodies[1:]])[-1][3] != links(bodies)[-1][3]
