"""Hidden test of Q3, task 4: training."""

from nbjudge import Case, HiddenTest

from ...shared.torch_parts import draw_parameters, draw_rows
from .network import FLOATS, LENGTHS, STEPS, TEST, TRAIN, training_answer
from .training_mistakes import MISTAKES


def ask_training(student, values, lmbda, rows, test_rows, lr, momentum, epochs):
    """Let the student's train work on a right model with a right optimiser."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lmbda = lmbda
            self.one = torch.nn.Linear(2, 3)
            self.two = torch.nn.Linear(3, 1)

        def forward(self, X):
            return torch.sigmoid(self.two(torch.sigmoid(self.one(X))))

        def loss(self, yHat, y):
            squares = sum((p**2).sum() for p in self.parameters())
            return 0.5 * ((y - yHat) ** 2).sum() + self.lmbda * squares

    class Counting(torch.optim.SGD):
        steps = 0

        def step(self, *arguments, **others):
            self.steps += 1
            return super().step(*arguments, **others)

    network = Network()
    start = torch.cat([value.flatten() for value in values])
    torch.nn.utils.vector_to_parameters(start, network.parameters())
    optimizer = Counting(network.parameters(), lr=lr, momentum=momentum)
    data = [part for both in (rows, test_rows) for part in (both[:, :2], both[:, 2:])]
    answer = student.train(network, optimizer, *data, epochs=epochs)
    two = isinstance(answer, (tuple, list)) and len(answer) == 2
    two = two and all(hasattr(part, "__len__") for part in answer)
    two = two and all(getattr(part, "ndim", 1) > 0 for part in answer)
    two = two and not any(isinstance(part, (str, dict)) or len(part) > 1000 for part in answer)
    return {
        "it returns two lists": two,
        "train_losses": list(answer[0]) if two else None,
        "test_losses": list(answer[1]) if two else None,
        "the parameters at the end": torch.nn.utils.parameters_to_vector(
            network.parameters()
        ).detach(),
        "steps of the given optimiser": optimizer.steps,
    }


def measure_training(answer, epochs, **arguments):
    """Add what can be said of the two lists, and of the steps, without their numbers."""
    if not isinstance(answer, dict):
        return answer
    lists = [answer.get(name) for name in (TRAIN, TEST)]
    good = all(isinstance(losses, list) for losses in lists)
    steps = answer.get(STEPS)
    return {
        **answer,
        LENGTHS: good and all(len(losses) == epochs for losses in lists),
        FLOATS: good and all(type(value) in (float, int) for losses in lists for value in losses),
        "its steps are those of the given optimiser": steps != 0,
        "one step for each epoch": steps == epochs,
    }


def training_cases(rng):
    """Draw two short trainings with other numbers of rows.

    The predictions begin below ½, the targets of the training rows are large and those of the
    test rows small. So the test loss rises, and who stops early has too few losses.
    """

    def parameters():
        W1, b1, W2, b2 = draw_parameters(rng, 2, 3, 1)
        return [W1, b1, -W2.abs(), -b2.abs()]

    def draw(n, low):
        rows = draw_rows(rng, n, 3)
        rows[:, 2] = low + 0.05 * rows[:, 2]
        return rows

    return [
        Case(
            f"{n} training rows, {m} test rows, {epochs} epochs, {name}",
            {
                "values": parameters(),
                "lmbda": float(rng.uniform(0.002, 0.006)),
                "rows": draw(n, 0.9),
                "test_rows": draw(m, 0.0),
                "lr": float(rng.uniform(0.25, 0.35)),
                "momentum": momentum,
                "epochs": epochs,
            },
            points=2,
        )
        for n, m, epochs, momentum, name in (
            (8, 6, 5, 0.0, "no momentum"),
            (5, 9, 7, 0.5, "momentum 0.5"),
        )
    ]


torch_training = HiddenTest(
    title="Training",
    marking="Judged with a right model, loss and optimiser, by the recorded losses and by the "
    "parameters at the end.",
    points=4,
    ask=ask_training,
    cases=training_cases,
    expect=training_answer,
    measure=measure_training,
    mistakes=MISTAKES,
)
