"""The scenarios of sqlite: see sql_fixture.py."""

from sql_fixture import scenarios_of


def scenarios():
    """Every scenario of the source."""
    return scenarios_of("sqlite")
