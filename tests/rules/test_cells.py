"""Tables for readers outside: nobody is counted so finely that they could be known."""

from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.cells import Cell, Helped, published


def people(count, row, column, start=0, cents=100):
    return [
        Helped(person=f"p{number}", row=row, column=column, amount_cents=cents)
        for number in range(start, start + count)
    ]


def shape(table):
    return [(row.names, [cell.people for cell in row.cells]) for row in table.rows]


def test_large_cells_stay_as_they_are():
    table = published(
        [*people(11, "28", "food"), *people(12, "32", "food", 20), *people(30, "32", "transport", 90)]
    )
    assert table.columns == (("food",), ("transport",))
    assert shape(table) == [(("28",), [11, 0]), (("32",), [12, 30])]
    assert table.totals == (Cell(people=23, amount_cents=2300), Cell(people=30, amount_cents=3000))
    assert table.people == 53


def test_a_small_row_goes_to_its_smallest_neighbour():
    """One small row alone, left out, would be the total minus the others."""
    table = published(
        [*people(10, "28", "food"), *people(12, "32", "food", 20), *people(30, "84", "food", 90)]
    )
    assert shape(table) == [(("84",), [30]), (("28", "32"), [22])]


def test_small_rows_together_are_large_enough():
    table = published([*people(6, "28", "food"), *people(6, "32", "food", 20), *people(30, "84", "food", 90)])
    assert shape(table) == [(("84",), [30]), (("28", "32"), [12])]


def test_columns_are_put_together_when_that_keeps_more_cells():
    helped = [
        *(
            one
            for row, start in (("28", 0), ("32", 100), ("84", 200))
            for one in people(20, row, "food", start)
        ),
        *(
            one
            for row, start in (("28", 0), ("32", 100), ("84", 200))
            for one in people(2, row, "housing", start)
        ),
    ]
    table = published(helped)
    assert table.columns == (("food", "housing"),)
    assert shape(table) == [(("28",), [20]), (("32",), [20]), (("84",), [20])]
    assert sum(total.amount_cents for total in table.totals) == 6600


def test_too_few_for_any_table():
    table = published(people(10, "28", "food"))
    assert (table.rows, table.columns, table.people) == ((), (), None)
    assert published([]).rows == ()


def test_the_number_of_people_does_not_tell_how_few_had_two_kinds_of_help():
    both = [*people(20, "28", "food"), *people(20, "28", "transport", 15)]
    assert published(both).people is None
    assert published([*people(20, "28", "food"), *people(20, "28", "transport", 20)]).people == 40
    assert published([*people(20, "28", "food"), *people(20, "28", "transport", 5)]).people == 25


HELPED = st.lists(
    st.builds(
        Helped,
        person=st.integers(0, 60).map(str),
        row=st.sampled_from(["11", "28", "32", "84"]),
        column=st.sampled_from(["food", "housing", "transport"]),
        amount_cents=st.integers(1, 900),
    ),
    max_size=250,
)


@given(HELPED)
def test_every_number_shown_is_nobody_or_eleven_and_no_cent_is_lost(helped):
    table = published(helped)
    for row in table.rows:
        assert all(cell.people == 0 or cell.people >= 11 for cell in row.cells)
    named = sorted(name for row in table.rows for name in row.names)
    assert not table.rows or named == sorted({one.row for one in helped})
    if table.rows:
        assert sum(total.amount_cents for total in table.totals) == sum(one.amount_cents for one in helped)
        twice = sum(total.people for total in table.totals) - len({one.person for one in helped})
        assert table.people is None or twice == 0 or twice >= 11
    else:
        assert len({one.person for one in helped}) < 11
    assert published(reversed(helped)) == table
