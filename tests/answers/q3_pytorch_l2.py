"""Answers to Q3."""

from answers import Answer


def _model(name, init, forward, mistake=None, outcome="passed", keep="self.lmbda = lmbda"):
    source = f"""class TorchNetwork(nn.Module):
    def __init__(self, inputs=2, hidden=3, outputs=1, lmbda=0.0):
        super().__init__()
        {keep}
        {init}

    def forward(self, X):
        {forward}
"""
    return Answer("torch_model", name, source, mistake, outcome)


TWO = "self.a = nn.Linear(inputs, hidden); self.b = nn.Linear(hidden, outputs)"
MODELS = [
    _model(
        "nn.Sequential",
        "self.net = nn.Sequential(nn.Linear(inputs, hidden), nn.Sigmoid(), nn.Linear(hidden, outputs), nn.Sigmoid())",
        "return self.net(X)",
    ),
    _model(
        "by exp", TWO, "z = 1 / (1 + torch.exp(-self.a(X))); return 1 / (1 + torch.exp(-self.b(z)))"
    ),
    _model(
        "own parameters, X @ W",
        "self.W1 = nn.Parameter(torch.randn(inputs, hidden)); self.b1 = nn.Parameter(torch.zeros(hidden)); self.W2 = nn.Parameter(torch.randn(hidden, outputs)); self.b2 = nn.Parameter(torch.zeros(outputs))",
        "return (((X @ self.W1 + self.b1).sigmoid()) @ self.W2 + self.b2).sigmoid()",
    ),
    _model(
        "ModuleList and nn.functional",
        "self.layers = nn.ModuleList([nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)])",
        "import torch.nn.functional as F; return F.sigmoid(self.layers[1](F.sigmoid(self.layers[0](X))))",
    ),
    _model(
        "no output sigmoid",
        TWO,
        "return self.b(torch.sigmoid(self.a(X)))",
        "no sigmoid at the output",
    ),
    _model(
        "no hidden sigmoid",
        TWO,
        "return torch.sigmoid(self.b(self.a(X)))",
        "no sigmoid in the hidden layer",
    ),
    _model("no sigmoid", TWO, "return self.b(self.a(X))", "no sigmoid at all"),
    _model(
        "tanh",
        TWO,
        "return torch.sigmoid(self.b(torch.tanh(self.a(X))))",
        "tanh instead of sigmoid in the hidden layer",
    ),
    _model(
        "relu",
        TWO,
        "return torch.sigmoid(self.b(torch.relu(self.a(X))))",
        "ReLU instead of sigmoid in the hidden layer",
    ),
    _model(
        "softmax",
        TWO,
        "return torch.softmax(self.b(torch.sigmoid(self.a(X))), 1)",
        "softmax at the output",
    ),
    _model(
        "bias=False",
        "self.a = nn.Linear(inputs, hidden, bias=False); self.b = nn.Linear(hidden, outputs, bias=False)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "no biases",
    ),
    _model(
        "lmbda forgotten",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "lmbda is not kept",
        keep="pass",
    ),
    _model(
        "a plain list",
        "self.layers = [nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)]",
        "return torch.sigmoid(self.layers[1](torch.sigmoid(self.layers[0](X))))",
        "the layers are not registered",
    ),
    _model(
        "sizes 2, 3, 1",
        "self.a = nn.Linear(2, 3); self.b = nn.Linear(3, 1)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        outcome="raised an error",
    ),
    _model(
        "returns a NumPy array",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X)))).detach().numpy()",
        outcome="wrong type",
    ),
    _model(
        "squeezed",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X)))).T",
        outcome="wrong shape",
    ),
    _model(
        "stub",
        "raise NotImplementedError()",
        "raise NotImplementedError()",
        outcome="not attempted",
    ),
]


def _loss(name, body, mistake=None, outcome="passed"):
    text = body.strip("\n").replace("\n", "\n    ")
    return Answer(
        "l2_loss",
        name,
        f"def loss(self, yHat, y):\n    {text}\n\nTorchNetwork.loss = loss\n",
        mistake,
        outcome,
    )


def _penalty(name, penalty, mistake):
    return _loss(name, f"return 0.5 * torch.sum((y - yHat) ** 2) + {penalty}", mistake)


def _data(name, data, mistake):
    return _loss(
        name,
        f"return {data} + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        mistake,
    )


LOSSES = [
    _loss(
        "a loop, norm squared",
        "J = 0.5 * (yHat - y).pow(2).sum()\nfor p in self.parameters():\n    J = J + self.lmbda * torch.norm(p) ** 2\nreturn J",
    ),
    _loss(
        "one flat vector, shape (1,)",
        "flat = torch.cat([p.view(-1) for p in self.parameters()])\nJ = torch.nn.functional.mse_loss(yHat, y, reduction='sum') / 2 + self.lmbda * flat.dot(flat)\nreturn J.reshape(1)",
    ),
    _loss(
        "named parameters, in place on own tensor",
        "J = torch.zeros(())\nfor name, p in self.named_parameters():\n    J += torch.square(p).sum()\nreturn self.lmbda * J + ((y - yHat) ** 2).sum() * 0.5",
    ),
    _loss(
        "einsum, shape (1, 1)",
        "d = (y - yHat).reshape(1, -1)\nreturn 0.5 * d @ d.T + self.lmbda * sum(torch.einsum('i,i->', p.flatten(), p.flatten()) for p in self.parameters())",
    ),
    _loss(
        "second line with +",
        "J = 0.5 * torch.sum((y - yHat) ** 2)\n+ self.lmbda * sum((p ** 2).sum() for p in self.parameters())\nreturn J",
        "the penalty is never added",
    ),
    _penalty(
        "data",
        "self.lmbda * sum((p.data ** 2).sum() for p in self.parameters())",
        "the penalty is detached from the graph",
    ),
    _penalty(
        "item",
        "self.lmbda * sum((p ** 2).sum().item() for p in self.parameters())",
        "the penalty is detached from the graph",
    ),
    _penalty(
        "weights only",
        "self.lmbda * sum((p ** 2).sum() for p in self.parameters() if p.dim() == 2)",
        "weights only in the penalty",
    ),
    _penalty(
        "biases only",
        "self.lmbda * sum((p ** 2).sum() for p in self.parameters() if p.dim() == 1)",
        "biases only in the penalty",
    ),
    _penalty(
        "first layer",
        "self.lmbda * sum((p ** 2).sum() for p in list(self.parameters())[:2])",
        "only the first layer in the penalty",
    ),
    _penalty(
        "last layer",
        "self.lmbda * sum((p ** 2).sum() for p in list(self.parameters())[2:])",
        "only the last layer in the penalty",
    ),
    _penalty(
        "λ/2", "self.lmbda / 2 * sum((p ** 2).sum() for p in self.parameters())", "λ/2 instead of λ"
    ),
    _penalty("no λ", "sum((p ** 2).sum() for p in self.parameters())", "λ is not used"),
    _penalty(
        "λ in the square", "sum(((self.lmbda * p) ** 2).sum() for p in self.parameters())", "λ²"
    ),
    _penalty(
        "minus",
        "-self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        "the penalty is subtracted",
    ),
    _penalty(
        "L1",
        "self.lmbda * sum(p.abs().sum() for p in self.parameters())",
        "L1 penalty instead of L2",
    ),
    _penalty(
        "norms",
        "self.lmbda * sum(p.norm() for p in self.parameters())",
        "norms that are not squared",
    ),
    _penalty(
        "squared sum of norms",
        "self.lmbda * sum(p.norm() for p in self.parameters()) ** 2",
        "the sum of the norms is squared",
    ),
    _penalty(
        "norm of all",
        "self.lmbda * torch.cat([p.flatten() for p in self.parameters()]).norm()",
        "the root of the sum of squares",
    ),
    _penalty(
        "means",
        "self.lmbda * sum((p ** 2).mean() for p in self.parameters())",
        "mean of the squares",
    ),
    _data("mean", "0.5 * ((y - yHat) ** 2).mean()", "mean instead of sum"),
    _data(
        "by rows",
        "0.5 * ((y - yHat) ** 2).sum() / y.shape[0]",
        "mean over the examples instead of sum",
    ),
    _data("no half", "((y - yHat) ** 2).sum()", "the ½ is missing"),
    _data("MSELoss", "nn.MSELoss()(yHat, y)", "mean squared error"),
    _data("sign", "-0.5 * ((y - yHat) ** 2).sum()", "the data term has the wrong sign"),
    _loss(
        "MSELoss and weights only",
        "return nn.MSELoss()(yHat, y) + self.lmbda * sum((p ** 2).sum() for p in self.parameters() if p.dim() == 2)",
        "mean squared error; and weights only in the penalty",
    ),
    _loss(
        "a float",
        "return (0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())).item()",
        "not differentiable",
    ),
    _loss(
        "no_grad",
        "with torch.no_grad():\n    return 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        "not differentiable",
    ),
    _loss("not summed", "return 0.5 * (y - yHat) ** 2", outcome="wrong shape"),
    _loss("nothing", "J = 0", outcome="wrong type"),
    _loss("stub", "raise NotImplementedError()", outcome="not attempted"),
]


def _optimizer(name, expression, mistake=None, outcome="passed"):
    return Answer(
        "torch_optimizer",
        name,
        f"def make_optimizer(model, lr, momentum):\n    return {expression}\n",
        mistake,
        outcome,
    )


OPTIMIZERS = [
    _optimizer("positional", "torch.optim.SGD(model.parameters(), lr, momentum)"),
    _optimizer(
        "a list of parameters",
        "torch.optim.SGD(list(model.parameters()), lr=lr, momentum=momentum, weight_decay=0)",
    ),
    _optimizer(
        "a parameter group",
        "torch.optim.SGD([{'params': model.parameters()}], lr=lr, momentum=momentum, foreach=False)",
    ),
    _optimizer(
        "weight decay",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=1e-3)",
        "weight decay as well as the penalty",
    ),
    _optimizer("Adam", "torch.optim.Adam(model.parameters(), lr=lr)", "not SGD"),
    _optimizer(
        "RMSprop", "torch.optim.RMSprop(model.parameters(), lr=lr, momentum=momentum)", "not SGD"
    ),
    _optimizer(
        "first layer",
        "torch.optim.SGD(model[0].parameters(), lr=lr, momentum=momentum)",
        "some parameters are left out",
    ),
    _optimizer(
        "no momentum", "torch.optim.SGD(model.parameters(), lr=lr)", "momentum is not passed on"
    ),
    _optimizer(
        "lr 0.01",
        "torch.optim.SGD(model.parameters(), lr=0.01, momentum=momentum)",
        "lr is not passed on",
    ),
    _optimizer(
        "swapped",
        "torch.optim.SGD(model.parameters(), lr=momentum, momentum=lr)",
        "lr and momentum are swapped",
    ),
    _optimizer(
        "Nesterov",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, nesterov=True)",
        "Nesterov momentum",
    ),
    _optimizer(
        "dampening",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, dampening=momentum)",
        "dampening",
    ),
    _optimizer(
        "maximize",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, maximize=True)",
        "it climbs",
    ),
    _optimizer(
        "no parameters()",
        "torch.optim.SGD(model, lr=lr, momentum=momentum)",
        outcome="raised an error",
    ),
    Answer(
        "torch_optimizer",
        "stub",
        "def make_optimizer(model, lr, momentum):\n    raise NotImplementedError()",
        outcome="not attempted",
    ),
]


def _train(
    name, body, mistake=None, outcome="passed", end="return train_losses, test_losses", before=""
):
    lines = body.strip("\n").replace("\n", "\n        ")
    source = f"""def train(model, optimizer, X, y, X_test, y_test, epochs):
    train_losses, test_losses = [], []
    {before or "pass"}
    for epoch in range(epochs):
        {lines}
    {end}
"""
    return Answer("torch_training", name, source, mistake, outcome)


RECORD = "train_losses.append(float(J.detach()))\nwith torch.no_grad():\n    test_losses.append(float(model.loss(model(X_test), y_test)))\n"
STEP = "optimizer.zero_grad()\nJ = model.loss(model(X), y)\nJ.backward()\noptimizer.step()\n"
TEST = "T = model.loss(model(X_test), y_test)\n"
TRAININGS = [
    _train("test loss after the step", STEP + RECORD),
    _train(
        "zero_grad at the end, forward called",
        "J = model.loss(model.forward(X), y)\nwith torch.no_grad():\n    test_losses.append(model.loss(model.forward(X_test), y_test).item())\nJ.backward()\noptimizer.step()\noptimizer.zero_grad()\ntrain_losses += [J.item()]",
    ),
    _train(
        "model.zero_grad, train and eval modes, a progress bar",
        "import sys\nmodel.train()\nmodel.zero_grad()\nJ = model.loss(model(X), y)\nJ.backward()\noptimizer.step()\ntrain_losses.append(J.tolist())\nmodel.eval()\nT = model.loss(model(X_test), y_test)\ntest_losses.append(T.item())\nprint(epoch, file=sys.stderr)",
    ),
    _train(
        "train loss after the step",
        STEP
        + "with torch.no_grad():\n    train_losses.append(model.loss(model(X), y).item())\n    test_losses.append(model.loss(model(X_test), y_test).item())",
    ),
    _train(
        "not cleared",
        STEP.replace("optimizer.zero_grad()\n", "") + RECORD,
        "the gradients are not cleared",
    ),
    _train(
        "cleared once",
        STEP.replace("optimizer.zero_grad()\n", "") + RECORD,
        "the gradients are not cleared",
        before="optimizer.zero_grad()",
    ),
    _train(
        "test backward",
        STEP.replace("J.backward()\n", "J.backward()\n" + TEST + "T.backward()\n") + RECORD,
        "the test loss is trained on too",
    ),
    _train(
        "step on test after",
        STEP + "optimizer.zero_grad()\n" + TEST + "T.backward()\noptimizer.step()\n" + RECORD,
        "a second step on the test rows",
    ),
    _train(
        "test only",
        STEP.replace("(X), y)", "(X_test), y_test)")
        + "train_losses.append(model.loss(model(X), y).item())\ntest_losses.append(J.item())",
        mistake="trained on the test rows only",
    ),
    _train(
        "no step", STEP.replace("optimizer.step()\n", "") + RECORD, "the parameters do not move"
    ),
    _train(
        "no backward", STEP.replace("J.backward()\n", "") + RECORD, "the parameters do not move"
    ),
    _train(
        "zero_grad in between",
        "J = model.loss(model(X), y)\nJ.backward()\noptimizer.zero_grad()\noptimizer.step()\n"
        + RECORD,
        "the parameters do not move",
    ),
    _train(
        "tensors",
        STEP + "train_losses.append(J)\ntest_losses.append(model.loss(model(X_test), y_test))",
        "the losses are tensors",
    ),
    _train(
        "last epoch only", STEP, "not one loss for each epoch", end="return [J.item()], [J.item()]"
    ),
    _train(
        "swapped",
        STEP + RECORD,
        "the two lists are swapped",
        end="return test_losses, train_losses",
    ),
    _train("one list", STEP + RECORD, end="return train_losses", outcome="wrong value"),
    _train("stub", "raise NotImplementedError()", outcome="not attempted"),
]

ANSWERS = [*MODELS, *LOSSES, *OPTIMIZERS, *TRAININGS]
