"""Solutions of three short tasks as many hands write them, independently of each other.

Each is put together from choices that a student makes: how a state is kept, a loop is written, a
formula is arranged, a variable is called. What most students do is drawn most often, so two of them
agree by chance as often as two students do. None needs to run: only their likeness is measured.
"""

from __future__ import annotations

import random

Choices = list[tuple[int, str]]  # a weight and what is written

NAMES = {
    "v": "v velocity vel V m moments speed last prev delta",
    "lr": "lr lr lr eta alpha learning_rate rate",
    "mu": "momTerm momTerm mu beta momentum gamma mom",
    "i": "i i i k j idx n",
    "w": "w w W weight wt param p",
    "g": "g g grad gr dW d",
    "out": "new out result updated weights res new_weights",
    "d3": "delta3 delta3 d3 err error delta_out dz3",
    "d2": "delta2 delta2 d2 hidden delta_hidden dz2 back",
    "g1": "dJdW1 dJdW1 g1 grad1 dW1 G1",
    "g2": "dJdW2 dJdW2 g2 grad2 dW2 G2",
    "gen": "gen generator rng g rand",
    "opt": "opt optimizer optimiser optim sgd",
    "hist": "history hist log result losses",
    "xb": "xb X_batch batch_x bx x_b inputs",
    "yb": "yb y_batch batch_y by y_b targets",
    "perm": "perm order idx indices permutation shuffled",
    "J": "J loss L cost l",
    "s": "s start b i begin k",
    "epoch": "epoch epoch e _ ep",
}

MOMENTUM: list[Choices] = [
    [(1, "class OptimMom:\n    def __init__(self, lr=0.1, momTerm=0.5):\n")],
    [
        (5, "        self.{lr} = lr\n        self.{mu} = momTerm\n        self.{v} = None\n"),
        (3, "        self.{lr}, self.{mu} = lr, momTerm\n        self.{v} = None\n"),
        (2, "        self.{v} = []\n        self.{lr} = lr\n        self.{mu} = momTerm\n"),
        (1, "        self.{lr}, self.{mu}, self.{v} = lr, momTerm, {{}}\n"),
    ],
    [(1, "\n    def step(self, weight_list, gradient):\n")],
    [
        (4, "        if self.{v} is None:\n            self.{v} = [np.zeros_like({w}) for {w} in weight_list]\n"),
        (2, "        if not self.{v}:\n            for {w} in weight_list:\n                self.{v}.append(np.zeros({w}.shape))\n"),
        (2, "        if self.{v} is None:\n            self.{v} = [0] * len(weight_list)\n"),
        (1, "        if len(self.{v}) == 0:\n            self.{v} = [0.0 for _ in gradient]\n"),
        (1, "        self.{v} = self.{v} or [np.zeros({w}.shape) for {w} in weight_list]\n"),
    ],
    [
        (3, "        {out} = []\n        for {i} in range(len(weight_list)):\n            self.{v}[{i}] = {rule}\n            {out}.append(weight_list[{i}] {apply})\n"),
        (2, "        for {i} in range(len(gradient)):\n            self.{v}[{i}] = {rule}\n        {out} = [{w} {zipped} for {w}, {v} in zip(weight_list, self.{v})]\n"),
        (2, "        {out} = []\n        for {i}, ({w}, {g}) in enumerate(zip(weight_list, gradient)):\n            self.{v}[{i}] = {enumerated}\n            {out}.append({w} {apply})\n"),
        (1, "        {out} = list(weight_list)\n        for {i}, {g} in enumerate(gradient):\n            self.{v}[{i}] *= self.{mu}\n            self.{v}[{i}] {inplace} self.{lr} * {g}\n            {out}[{i}] = {out}[{i}] {apply}\n"),
        (1, "        self.{v} = [{comprehension} for {v}, {g} in zip(self.{v}, gradient)]\n        {out} = [{w} {zipped} for {w}, {v} in zip(weight_list, self.{v})]\n"),
    ],
    [(5, "        return {out}\n"), (1, "        return tuple({out})\n"), (1, "        return list({out})\n")],
]  # fmt: skip
RULES = (
    ("self.{mu} * self.{v}[{i}] - self.{lr} * {grad}", "+ self.{v}[{i}]", "-="),
    ("self.{mu} * self.{v}[{i}] + self.{lr} * {grad}", "- self.{v}[{i}]", "+="),
    ("self.{v}[{i}] * self.{mu} - {grad} * self.{lr}", "+ self.{v}[{i}]", "-="),
    ("-self.{lr} * {grad} + self.{mu} * self.{v}[{i}]", "+ self.{v}[{i}]", "-="),
)
GRADIENT: list[Choices] = [
    [(1, "def backward_reg(self, X, yHat, y):\n")],
    [(4, ""), (1, "    self.yHat = self.forward(X)\n"), (1, "    m = X.shape[0]\n")],
    [
        (3, "    {d3} = np.multiply(-(y - yHat), self.sigmoidPrime(self.z3))\n"),
        (3, "    {d3} = -(y - yHat) * self.sigmoidPrime(self.z3)\n"),
        (2, "    {d3} = (yHat - y) * self.sigmoidPrime(self.z3)\n"),
        (1, "    {d3} = (yHat - y) * yHat * (1 - yHat)\n"),
        (1, "    {d3} = np.multiply(yHat - y, self.sigmoidPrime(self.z3))\n"),
    ],
    [
        (3, "    {g2} = np.dot(self.a2.T, {d3})"),
        (3, "    {g2} = self.a2.T @ {d3}"),
        (1, "    {g2} = self.a2.T.dot({d3})"),
        (1, "    {g2} = np.matmul(self.a2.T, {d3})"),
    ],
    [
        (4, " + self.Lambda * np.sign(self.W2)\n"),
        (2, "\n    {g2} += self.Lambda * np.sign(self.W2)\n"),
        (1, "\n    {g2} = {g2} + np.sign(self.W2) * self.Lambda\n"),
        (1, " + self.Lambda * np.where(self.W2 > 0, 1, -1)\n"),
    ],
    [
        (3, "    {d2} = np.dot({d3}, self.W2.T) * self.sigmoidPrime(self.z2)\n"),
        (2, "    {d2} = {d3} @ self.W2.T * self.sigmoidPrime(self.z2)\n"),
        (2, "    {d2} = ({d3} @ self.W2.T) * self.sigmoidPrime(self.z2)\n"),
        (1, "    {d2} = {d3}.dot(self.W2.T)\n    {d2} = {d2} * self.a2 * (1 - self.a2)\n"),
        (1, "    {d2} = np.multiply({d3} @ self.W2.T, self.sigmoidPrime(self.z2))\n"),
    ],
    [
        (3, "    {g1} = np.dot(X.T, {d2})"),
        (3, "    {g1} = X.T @ {d2}"),
        (1, "    {g1} = X.T.dot({d2})"),
        (1, "    {g1} = np.matmul(X.T, {d2})"),
    ],
    [
        (4, " + self.Lambda * np.sign(self.W1)\n"),
        (2, "\n    {g1} += self.Lambda * np.sign(self.W1)\n"),
        (1, "\n    {g1} = {g1} + np.sign(self.W1) * self.Lambda\n"),
        (1, " + self.Lambda * np.where(self.W1 > 0, 1, -1)\n"),
    ],
    [(5, "    return {g1}, {g2}\n"), (1, "    return [{g1}, {g2}]\n"), (1, "    return ({g1}, {g2})\n")],
    [(1, "\nNeuralNetwork.backward_reg = backward_reg\n")],
]  # fmt: skip
TRAINING: list[Choices] = [
    [(1, "def train_model(model, X, y, *, epochs, lr, batch_size=16, lmbda=0.0, seed=0, device='cpu'):\n")],
    [
        (3, "    model = model.to(device)\n    X, y = X.to(device), y.to(device)\n"),
        (2, "    model.to(device)\n    X = X.to(device)\n    y = y.to(device)\n"),
        (1, "    X, y = X.to(device), y.to(device)\n    model.to(device)\n"),
    ],
    [
        (3, "    {gen} = torch.Generator().manual_seed(seed)\n"),
        (2, "    {gen} = torch.Generator()\n    {gen}.manual_seed(seed)\n"),
        (1, "    torch.manual_seed(seed)\n    {gen} = None\n"),
    ],
    [
        (3, "    {opt} = torch.optim.Adam(model.parameters(), lr=lr)\n"),
        (1, "    {opt} = torch.optim.Adam(params=model.parameters(), lr=lr)\n"),
        (1, "    {opt} = torch.optim.SGD(model.parameters(), lr=lr)\n"),
        (1, "    {opt} = torch.optim.SGD(model.parameters(), lr, momentum=0.9)\n"),
    ],
    [
        (3, "    {hist} = {{'loss': [], 'accuracy': []}}\n"),
        (1, "    {hist} = dict(loss=[], accuracy=[])\n"),
        (1, "    {hist} = {{}}\n    {hist}['loss'] = []\n    {hist}['accuracy'] = []\n"),
    ],
    [
        (3, "    for {epoch} in range(epochs):\n        {perm} = torch.randperm(len(X), generator={gen})\n        for {s} in range(0, len(X), batch_size):\n{batch}"),
        (2, "    for {epoch} in range(epochs):\n        model.train()\n        {perm} = torch.randperm(X.shape[0], generator={gen})\n        for {s} in range(0, X.shape[0], batch_size):\n{batch}"),
        (2, "    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator={gen})\n    for {epoch} in range(epochs):\n        for {xb}, {yb} in loader:\n"),
        (1, "    data = torch.utils.data.TensorDataset(X, y)\n    for {epoch} in range(epochs):\n        model.train()\n        for {xb}, {yb} in torch.utils.data.DataLoader(data, batch_size, shuffle=True, generator={gen}):\n"),
        (1, "    for {epoch} in range(epochs):\n        for {perm} in torch.randperm(len(y), generator={gen}).split(batch_size):\n            {xb}, {yb} = X[{perm}], y[{perm}]\n"),
    ],
    [
        (4, "            {opt}.zero_grad()\n            {J} = loss_fn(model, model({xb}), {yb}, lmbda)\n            {J}.backward()\n            {opt}.step()\n"),
        (2, "            {J} = loss_fn(model, model({xb}), {yb}, lmbda)\n            {opt}.zero_grad()\n            {J}.backward()\n            {opt}.step()\n"),
        (2, "            {opt}.zero_grad()\n            out = model({xb})\n            {J} = loss_fn(model, out, {yb}, lmbda)\n            {J}.backward()\n            {opt}.step()\n"),
        (1, "            pred = model({xb})\n            {J} = loss_fn(model, pred, {yb}, lmbda)\n            {opt}.zero_grad(set_to_none=True)\n            {J}.backward()\n            {opt}.step()\n"),
    ],
    [
        (3, "        with torch.no_grad():\n            {hist}['loss'].append(loss_fn(model, model(X), y, lmbda).item())\n            {hist}['accuracy'].append(accuracy(model, X, y))\n"),
        (2, "        with torch.no_grad():\n            {hist}['loss'].append(float(loss_fn(model, model(X), y, lmbda)))\n        {hist}['accuracy'].append(accuracy(model, X, y))\n"),
        (1, "        model.eval()\n        with torch.no_grad():\n            yHat = model(X)\n            {hist}['loss'] += [loss_fn(model, yHat, y, lmbda).item()]\n            {hist}['accuracy'] += [accuracy(model, X, y)]\n"),
        (1, "        {J} = loss_fn(model, model(X), y, lmbda).detach()\n        {hist}['loss'].append({J}.item())\n        {hist}['accuracy'].append(accuracy(model, X, y))\n"),
    ],
    [(1, "    return {hist}\n")],
]  # fmt: skip
BATCHES: Choices = [
    (2, "            {xb}, {yb} = X[{perm}[{s}:{s} + batch_size]], y[{perm}[{s}:{s} + batch_size]]\n"),
    (2, "            part = {perm}[{s}:{s} + batch_size]\n            {xb}, {yb} = X[part], y[part]\n"),
    (1, "            {xb} = X[{perm}[{s} : {s} + batch_size]]\n            {yb} = y[{perm}[{s} : {s} + batch_size]]\n"),
]  # fmt: skip
TASKS = {"momentum": MOMENTUM, "gradient": GRADIENT, "training": TRAINING}


def solution(task: str, rng: random.Random) -> str:
    """Return one student's solution of a task, one of `TASKS`."""
    rule, apply, inplace = rng.choice(RULES)
    value = rule.replace("self.{v}[{i}]", "{v}")
    parts = {
        "{rule}": rule.replace("{grad}", "gradient[{i}]"),
        "{enumerated}": rule.replace("{grad}", "{g}"),
        "{comprehension}": value.replace("{grad}", "{g}"),
        "{apply}": apply,
        "{zipped}": apply.replace("self.{v}[{i}]", "{v}"),
        "{inplace}": inplace,
        "{batch}": _drawn(BATCHES, rng),
    }
    text = "".join(_drawn(choices, rng) for choices in TASKS[task])
    for place, part in parts.items():
        text = text.replace(place, part)
    return text.format(**{name: rng.choice(words.split()) for name, words in NAMES.items()})


def _drawn(choices: Choices, rng: random.Random) -> str:
    weights, texts = zip(*choices)
    return rng.choices(texts, weights)[0]
