"""Search algorithms, one file each; `protocol` says what they have in common."""

from nasbook.strategies.genetic import Genetic
from nasbook.strategies.protocol import Candidate, Strategy
from nasbook.strategies.random_search import RandomSearch

__all__ = ["Candidate", "Genetic", "RandomSearch", "Strategy"]
