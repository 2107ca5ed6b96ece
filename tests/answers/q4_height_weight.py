"""Answers to Q4."""

from answers import Answer


def _answer(test, head):
    def make(name, body, mistake=None, outcome="passed"):
        text = body.strip("\n").replace("\n", "\n    ")
        return Answer(test, name, f"{head}\n    {text}\n", mistake, outcome)

    return make


_model = _answer("hw_model", "def build_model(n_inputs, n_hidden, n_outputs):")
MODELS = [
    _model(
        "by append",
        "m = nn.Sequential()\nfor a, b in ((n_inputs, n_hidden), (n_hidden, n_outputs)):\n    m.append(nn.Linear(a, b))\n    m.append(nn.Sigmoid())\nreturn m",
    ),
    _model(
        "OrderedDict",
        "from collections import OrderedDict\nreturn nn.Sequential(OrderedDict(a=nn.Linear(n_inputs, n_hidden), b=nn.Sigmoid(), c=nn.Linear(n_hidden, n_outputs), d=nn.Sigmoid()))",
    ),
    _model(
        "nested",
        "def layer(a, b):\n    return nn.Sequential(nn.Linear(a, b), nn.Sigmoid())\nreturn nn.Sequential(layer(n_inputs, n_hidden), layer(n_hidden, n_outputs))",
    ),
    _model(
        "no output sigmoid",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs))",
        "no sigmoid at the output",
    ),
    _model(
        "no hidden sigmoid",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
        "no sigmoid in the hidden layer",
    ),
    _model(
        "ReLU",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
        "ReLU in the hidden layer",
    ),
    _model(
        "softmax",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs), nn.Softmax(1))",
        "softmax at the output",
    ),
    _model(
        "no bias",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden, bias=False), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs, bias=False), nn.Sigmoid())",
        "no biases",
    ),
    _model("stub", "raise NotImplementedError()", outcome="not attempted"),
]

_init = _answer("hw_init", "def init_weights(model, std=0.02):")
INITS = [
    _init(
        "normal_ under no_grad",
        "with torch.no_grad():\n    for p in model.parameters():\n        p.normal_(0, std)",
    ),
    _init("randn copied", "for p in model.parameters():\n    p.data = torch.randn_like(p) * std"),
    _init(
        "by module and apply",
        "def one(m):\n    if isinstance(m, nn.Linear):\n        nn.init.normal_(m.weight, std=std)\n        nn.init.normal_(m.bias, std=std)\nmodel.apply(one)",
    ),
    _init(
        "NumPy",
        "with torch.no_grad():\n    for p in model.parameters():\n        p.copy_(torch.tensor(np.random.normal(0, std, p.shape)))",
    ),
    _init(
        "modules, returned",
        "for m in model.modules():\n        if isinstance(m, nn.Linear):\n            nn.init.normal_(m.weight, std=std); nn.init.normal_(m.bias, std=std)\n    return model",
    ),
    _init(
        "std²",
        "for p in model.parameters():\n    nn.init.normal_(p, 0, std ** 2)",
        "std² instead of std",
    ),
    _init(
        "root",
        "for p in model.parameters():\n    nn.init.normal_(p, 0, std ** 0.5)",
        "the root of std instead of std",
    ),
    _init(
        "0.02",
        "for p in model.parameters():\n    nn.init.normal_(p, 0, 0.02)",
        "std is fixed at 0.02",
    ),
    _init("no std", "for p in model.parameters():\n    nn.init.normal_(p)", "std is not used"),
    _init(
        "uniform",
        "for p in model.parameters():\n    nn.init.uniform_(p, -std, std)",
        "uniform instead of normal",
    ),
    _init(
        "rand",
        "for p in model.parameters():\n    p.data = torch.rand_like(p) * std",
        "uniform from 0 to std",
    ),
    _init(
        "weights only",
        "for n, p in model.named_parameters():\n    if 'weight' in n:\n        nn.init.normal_(p, 0, std)",
        "weights only",
    ),
    _init(
        "biases zero",
        "for p in model.parameters():\n    nn.init.normal_(p, 0, std) if p.dim() > 1 else nn.init.zeros_(p)",
        "weights only",
    ),
    _init(
        "first layer",
        "for p in model[0].parameters():\n    nn.init.normal_(p, 0, std)",
        "the first layer only",
    ),
    _init(
        "mean std",
        "for p in model.parameters():\n    nn.init.normal_(p, std, std)",
        outcome="wrong value",
    ),
    _init("stub", "raise NotImplementedError()", outcome="not attempted"),
]

_loss = _answer("hw_loss", "def loss_fn(model, yHat, y, lmbda):")
L1 = "sum(p.abs().sum() for p in model.parameters())"


def _penalty(name, penalty, mistake):
    return _loss(name, f"return nn.BCELoss()(yHat, y) + {penalty}", mistake)


def _data(name, data, mistake):
    return _loss(name, f"return {data} + lmbda * {L1}", mistake)


LOSSES = [
    _loss(
        "l1_loss with sum",
        "J = F.binary_cross_entropy(yHat, y)\nfor p in model.parameters():\n    J = J + lmbda * F.l1_loss(p, torch.zeros_like(p), reduction='sum')\nreturn J",
    ),
    _loss(
        "by hand",
        f"bce = -(y * torch.log(yHat) + (1 - y) * torch.log(1 - yHat)).mean()\nreturn (bce + lmbda * {L1}).reshape(1)",
    ),
    _loss(
        "norms of order 1",
        "return nn.BCELoss()(yHat, y) + lmbda * torch.cat([p.flatten() for p in model.parameters()]).norm(1)",
    ),
    _penalty("none", "0", "the penalty is never added"),
    _penalty(
        "l1_loss mean",
        "lmbda * sum(F.l1_loss(p, torch.zeros_like(p)) for p in model.parameters())",
        "the penalty is divided by the number of weights",
    ),
    _penalty(
        "weights only",
        "lmbda * sum(p.abs().sum() for n, p in model.named_parameters() if 'weight' in n)",
        "weights only in the penalty",
    ),
    _penalty(
        "squares",
        "lmbda * sum((p ** 2).sum() for p in model.parameters())",
        "L2 penalty instead of L1",
    ),
    _penalty("λ/2", f"lmbda / 2 * {L1}", "λ/2 instead of λ"),
    _penalty("no λ", L1, "λ is not used"),
    _penalty(
        "no abs",
        "lmbda * sum(p.sum() for p in model.parameters())",
        "no absolute value in the penalty",
    ),
    _penalty("minus", f"-lmbda * {L1}", "the penalty is subtracted"),
    _penalty("item", f"lmbda * {L1}.item()", "the penalty is detached from the graph"),
    _data("sum", "F.binary_cross_entropy(yHat, y, reduction='sum')", "sum instead of mean"),
    _data("logits", "nn.BCEWithLogitsLoss()(yHat, y)", "double sigmoid"),
    _data("MSE", "nn.MSELoss()(yHat, y)", "mean squared error instead of cross-entropy"),
    _data("one term", "-(y * torch.log(yHat)).mean()", "only the rows with y = 1 count"),
    _data("sign", "-F.binary_cross_entropy(yHat, y)", "the cross-entropy has the wrong sign"),
    _data(
        "squeezed y",
        "-(y.squeeze() * torch.log(yHat) + (1 - y.squeeze()) * torch.log(1 - yHat)).mean()",
        "(n,) against (n, 1)",
    ),
    _loss(
        "logits and weights only",
        "return nn.BCEWithLogitsLoss()(yHat, y) + lmbda * sum(p.abs().sum() for p in model.parameters() if p.dim() > 1)",
        "double sigmoid; and weights only in the penalty",
    ),
    _loss(
        "a float",
        f"return (F.binary_cross_entropy(yHat, y) + lmbda * {L1}).item()",
        "not differentiable",
    ),
    _loss("stub", "raise NotImplementedError()", outcome="not attempted"),
]

_accuracy = _answer("hw_accuracy", "def accuracy(model, X, y):")
ACCURACIES = [
    _accuracy(
        "round", "with torch.no_grad():\n    return (model(X).round() == y).float().mean().item()"
    ),
    _accuracy(
        "NumPy and a loop",
        "p = model(X).detach().numpy().ravel()\nreturn sum(float(a > 0.5) == b for a, b in zip(p, y.numpy().ravel())) / len(p)",
    ),
    _accuracy(
        "mode kept, a tensor",
        "mode = model.training\nmodel.eval()\nwith torch.no_grad():\n    share = ((model(X) >= 0.5).int() == y.int()).double().mean()\nmodel.train(mode)\nreturn share",
    ),
    _accuracy(
        "both flat",
        "with torch.no_grad():\n    return float(torch.sum((model(X).view(-1) > .5) == y.view(-1).bool()) / len(y))",
    ),
    _accuracy(
        "y squeezed",
        "return ((model(X) > 0.5).float() == y.squeeze()).float().mean().item()",
        "(n,) against (n, 1)",
    ),
    _accuracy(
        "count", "return ((model(X) > 0.5).float() == y).sum().item()", "a count instead of a share"
    ),
    _accuracy(
        "per cent",
        "return 100 * ((model(X) > 0.5).float() == y).float().mean().item()",
        "per cent instead of a share",
    ),
    _accuracy("no threshold", "return (model(X) == y).float().mean().item()", "no threshold"),
    _accuracy(
        "threshold 0",
        "return ((model(X) > 0).float() == y).float().mean().item()",
        "threshold 0 instead of ½",
    ),
    _accuracy(
        "errors",
        "return ((model(X) > 0.5).float() != y).float().mean().item()",
        "the share of errors",
    ),
    _accuracy(
        "eval for good",
        "model.eval()\nreturn ((model(X) > 0.5).float() == y).float().mean().item()",
        "the model's mode is changed",
    ),
    _accuracy("stub", "raise NotImplementedError()", outcome="not attempted"),
]

_train = _answer(
    "hw_train",
    "def train_model(model, X, y, *, epochs, lr, batch_size=16, lmbda=0.0, seed=0, device='cpu'):",
)
LOOP = """model.to(device)
X, y = X.to(device), y.to(device)
opt = torch.optim.SGD(model.parameters(), lr=lr)
gen = torch.Generator().manual_seed(seed)
history = {"loss": [], "accuracy": []}
for epoch in range(epochs):
    order = torch.randperm(len(X), generator=gen)
    for i in range(0, len(X), batch_size):
        xb, yb = X[order[i:i + batch_size]], y[order[i:i + batch_size]]
        opt.zero_grad()
        J = loss_fn(model, model(xb), yb, lmbda)
        J.backward()
        opt.step()
    with torch.no_grad():
        history["loss"].append(loss_fn(model, model(X), y, lmbda).item())
    history["accuracy"].append(accuracy(model, X, y))
return history"""


def _changed(name, mistake, *pairs, outcome="passed"):
    body = LOOP
    for old, new in pairs:
        assert old in body, old
        body = body.replace(old, new)
    return _train(name, body, mistake, outcome)


NEW = "    order = torch.randperm(len(X), generator=gen)\n"
TRAININGS = [
    _train("plain loop", LOOP),
    _train(
        "DataLoader",
        """from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(seed)
loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
opt = torch.optim.SGD(model.parameters(), lr)
losses, shares = [], []
for _ in range(epochs):
    for xb, yb in loader:
        J = loss_fn(model, model(xb), yb, lmbda)
        model.zero_grad()
        J.backward()
        opt.step()
    losses.append(float(J.detach()))
    shares.append(((model(X) > .5) == (y > .5)).float().mean().item())
return dict(loss=losses, accuracy=shares)""",
    ),
    _train(
        "NumPy shuffles, SGD by hand",
        """rng = np.random.default_rng(seed)
history = {"loss": [], "accuracy": []}
for _ in range(epochs):
    total = 0
    for rows in np.array_split(rng.permutation(len(X)), range(batch_size, len(X), batch_size)):
        rows = torch.from_numpy(rows)
        J = loss_fn(model, model(X[rows]), y[rows], lmbda)
        grads = torch.autograd.grad(J, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * g
        total += J.item() * len(rows)
    history["loss"] += [total / len(X)]
    history["accuracy"] += [accuracy(model, X, y)]
return history""",
    ),
    _changed("not cleared", "the gradients are not cleared", ("        opt.zero_grad()\n", "")),
    _changed(
        "no penalty",
        "the penalty is left out",
        ("loss_fn(model, model(xb), yb, lmbda)", "loss_fn(model, model(xb), yb, 0.0)"),
    ),
    _changed("Adam", "Adam instead of SGD", ("optim.SGD", "optim.Adam")),
    _changed("no step", "the parameters do not move", ("        opt.step()\n", "")),
    _changed(
        "never shuffled", "the rows are never shuffled", (NEW, "    order = torch.arange(len(X))\n")
    ),
    _changed(
        "shuffled once",
        "shuffled once, not in each epoch",
        (NEW, ""),
        ("for epoch in", "order = torch.randperm(len(X), generator=gen)\nfor epoch in"),
    ),
    _changed("seed 0", "the same order whatever the seed", ("manual_seed(seed)", "manual_seed(0)")),
    _changed(
        "no seed",
        "the seed is not used",
        ("torch.Generator().manual_seed(seed)", "torch.Generator(); gen.seed()"),
    ),
    _changed(
        "batch accuracy",
        "the accuracy of a batch, not of the whole set",
        ("accuracy(model, X, y)", "accuracy(model, xb[:3], yb[:3])"),
    ),
    _changed(
        "one number a batch",
        "not one number for each epoch",
        (
            '    history["accuracy"].append(accuracy(model, X, y))',
            '        history["accuracy"].append(accuracy(model, X, y)); history["accuracy"] += [0.0]',
        ),
    ),
    _changed(
        "trains on X_test",
        "not the rows that it was given",
        ("X, y = X.to(device), y.to(device)", "X, y = X_test, y_test"),
    ),
    _changed(
        "drops the last rows",
        "batch_size is not kept, or rows are dropped",
        ("range(0, len(X), batch_size)", "range(0, len(X) - batch_size + 1, batch_size or 1)"),
        ("opt = torch", "batch_size = min(batch_size, len(X))\nopt = torch"),
    ),
    _train("nothing", "return None", outcome="raised an error"),
    _train("stub", "raise NotImplementedError()", outcome="not attempted"),
]

_predict = _answer("hw_predict", "def predict(X):")
P = "with torch.no_grad():\n    p = net(normalise(X)).cpu()\n"
PREDICTIONS = [
    _predict("round, shape (n, 1)", P + "return p.round().numpy()"),
    _predict("a list of bools", P + "return [bool(v > 0.5) for v in p]"),
    _predict("a tensor of ints", P + "return (p > 0.5).int().squeeze(1)"),
    _predict(
        "own range",
        "X = np.asarray(X, dtype=float)\nX = (X - X.min(0)) / (X.max(0) - X.min(0) + 1e-9)\nwith torch.no_grad():\n    return (net(torch.tensor(X).float()).cpu() > 0.5).numpy().ravel()",
        "normalised by the range of the rows themselves",
    ),
    _predict(
        "raw cm",
        "with torch.no_grad():\n    return (net(torch.tensor(np.asarray(X)).float()).cpu() > 0.5).numpy().ravel()",
        "the same label for everybody",
    ),
    _predict("all women", "return np.zeros(len(X))", "the same label for everybody"),
    _predict("swapped", P + "return (p < 0.5).numpy().ravel()", "the labels are swapped"),
    _predict("probabilities", P + "return p.numpy().ravel()", "probabilities instead of labels"),
    _predict(
        "height alone", "return (np.asarray(X)[:, 0] > 171.2).astype(int)", "not trained to the end"
    ),
    _predict("stub", "raise NotImplementedError()", outcome="not attempted"),
]

CUSTOM = """class Custom_Neural_Network(nn.Module):
    def __init__(self, hidden=(10, 10), activation="tanh"):
        super().__init__()
        {init}
    def forward(self, X):
        {forward}
"""


def _deeper(name, init, forward, mistake=None, outcome="passed"):
    return Answer(
        "hw_deeper",
        name,
        CUSTOM.format(
            init=init.replace("\n", "\n        "), forward=forward.replace("\n", "\n        ")
        ),
        mistake,
        outcome,
    )


MODULES = "sizes = [2, *hidden, 1]\nself.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))\nself.act = torch.tanh if activation == 'tanh' else torch.relu"
RUN = "for layer in self.layers[:-1]:\n    X = self.act(layer(X))\nreturn torch.sigmoid(self.layers[-1](X))"
DEEPER = [
    _deeper("ModuleList", MODULES, RUN),
    _deeper(
        "add_module",
        "self.n = len(hidden)\nfor i, (a, b) in enumerate(zip([2, *hidden], [*hidden, 1])):\n    self.add_module(f'l{i}', nn.Linear(a, b))\nself.f = {'tanh': nn.Tanh(), 'relu': nn.ReLU()}[activation]",
        "for i in range(self.n):\n    X = self.f(getattr(self, f'l{i}')(X))\nreturn getattr(self, f'l{self.n}')(X).sigmoid()",
    ),
    _deeper(
        "Sequential",
        "act = {'tanh': nn.Tanh, 'relu': nn.ReLU}[activation]\nparts, last = [], 2\nfor h in hidden:\n    parts += [nn.Linear(last, h), act()]\n    last = h\nself.body = nn.Sequential(*parts)\nself.head = nn.Sequential(nn.Linear(last, 1), nn.Sigmoid())",
        "return self.head(self.body(X))",
    ),
    _deeper(
        "always tanh",
        MODULES.replace("torch.relu", "torch.tanh"),
        RUN,
        "activation is not used: always tanh",
    ),
    _deeper(
        "always ReLU",
        MODULES.replace("torch.tanh", "torch.relu"),
        RUN,
        "activation is not used: always ReLU",
    ),
    _deeper(
        "sigmoid", MODULES, RUN.replace("self.act", "torch.sigmoid"), "sigmoid between the layers"
    ),
    _deeper(
        "no activation", MODULES, RUN.replace("self.act", ""), "no activation between the layers"
    ),
    _deeper(
        "no output sigmoid",
        MODULES,
        RUN.replace("torch.sigmoid(self.layers[-1](X))", "self.layers[-1](X)"),
        "no sigmoid at the output",
    ),
    _deeper(
        "a plain list",
        MODULES.replace("nn.ModuleList(", "list("),
        RUN,
        "the layers are not registered",
    ),
    _deeper("hidden not used", MODULES.replace("*hidden", "10, 10"), RUN, outcome="wrong value"),
    _deeper(
        "stub",
        "raise NotImplementedError()",
        "raise NotImplementedError()",
        outcome="not attempted",
    ),
]

ANSWERS = [*MODELS, *INITS, *LOSSES, *ACCURACIES, *TRAININGS, *PREDICTIONS, *DEEPER]
