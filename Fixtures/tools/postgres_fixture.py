"""The scenarios of postgres: see sql_fixture.py."""

from sql_fixture import scenarios_of


def scenarios():
    """Every scenario of the source."""
    return scenarios_of("postgres")
