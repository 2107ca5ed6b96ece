"""Hidden test of Q1, task 3: the λ study.

The notebook's data, settings and seed are fixed, so its answer is too.
"""

from nbjudge import AnyNumber, Case, HiddenTest, Mistake, OneOf

GRID = (1e-6, 1e-4, 1e-3, 1e-2, 1e-1)
GOOD_LAMBDAS = (1e-3,)  # docs/calibration.md: test loss within 10 % of the best of the grid


def ask_best_lambda(student):
    """Return the student's choice."""
    return {"best_lambda": student.best_lambda}


def _chosen(*values):
    return lambda: {"best_lambda": OneOf(values)}


best_lambda = HiddenTest(
    title="The λ study",
    points=4,
    ask=ask_best_lambda,
    cases=lambda rng: [Case("best_lambda has the lowest last test loss of the grid", points=3)],
    figures=1,
    figure_points=1,
    expect=_chosen(*GOOD_LAMBDAS),
    rtol=1e-6,  # a λ in float32 is the same λ
    depends_on=("reg_loss", "reg_gradient"),
    mistakes={
        "λ too small": Mistake(
            _chosen(*[value for value in GRID if value < min(GOOD_LAMBDAS)]),
            "With this λ the network overfits more. The lowest training loss does not make the "
            "best λ: compare the last test losses. (If you did: the study trains with your "
            "backward_reg, so mend task 2 first.)",
        ),
        "λ too large": Mistake(
            _chosen(*[value for value in GRID if value > max(GOOD_LAMBDAS)]),
            "With this λ the penalty keeps the network from fitting the data as well: compare "
            "the last test losses. (If you did: the study trains with your backward_reg, so mend "
            "task 2 first.)",
        ),
        "an index instead of λ": Mistake(
            _chosen(*range(len(GRID))),
            "This is a position in the grid. best_lambda is the λ itself: GRID[position].",
        ),
        "no λ of the grid": Mistake(
            lambda: {"best_lambda": AnyNumber()},
            "This number is not in GRID. best_lambda is one of its five λ, not a loss or an "
            "exponent.",
        ),
    },
)
