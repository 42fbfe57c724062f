"""An experiment into which a file was put is called as the file is."""

from __future__ import annotations

import pytest

from engine.spec.data_name import name_with_data


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("circle()", "circle(samples=20)", "circle"),
        ("circle()", "csv('/home/me/prices.csv', 'price')", "prices"),
        ("circle()", "csv(path='prices.2024.csv.gz', target='price')", "prices"),
        ("csv('a/prices.csv', 'price')", "csv('a/prices.csv', 'size')", "circle"),
        ("csv('prices.csv', 'price')", "csv('wine.csv', 'kind')", "wine"),
        ("circle()", "images('pictures/cats')", "cats"),
        ("csv('prices.csv', 'price')", "moons()", "circle"),
        ("circle()", "nothing(", "circle"),
        (None, "csv('prices.csv', 'price')", "prices"),
    ],
)
def test_as_the_file_that_was_put_in(before: object, after: object, name: str) -> None:
    """Other arguments of the same file are no other data, and made data has no name."""
    assert name_with_data("circle", before, after) == name
