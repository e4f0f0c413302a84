"""A short run of the fire: pools whose workers are killed and stopped at random, with nothing lost or left behind."""

from support.soaking import run_briefly


def test_every_accepted_prediction_ends_once_and_nothing_is_left():
    run_briefly("fire.py")
