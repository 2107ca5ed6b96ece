"""Hidden tests of Q2: the momentum step, and the comparison with plain SGD, each in a file."""

from .q2 import comparison, optimiser

optim_mom = optimiser.optim_mom
momentum_comparison = comparison.momentum_comparison
