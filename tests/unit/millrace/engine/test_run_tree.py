"""Forests of runs: who stands where, and what is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.engine.run_tree import Forest, forest_of, without_circles


def _shown(forest: Forest, *, by_default: bool = True, leading: bool = False, toggled: tuple[int, ...] = ()) -> str:
    opened = forest.opened(by_default=by_default, leading=leading, toggled=set(toggled))
    visible = forest.visible(opened)
    return " ".join(
        f"{id_}@{depth}"
        for id_, depth in zip(forest.ids[visible].tolist(), forest.depths[visible].tolist(), strict=True)
    )


def test_roots_stand_where_their_best_match_stands() -> None:
    parents = {11: 1, 12: 1, 21: 2, 111: 11}
    assert _shown(forest_of([111, 2, 12, 21, 1, 11], parents)) == "1@0 11@1 111@2 12@1 2@0 21@1"
    assert _shown(forest_of([2, 111], parents)) == "2@0 1@0 11@1 111@2"


def test_what_is_above_a_match_is_there_and_marked() -> None:
    forest = forest_of([111], {11: 1, 12: 1, 111: 11})
    assert forest.ids.tolist() == [1, 11, 111]
    assert forest.matched.tolist() == [False, False, True]
    assert forest.children.tolist() == [1, 1, 0]
    assert _shown(forest, by_default=False) == "1@0"
    assert _shown(forest, by_default=False, leading=True) == "1@0 11@1 111@2"
    assert _shown(forest, by_default=False, leading=True, toggled=(11,)) == "1@0 11@1"
    assert _shown(forest, by_default=True, toggled=(1, 111)) == "1@0"


@pytest.mark.parametrize(
    ("parents", "left"),
    [
        ({1: 1}, {}),
        ({1: 2, 2: 1}, {}),
        ({1: 2, 2: 3, 3: 1, 4: 1, 5: 4}, {4: 1, 5: 4}),
        ({5: 4, 4: 1, 1: 2, 2: 1}, {5: 4, 4: 1}),
        ({1: 2, 2: 3}, {1: 2, 2: 3}),
    ],
)
def test_circles_are_cut_and_what_hangs_on_them_stays(parents: dict[int, int], left: dict[int, int]) -> None:
    assert without_circles(parents) == left


@given(
    st.dictionaries(st.integers(0, 12), st.integers(0, 12), max_size=13),
    st.lists(st.integers(0, 12), unique=True, max_size=13),
    st.sets(st.integers(0, 12)),
)
def test_every_match_is_in_the_forest_once(parents: dict[int, int], matches: list[int], toggled: set[int]) -> None:
    forest = forest_of(matches, parents)
    ids = forest.ids.tolist()
    assert len(ids) == len(set(ids))
    assert {id_ for id_, matched in zip(ids, forest.matched.tolist(), strict=True) if matched} == set(matches)
    assert len(forest.visible(forest.opened(by_default=True, leading=False, toggled=set()))) == len(ids)
    cut = without_circles(parents)
    opened = forest.opened(by_default=False, leading=False, toggled=toggled)
    visible = {ids[place] for place in forest.visible(opened).tolist()}
    is_open = dict(zip(ids, opened.tolist(), strict=True))
    for id_ in ids:
        above, at = [], id_
        while at in cut:
            at = cut[at]
            above.append(at)
        assert (id_ in visible) == all(is_open[one] for one in above)


def test_a_chain_of_parents_may_be_long() -> None:
    count = 20_000
    forest = forest_of([count], {n: n - 1 for n in range(1, count + 1)})
    assert (len(forest.ids), int(forest.depths.max()), int(forest.sizes[0])) == (count + 1, count, count)
