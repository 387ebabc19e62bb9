"""Names for runs that were given none: an adjective, an animal and a number."""

from __future__ import annotations

import random

_ADJECTIVES = """
able agile amber ample apt arctic azure bold brave breezy bright brisk calm candid caring cheery civic clean clear
clever cosmic cosy crisp curious daring dapper deft eager earnest easy elated fair fancy fast fearless fine fleet
fond frank free fresh gentle gifted glad golden good grand happy hardy honest hopeful humble jolly keen kind lively
loyal lucid lucky mellow merry mighty mild modest neat nimble noble open patient peppy placid polite proud quick
quiet rapid ready robust rosy royal serene sharp silent skilled sleek smart snappy solid spry steady stoic strong
sunny swift tidy tranquil trusty upbeat valiant vivid warm wise witty worthy zesty
""".split()
_ANIMALS = """
ant auk badger bat bear beaver bee bison boar bobcat bream buck bug calf carp cat chimp chough clam cod colt conch
cow crab crane crow cub deer dog dolphin dove duck eagle eel elk ermine ewe falcon fawn finch fish flea fly foal
fowl fox frog gnat gnu goat goose grouse grub gull hare hawk hen heron hog horse hound ibex jay kite koi lamb lark
lemur lion loon lynx mare mink mole moose moth mouse mule newt otter owl ox panda perch pig pika pike pony pug quail
ram rat raven robin rook seal shad shark sheep shrew shrike skink skunk sloth slug smelt snail snipe sow squid stag
steed stoat stork swan tern toad trout turtle viper vole wasp whale wolf wren yak
""".split()

_random = random.SystemRandom()  # a seed that the user sets for the training must not make names repeat


def random_run_name() -> str:
    """A name such as `brisk-otter-412`."""
    return f"{_random.choice(_ADJECTIVES)}-{_random.choice(_ANIMALS)}-{_random.randrange(1000)}"
