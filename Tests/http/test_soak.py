"""A short run of the soak: mixed load on several servers at once, after which nothing has grown or is left behind."""

from support.soaking import run_briefly


def test_mixed_load_grows_nothing_leaks_nothing_and_is_answered_as_expected():
    run_briefly("soak.py")
