"""A short run of the fire: pools whose workers are killed and stopped at random, after which nothing is lost and nothing is left."""

from support.soaking import run_briefly


def test_every_accepted_prediction_ends_once_and_nothing_is_left():
    run_briefly("fire.py")
