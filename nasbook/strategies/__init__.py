"""Search algorithms, one file each; `protocol` says what they have in common."""

from nasbook.strategies.aging import AgingEvolution
from nasbook.strategies.bayesian import Bayesian
from nasbook.strategies.controller import RecurrentController
from nasbook.strategies.genetic import Genetic
from nasbook.strategies.halving import Hyperband, SuccessiveHalving
from nasbook.strategies.local_search import LocalSearch
from nasbook.strategies.nsga2 import NSGA2
from nasbook.strategies.protocol import Candidate, Strategy
from nasbook.strategies.random_search import RandomSearch
from nasbook.strategies.reinforce import Reinforce

__all__ = [
    "NSGA2",
    "AgingEvolution",
    "Bayesian",
    "Candidate",
    "Genetic",
    "Hyperband",
    "LocalSearch",
    "RandomSearch",
    "RecurrentController",
    "Reinforce",
    "Strategy",
    "SuccessiveHalving",
]
