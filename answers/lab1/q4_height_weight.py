"""Answers to Q4."""

from nbjudge.authoring.answers import Answer


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
    _model(
        "double precision of the parameters put back to float",
        "m = nn.Sequential(nn.Linear(n_inputs, n_hidden, dtype=torch.float64), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs, dtype=torch.float64), nn.Sigmoid())\nreturn m.float()",
    ),
    _model(
        "a class that is an nn.Sequential, with spare layers that change nothing",
        "class Net(nn.Sequential):\n    pass\nreturn Net(nn.Flatten(), nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Dropout(0.0), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
    ),
    _model(
        "fixed hidden size",
        "return nn.Sequential(nn.Linear(n_inputs, 10), nn.Sigmoid(), nn.Linear(10, n_outputs), nn.Sigmoid())",
        "10 hidden units whatever n_hidden says",
    ),
    _model(
        "one output",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, 1), nn.Sigmoid())",
        "one output whatever n_outputs says",
    ),
    _model(
        "all sizes fixed",
        "return nn.Sequential(nn.Linear(2, 10), nn.Sigmoid(), nn.Linear(10, 1), nn.Sigmoid())",
        outcome="raised an error",
    ),
    _model(
        "two hidden layers",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
        "two hidden layers instead of one",
    ),
    _model(
        "tanh",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
        "tanh in the hidden layer",
    ),
    _model(
        "SiLU",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
        outcome="wrong value",
    ),
    _model(
        "ReLU and logits",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_outputs))",
        "ReLU in the hidden layer, no sigmoid at the output",
    ),
    _model(
        "no output bias",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs, bias=False), nn.Sigmoid())",
        "no bias at the output",
    ),
    _model(
        "two sigmoids",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid(), nn.Sigmoid())",
        "two sigmoids at the output",
    ),
    _model(
        "a class of its own",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a, self.b = nn.Linear(n_inputs, n_hidden), nn.Linear(n_hidden, n_outputs)\n    def forward(self, X):\n        return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))\nreturn Net()",
        "not an nn.Sequential",
    ),
    _model(
        "return forgotten",
        "model = nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid())",
        outcome="wrong type",
    ),
    _model(
        "parameters that cannot be trained",
        "return nn.Sequential(nn.Linear(n_inputs, n_hidden), nn.Sigmoid(), nn.Linear(n_hidden, n_outputs), nn.Sigmoid()).requires_grad_(False)",
        "yHat cannot be differentiated by all parameters",
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
        "for m in model.modules():\n    if isinstance(m, nn.Linear):\n        nn.init.normal_(m.weight, std=std); nn.init.normal_(m.bias, std=std)\nreturn model",
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
        "flat between -std and std",
    ),
    _init(
        "rand",
        "for p in model.parameters():\n    p.data = torch.rand_like(p) * std",
        "uniform from 0 to std",
    ),
    _init(
        "weights only",
        "for n, p in model.named_parameters():\n    if 'weight' in n:\n        nn.init.normal_(p, 0, std)",
        "the biases are not drawn from N(0, std²)",
    ),
    _init(
        "biases zero",
        "for p in model.parameters():\n    nn.init.normal_(p, 0, std) if p.dim() > 1 else nn.init.zeros_(p)",
        "the biases are not drawn from N(0, std²)",
    ),
    _init(
        "first layer",
        "for p in model[0].parameters():\n    nn.init.normal_(p, 0, std)",
        "a layer is left out",
    ),
    _init(
        "mean std",
        "for p in model.parameters():\n    nn.init.normal_(p, std, std)",
        "the mean is std instead of 0",
    ),
    _init(
        "a state dict",
        "state = {k: std * torch.randn(v.shape) for k, v in model.state_dict().items()}\nmodel.load_state_dict(state)",
    ),
    _init(
        "torch.normal into data",
        "for p in list(model.parameters()):\n    p.data.copy_(torch.normal(mean=torch.zeros(p.shape), std=std))",
    ),
    _init(
        "one vector of all",
        "n = sum(p.numel() for p in model.parameters())\nnn.utils.vector_to_parameters(torch.normal(0.0, std, (n,)), model.parameters())",
    ),
    _init(
        "assignment to the loop variable",
        "for p in model.parameters():\n    p = torch.randn(p.shape) * std",
        "the model is not changed",
    ),
    _init("pass", "pass", "the model is not changed"),
    _init(
        "std as the mean",
        "for p in model.parameters():\n    nn.init.normal_(p, std)",
        "std is given as the mean",
    ),
    _init(
        "layers 0 and 2 only",
        "for i in (0, 2):\n    nn.init.normal_(model[i].weight, 0, std)\n    nn.init.normal_(model[i].bias, 0, std)",
        "a layer is left out",
    ),
    _init(
        "new parameters",
        "for m in model:\n    if isinstance(m, nn.Linear):\n        m.weight = nn.Parameter(torch.randn_like(m.weight) * std)\n        m.bias = nn.Parameter(torch.randn_like(m.bias) * std)",
        "new tensors instead of new numbers",
    ),
    _init(
        "NumPy's float64 put into data",
        "for p in model.parameters():\n    p.data = torch.tensor(np.random.normal(0, std, p.shape))",
        "new tensors instead of new numbers",
    ),
    _init(
        "cut at ±std",
        "for p in model.parameters():\n    nn.init.trunc_normal_(p, 0, std, -std, std)",
        "flat between -std and std",
    ),
    _init(
        "frozen first",
        "for p in model.parameters():\n    p.requires_grad = False\n    p.normal_(0, std)",
        "the parameters cannot be trained",
    ),
    _init(
        "cut at ±2",
        "for p in model.parameters():\n    nn.init.trunc_normal_(p, 0, std)",
        outcome="wrong value",
    ),
    _init(
        "uniform of the right spread",
        "for p in model.parameters():\n    nn.init.uniform_(p, -std * 3 ** 0.5, std * 3 ** 0.5)",
        "uniform, with the right standard deviation",
    ),
    _init(
        "Xavier",
        "for p in model.parameters():\n    nn.init.xavier_normal_(p) if p.dim() > 1 else nn.init.normal_(p, 0, std)",
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
    _penalty("λ/n", f"lmbda / len(y) * {L1}", "the penalty is divided by the number of rows"),
    _penalty(
        "abs of sums",
        "lmbda * sum(p.sum().abs() for p in model.parameters())",
        "absolute values of sums in the penalty",
    ),
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
        "a minus before the first term",
        "torch.mean(-y * torch.log(yHat) + (1 - y) * torch.log(1 - yHat))",
        "the minus stands before the first term only",
    ),
    _loss(
        "a minus before the first term, and λ/2",
        f"bce = (-y * yHat.log() + (1 - y) * (1 - yHat).log()).mean()\nreturn bce + 0.5 * lmbda * {L1}",
        "the minus stands before the first term only; and λ/2 instead of λ",
    ),
    _loss(
        "logits, and the penalty is never added",
        "return F.binary_cross_entropy_with_logits(yHat, y)",
        "double sigmoid; and the penalty is never added",
    ),
    _loss(
        "a sum, and the penalty by .item()",
        f"return F.binary_cross_entropy(yHat, y, reduction='sum') + lmbda * {L1}.item()",
        "sum instead of mean; and the penalty is detached from the graph",
    ),
    _penalty(
        "model[0] alone",
        "lmbda * (model[0].weight.abs().sum() + model[0].bias.abs().sum())",
        "only the first layer in the penalty",
    ),
    _penalty(
        "the last layer alone",
        "lmbda * sum(p.abs().sum() for p in model[-1].parameters())",
        "only the last layer in the penalty",
    ),
    _penalty(
        "biases alone",
        "lmbda * sum(p.abs().sum() for n, p in model.named_parameters() if n.endswith('bias'))",
        "biases only in the penalty",
    ),
    _penalty(
        "torch.linalg.norm of order 1",
        "lmbda * sum(torch.linalg.norm(p, 1) for p in model.parameters())",
        "largest column instead of all weights",
    ),
    _loss(
        "logits and biases alone",
        "l1 = sum(p.abs().sum() for p in model.parameters() if p.dim() == 1)\nreturn nn.BCEWithLogitsLoss()(yHat, y) + lmbda * l1",
        "double sigmoid; and biases only in the penalty",
    ),
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
    _loss(
        "functional, weights by name, clamped",
        "eps = 1e-7\np = yHat.clamp(eps, 1 - eps)\nbce = torch.mean(-y * p.log() - (1 - y) * torch.log1p(-p))\nl1 = torch.tensor(0.0)\nfor name, w in model.named_parameters():\n    l1 = l1 + torch.norm(w, p=1)\nreturn bce + lmbda * l1",
    ),
    _loss(
        "both flat",
        f"return F.binary_cross_entropy(yHat.view(-1), y.view(-1)) + lmbda * {L1}",
    ),
    _loss(
        "λ = 0 set apart",
        f"J = F.binary_cross_entropy(input=yHat, target=y)\nif lmbda:\n    J += lmbda * {L1}\nreturn J",
    ),
    _data("cross_entropy", "F.cross_entropy(yHat, y)", "softmax cross-entropy of one column"),
    _data("swapped", "F.binary_cross_entropy(y, yHat)", "yHat and y are swapped"),
    _data(
        "item of the data term",
        "F.binary_cross_entropy(yHat, y).item()",
        "the cross-entropy is detached from the graph",
    ),
    _data(
        "loss of Q3",
        "0.5 * ((yHat - y) ** 2).sum()",
        "half a squared error instead of cross-entropy",
    ),
    _loss(
        "log10",
        f"return -(y * torch.log10(yHat) + (1 - y) * torch.log10(1 - yHat)).mean() + lmbda * {L1}",
        outcome="wrong value",
    ),
    _penalty(
        "norm without 1",
        "lmbda * sum(p.norm() for p in model.parameters())",
        "lengths instead of absolute values in the penalty",
    ),
    _penalty(
        "half squares",
        "lmbda / 2 * sum((p ** 2).sum() for p in model.parameters())",
        "the L2 penalty with a ½ instead of L1",
    ),
    _penalty(
        "mean over all",
        "lmbda * torch.cat([p.flatten() for p in model.parameters()]).abs().mean()",
        "the penalty is divided by the number of all parameters",
    ),
    _penalty(
        "data",
        "lmbda * sum(p.data.abs().sum() for p in model.parameters())",
        "the penalty is detached from the graph",
    ),
    _loss(
        "= in the loop",
        "for p in model.parameters():\n    l1 = p.abs().sum()\nreturn F.binary_cross_entropy(yHat, y) + lmbda * l1",
        "only the last parameter is in the penalty",
    ),
    _loss(
        "return in the loop",
        "l1 = 0\nfor p in model.parameters():\n    l1 += p.abs().sum()\n    return F.binary_cross_entropy(yHat, y) + lmbda * l1",
        "only the first parameter is in the penalty",
    ),
    _loss(
        "clears the gradients",
        f"model.zero_grad()\nreturn F.binary_cross_entropy(yHat, y) + lmbda * {L1}",
        outcome="changed its arguments in place",
    ),
    _loss(
        "goes backward",
        f"J = F.binary_cross_entropy(yHat, y) + lmbda * {L1}\nJ.backward(retain_graph=True)\nreturn J",
        outcome="changed its arguments in place",
    ),
    _loss(
        "evaluation mode",
        f"model.eval()\nreturn F.binary_cross_entropy(yHat, y) + lmbda * {L1}",
        outcome="changed its arguments in place",
    ),
    _loss(
        "not reduced",
        f"return F.binary_cross_entropy(yHat, y, reduction='none') + lmbda * {L1}",
        outcome="wrong shape",
    ),
    _loss(
        "return forgotten",
        f"J = F.binary_cross_entropy(yHat, y) + lmbda * {L1}",
        outcome="wrong type",
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
    _accuracy(
        "no threshold", "return (model(X) == y).float().mean().item()", "no row counts as right"
    ),
    _accuracy(
        "a whole division",
        "return ((model(X) > 0.5).float() == y).sum().item() // len(y)",
        "no row counts as right",
    ),
    _accuracy(
        "all", "return float(((model(X) > 0.5).float() == y).all())", "no row counts as right"
    ),
    _accuracy(
        "a second sigmoid",
        "return ((torch.sigmoid(model(X)) > 0.5).float() == y).float().mean().item()",
        "every row counts as a man",
    ),
    _accuracy(
        "two decimals",
        "return round(((model(X) > 0.5).float() == y).float().mean().item(), 2)",
        outcome="wrong value",
    ),
    _accuracy(
        "parameters frozen",
        "for p in model.parameters():\n    p.requires_grad = False\nreturn ((model(X) > 0.5).float() == y).float().mean().item()",
        outcome="changed its arguments in place",
    ),
    _accuracy(
        "threshold 0",
        "return ((model(X) > 0).float() == y).float().mean().item()",
        "every row counts as a man",
    ),
    _accuracy(
        "errors",
        "return ((model(X) > 0.5).float() != y).float().mean().item()",
        "the share of errors",
    ),
    _accuracy(
        "the mean as threshold",
        "p = model(X)\nreturn ((p > p.mean()).float() == y).float().mean().item()",
        None,
        "wrong value",
    ),
    _accuracy(
        "eval for good",
        "model.eval()\nreturn ((model(X) > 0.5).float() == y).float().mean().item()",
        "the model is in evaluation mode afterwards",
    ),
    _accuracy(
        "a NumPy number",
        "with torch.no_grad():\n    guess = model(X).numpy() > 0.5\nreturn np.mean(guess == y.numpy())",
    ),
    _accuracy(
        "in batches",
        "right = 0\nwith torch.inference_mode():\n    for a, b in zip(X.split(4), y.split(4)):\n        right += torch.eq(torch.where(model(a) > 0.5, 1.0, 0.0), b).sum().item()\nreturn right / X.shape[0]",
    ),
    _accuracy(
        "mode put back by a context",
        "was = model.training\ntry:\n    model.eval()\n    return (((model.forward(X) - 0.5) * (y - 0.5)) > 0).float().mean().item()\nfinally:\n    model.train(was)",
    ),
    _accuracy(
        "one minus errors",
        "with torch.no_grad():\n    return 1 - torch.abs((model(X) > 0.5).float() - y).mean().item()",
    ),
    _accuracy(
        "cut to integers",
        "return (model(X).int() == y).float().mean().item()",
        "every row counts as a woman",
    ),
    _accuracy(
        "argmax",
        "return (model(X).argmax(1) == y).float().mean().item()",
        "every row counts as a woman",
    ),
    _accuracy(
        "no threshold but a distance",
        "return 1 - (model(X) - y).abs().mean().item()",
        "one minus the mean distance",
    ),
    _accuracy(
        "broadcast sum over n",
        "guess = (model(X) > 0.5).float()\nreturn (guess == y.view(-1)).sum().item() / len(y)",
        "(n,) against (n, 1), the count over the number of rows",
    ),
    _accuracy(
        "training mode for good",
        "model.eval()\nshare = ((model(X) > 0.5) == (y > 0.5)).float().mean().item()\nmodel.train()\nreturn share",
        "the model is in training mode afterwards",
    ),
    _accuracy(
        "gradients off for good",
        "torch.set_grad_enabled(False)\nreturn ((model(X) > 0.5) == (y > 0.5)).float().mean().item()",
        "gradients stay switched off",
    ),
    _accuracy(
        "clears the gradients",
        "model.zero_grad()\nreturn ((model(X) > 0.5) == (y > 0.5)).float().mean().item()",
        outcome="changed its arguments in place",
    ),
    _accuracy(
        "numpy() with a gradient",
        "return float(np.mean((model(X).numpy() > 0.5) == y.numpy()))",
        outcome="raised an error",
    ),
    _accuracy(
        "on a GPU, whether there is one or not",
        "model.cuda(); return ((model(X.cuda()) > 0.5) == (y.cuda() > 0.5)).float().mean().item()",
        outcome="asks for a GPU",
    ),
    _accuracy(
        "print instead of return",
        "print(((model(X) > 0.5) == (y > 0.5)).float().mean().item())",
        outcome="wrong type",
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


def _loaded(name, settings, mistake):
    return _train(
        name,
        f"""loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, y), {settings})
opt = torch.optim.SGD(model.parameters(), lr)
history = {{"loss": [], "accuracy": []}}
for _ in range(epochs):
    for xb, yb in loader:
        opt.zero_grad()
        loss_fn(model, model(xb), yb, lmbda).backward()
        opt.step()
    history["loss"].append(loss_fn(model, model(X), y, lmbda).item())
    history["accuracy"].append(accuracy(model, X, y))
return history""",
        mistake,
    )


NEW = "    order = torch.randperm(len(X), generator=gen)\n"
# with a function of theirs that was another task
TRAIN_HEAD = """{}


def train_model(model, X, y, *, epochs, lr, batch_size=16, lmbda=0.0, seed=0, device="cpu"):
    {}
"""
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
    losses.append(float(loss_fn(model, model(X), y, lmbda)))
    shares.append(((model(X) > .5) == (y > .5)).float().mean().item())
return dict(loss=losses, accuracy=shares)""",
    ),
    _train(
        "NumPy shuffles, SGD by hand",
        """rng = np.random.default_rng(seed)
history = {"loss": [], "accuracy": []}
for _ in range(epochs):
    for rows in np.array_split(rng.permutation(len(X)), range(batch_size, len(X), batch_size)):
        rows = torch.from_numpy(rows)
        J = loss_fn(model, model(X[rows]), y[rows], lmbda)
        grads = torch.autograd.grad(J, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * g
    with torch.no_grad():
        history["loss"] += [loss_fn(model, model(X), y, lmbda)]
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
        "the same order in every epoch",
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
        "history['accuracy'] is not that of all rows after the epoch",
        ("accuracy(model, X, y)", "accuracy(model, xb[:3], yb[:3])"),
    ),
    _changed(
        "one number a batch",
        "not one loss and one accuracy for each epoch",
        (
            '    history["accuracy"].append(accuracy(model, X, y))',
            '        history["accuracy"].append(accuracy(model, X, y)); history["accuracy"] += [0.0]',
        ),
    ),
    _changed(
        "trains on X_test",
        "other rows than those that it was given",
        ("X, y = X.to(device), y.to(device)", "X, y = X_test, y_test"),
    ),
    _changed(
        "drops the last rows",
        "the short last batch is dropped",
        ("range(0, len(X), batch_size)", "range(0, len(X) - batch_size + 1, batch_size or 1)"),
        ("opt = torch", "batch_size = min(batch_size, len(X))\nopt = torch"),
    ),
    _changed(
        "model.forward, accuracy of each batch as well",
        None,
        ("model(xb)", "model.forward(xb)"),
        (
            "        opt.step()\n",
            "        opt.step()\n        shown = accuracy(model, xb, yb)\n        loss_fn(model, model(xb), yb, lmbda)\n",
        ),
    ),
    _changed(
        "train and eval modes, tensors in history",
        None,
        ("for epoch in range(epochs):", "for epoch in range(epochs):\n    model.train()"),
        ("model(X), y, lmbda).item()", "model.eval()(X), y, lmbda)"),
    ),
    _changed(
        "global seed, lists of row numbers, split",
        None,
        ("gen = torch.Generator().manual_seed(seed)", "np.random.seed(seed)"),
        (
            "    order = torch.randperm(len(X), generator=gen)\n    for i in range(0, len(X), batch_size):\n        xb, yb = X[order[i:i + batch_size]], y[order[i:i + batch_size]]\n",
            "    order = np.random.permutation(len(X)).tolist()\n    for xb, yb in zip(X[order].split(batch_size), y[order].split(batch_size)):\n",
        ),
    ),
    _changed(
        "own loss inline, shuffled step by step",
        None,
        (
            "J = loss_fn(model, model(xb), yb, lmbda)",
            "J = F.binary_cross_entropy(model(xb), yb) + lmbda * sum(p.abs().sum() for p in model.parameters())",
        ),
        (
            NEW,
            "    mix = torch.randperm(len(X), generator=gen)\n    X, y = X[mix], y[mix]\n    order = torch.arange(len(X))\n",
        ),
    ),
    _changed(
        "a closure",
        None,
        ("        J.backward()\n        opt.step()\n", "        opt.step(closure)\n"),
        (
            "        opt.zero_grad()\n        J = loss_fn(model, model(xb), yb, lmbda)\n",
            "        def closure():\n            opt.zero_grad()\n            J = loss_fn(model, model(xb), yb, lmbda)\n            J.backward()\n            return J\n",
        ),
    ),
    _train(
        "Python's shuffle, data changed by hand",
        """import random
rng, rows = random.Random(seed), list(range(X.size(0)))
losses, accuracies = [], []
for epoch in range(1, epochs + 1):
    rng.shuffle(rows)
    chunks = [rows[k:k + batch_size] for k in range(0, len(rows), batch_size)]
    for chunk in chunks:
        model.zero_grad()
        loss_fn(model=model, yHat=model(X[chunk]), y=y[chunk], lmbda=lmbda).backward()
        for p in model.parameters():
            p.data -= lr * p.grad
    losses.append(loss_fn(model, model(X), y, lmbda).detach().numpy().item())
    accuracies.append(np.mean((model(X).detach().numpy() > 0.5) == (y.numpy() == 1)))
return {"loss": np.array(losses), "accuracy": np.array(accuracies), "epochs": epochs}""",
    ),
    _changed(
        "rows shuffled in place",
        "X or y is changed",
        (
            NEW,
            "    mix = torch.randperm(len(X), generator=gen)\n    X[:], y[:] = X[mix], y[mix]\n    order = torch.arange(len(X))\n",
        ),
    ),
    _changed(
        "labels stay behind",
        "the labels are not shuffled with the rows",
        ("y[order[i:i + batch_size]]", "y[i:i + batch_size]"),
    ),
    _changed(
        "two orders",
        None,
        (
            "y[order[i:i + batch_size]]",
            "y[torch.randperm(len(X), generator=gen)[i:i + batch_size]]",
        ),
        outcome="wrong value",
    ),
    _changed(
        "zero_grad before the loop over the batches",
        "the gradients are cleared once an epoch",
        ("        opt.zero_grad()\n", ""),
        (NEW, NEW + "    opt.zero_grad()\n"),
    ),
    _changed(
        "step after the loop over the batches",
        "one step an epoch, with the last batch's gradient",
        ("        opt.step()\n", "    opt.step()\n"),
    ),
    _changed(
        "zero_grad and step outside the loop over the batches",
        "one step an epoch, with the sum of the gradients",
        ("        opt.zero_grad()\n", ""),
        (NEW, NEW + "    opt.zero_grad()\n"),
        ("        opt.step()\n", "    opt.step()\n"),
    ),
    _changed("momentum", "SGD with momentum 0.9", ("lr=lr)", "lr=lr, momentum=0.9)")),
    _changed("lr fixed", "lr is not used: always 0.01", ("lr=lr)", "lr=0.01)")),
    _changed("AdamW", None, ("optim.SGD", "optim.AdamW"), outcome="wrong value"),
    _changed(
        "a penalty by weight_decay",
        "weight_decay instead of the penalty",
        ("lr=lr)", "lr=lr, weight_decay=lmbda)"),
        ("loss_fn(model, model(xb), yb, lmbda)", "loss_fn(model, model(xb), yb, 0.0)"),
    ),
    _changed(
        "weight_decay, and the penalty in loss_fn",
        "weight_decay as well as the penalty",
        ("lr=lr)", "lr=lr, weight_decay=lmbda)"),
    ),
    Answer(
        "hw_train",
        "an accuracy of theirs that takes a device, too",
        TRAIN_HEAD.format(
            "def accuracy(model, X, y, device='cpu'):\n"
            "    with torch.no_grad():\n"
            "        return ((model(X.to(device)) > 0.5) == (y.to(device) > 0.5)).float().mean().item()",
            LOOP.replace("accuracy(model, X, y)", "accuracy(model, X, y, device)").replace(
                "\n", "\n    "
            ),
        ),
    ),
    Answer(
        "hw_train",
        "a loss_fn of theirs that takes an ε, too",
        TRAIN_HEAD.format(
            "def loss_fn(model, yHat, y, lmbda, eps=1e-7):\n"
            "    yHat = yHat.clamp(eps, 1 - eps)\n"
            "    data = -(y * yHat.log() + (1 - y) * (1 - yHat).log()).mean()\n"
            "    return data + lmbda * sum(p.abs().sum() for p in model.parameters())",
            LOOP.replace("model(xb), yb, lmbda)", "model(xb), yb, lmbda, 1e-6)")
            .replace("y, lmbda).item()", "y, lmbda=lmbda, eps=1e-6).item()")
            .replace("\n", "\n    "),
        ),
    ),
    _changed(
        "a model of its own",
        "the model is not trained",
        (
            "model.to(device)\n",
            "model = nn.Sequential(nn.Linear(X.shape[1], 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid())\n",
        ),
    ),
    _changed(
        "history assigned, not appended",
        "not one loss and one accuracy for each epoch",
        (
            'history["loss"].append(loss_fn(model, model(X), y, lmbda).item())',
            'history["loss"] = loss_fn(model, model(X), y, lmbda).item()',
        ),
        (
            'history["accuracy"].append(accuracy(model, X, y))',
            'history["accuracy"] = accuracy(model, X, y)',
        ),
    ),
    _changed(
        "the loss assigned, as a tensor",
        "not one loss and one accuracy for each epoch",
        (
            '    with torch.no_grad():\n        history["loss"].append(loss_fn(model, model(X), y, lmbda).item())',
            '    history["loss"] = loss_fn(model, model(X), y, lmbda)',
        ),
    ),
    _changed(
        "never shuffled, and the mean loss of the batches",
        "the rows are never shuffled; and history['loss'] is not that of all rows after the epoch",
        (NEW, "    order = torch.arange(len(X))\n    losses = []\n"),
        ("        opt.step()\n", "        opt.step()\n        losses.append(J.item())\n"),
        ("loss_fn(model, model(X), y, lmbda).item()", "np.mean(losses)"),
    ),
    _changed(
        "shuffled once, and history without penalty",
        "the same order in every epoch; and the loss in history has no penalty",
        (NEW, ""),
        ("for epoch in", "order = torch.randperm(len(X), generator=gen)\nfor epoch in"),
        ("loss_fn(model, model(X), y, lmbda).item()", "loss_fn(model, model(X), y, 0.0).item()"),
    ),
    _changed(
        "no seed, and nothing is returned",
        "the seed is not used; and not one loss and one accuracy for each epoch",
        ("torch.Generator().manual_seed(seed)", "torch.Generator(); gen.seed()"),
        ("return history", "pass"),
    ),
    _changed("no backward", "the parameters do not move", ("        J.backward()\n", "")),
    _changed(
        "all rows at once",
        "batch_size is not used: all rows at once",
        ("range(0, len(X), batch_size)", "range(1)"),
        ("order[i:i + batch_size]], y[order[i:i + batch_size]]", "order], y[order]"),
    ),
    _changed(
        "always 16",
        "batch_size is not used: always 16",
        ("gen = torch", "batch_size = 16\ngen = torch"),
    ),
    _loaded(
        "DataLoader that drops the last batch",
        "batch_size=min(batch_size, len(X)), shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(seed)",
        "the short last batch is dropped",
    ),
    _loaded(
        "DataLoader that does not shuffle", "batch_size=batch_size", "the rows are never shuffled"
    ),
    _changed(
        "rows drawn with replacement",
        "an epoch is not every row once",
        (NEW, "    order = torch.randint(len(X), (len(X),), generator=gen)\n"),
    ),
    _changed(
        "seeded in each epoch",
        "the same order in every epoch",
        (NEW, "    gen.manual_seed(seed)\n" + NEW),
    ),
    _changed(
        "one order for all epochs and seeds",
        "the same order in every epoch, whatever the seed",
        (NEW, "    gen.manual_seed(0)\n" + NEW),
    ),
    _changed(
        "loss of the last batch",
        "history['loss'] is not that of all rows after the epoch",
        ("loss_fn(model, model(X), y, lmbda).item()", "J.item()"),
    ),
    _changed(
        "mean loss of the batches",
        "history['loss'] is not that of all rows after the epoch",
        (NEW, NEW + "    losses = []\n"),
        ("        opt.step()\n", "        opt.step()\n        losses.append(J.item())\n"),
        ("loss_fn(model, model(X), y, lmbda).item()", "np.mean(losses)"),
    ),
    _changed(
        "history without penalty",
        "the loss in history has no penalty",
        ("loss_fn(model, model(X), y, lmbda).item()", "loss_fn(model, model(X), y, 0.0).item()"),
    ),
    _changed(
        "lmbda nowhere",
        "the penalty is left out",
        ("loss_fn(model, model(xb), yb, lmbda)", "loss_fn(model, model(xb), yb, 0.0)"),
        ("loss_fn(model, model(X), y, lmbda).item()", "loss_fn(model, model(X), y, 0.0).item()"),
    ),
    _changed(
        "return forgotten",
        "not one loss and one accuracy for each epoch",
        ("return history", "pass"),
    ),
    _changed(
        "two lists",
        "not one loss and one accuracy for each epoch",
        ("return history", 'return history["loss"], history["accuracy"]'),
    ),
    _changed(
        "return after the first epoch",
        "only one epoch is trained",
        ("return history", "    return history"),
    ),
    _changed(
        "losses with their graph",
        "history holds tensors with their computation",
        (
            '    with torch.no_grad():\n        history["loss"].append(loss_fn(model, model(X), y, lmbda).item())',
            '    history["loss"].append(loss_fn(model, model(X), y, lmbda))',
        ),
    ),
    _changed(
        "tensor_split",
        "the batches are not of batch_size",
        (
            "    for i in range(0, len(X), batch_size):\n        xb, yb = X[order[i:i + batch_size]], y[order[i:i + batch_size]]\n",
            "    for rows in torch.tensor_split(order, -(-len(X) // batch_size)):\n        xb, yb = X[rows], y[rows]\n",
        ),
    ),
    _changed(
        "batches of one row are left out",
        "the short last batch is dropped",
        (
            "        opt.zero_grad()\n",
            "        if len(xb) < 2:\n            continue\n        opt.zero_grad()\n",
        ),
    ),
    _changed("an epoch more", "one epoch too many", ("range(epochs)", "range(epochs + 1)")),
    _changed("an epoch less", "one epoch too few", ("range(epochs)", "range(1, epochs)")),
    _changed(
        "one batch an epoch",
        "an epoch is not every row once",
        ("        opt.step()\n", "        opt.step()\n        break\n"),
    ),
    _changed(
        "the key acc",
        "not one loss and one accuracy for each epoch",
        ('"accuracy": []', '"acc": []'),
        ('history["accuracy"]', 'history["acc"]'),
    ),
    _train("nothing", "return None", "the model is not trained"),
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
        "the label of a row depends on the rows beside it",
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
        "height alone",
        "return (np.asarray(X)[:, 0] > 171.2).astype(int)",
        "less than these data allow",
    ),
    _predict("a column of booleans", P + "return (p > 0.5).numpy()"),
    _predict("round with a gradient", "return net(normalise(X)).round().flatten()"),
    _predict(
        "evaluation mode",
        "net.eval()\nreturn np.where(net(normalise(X)).detach().numpy() > 0.5, 1, 0)[:, 0]",
    ),
    _predict(
        "row by row",
        "with torch.no_grad():\n    return np.array([int(net(normalise([row])).item() > 0.5) for row in X])",
    ),
    _predict(
        "own mean and spread",
        "Z = (X - X.mean(0)) / X.std(0) * 0.2 + 0.45\nwith torch.no_grad():\n    return (net(torch.tensor(Z).float()).numpy() > 0.5).ravel()",
        "the label of a row depends on the rows beside it",
    ),
    _predict(
        "median as the threshold",
        P + "return (p > p.median()).numpy().ravel()",
        "the label of a row depends on the rows beside it",
    ),
    _predict(
        "NumPy's median as the threshold",
        P + "o = p.numpy().ravel()\nreturn (o > np.median(o)).astype(int)",
        "the label of a row depends on the rows beside it",
    ),
    _predict(
        "normalised in place",
        "X -= LOWEST\nX /= HIGHEST - LOWEST\nwith torch.no_grad():\n    return (net(torch.tensor(X).float()).numpy() > 0.5).ravel()",
        "X is changed",
    ),
    _predict(
        "shrinks the net",
        P
        + "    for q in net.parameters():\n        q.mul_(0.999)\nreturn (p > 0.5).numpy().ravel()",
        "net is changed",
    ),
    _predict(
        "cut to integers",
        P + "return p.numpy().astype(int).ravel()",
        "the same label for everybody",
    ),
    _predict("argmax", P + "return p.argmax(1).numpy()", "the same label for everybody"),
    _predict(
        "minus one and one",
        P + "return np.where(p.numpy() > 0.5, 1, -1).ravel()",
        "not one label, 0 or 1, for each row",
    ),
    _predict(
        "a row of labels",
        P + "return (p > 0.5).numpy().T",
        "not one label, 0 or 1, for each row",
    ),
    _predict(
        "words",
        P + "return np.where(p.numpy() > 0.5, 'man', 'woman').ravel()",
        outcome="raised an error",
    ),
    _predict(
        "weight alone",
        "return (np.asarray(X)[:, 1] > 65).astype(int)",
        "less than these data allow",
    ),
    _predict(
        "the net of raw rows without a gradient",
        "return (net(X) > 0.5).numpy()",
        outcome="raised an error",
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
    _deeper("hidden not used", MODULES.replace("*hidden", "10, 10"), RUN, "hidden is not used"),
    _deeper(
        "output layer first, sizes a list",
        "self.out = nn.Linear(hidden[-1], 1)\nself.sizes = list(hidden)\nself.hidden = nn.ModuleDict({str(i): nn.Linear(a, b) for i, (a, b) in enumerate(zip([2] + self.sizes, self.sizes))})\nself.activation = activation",
        "for layer in self.hidden.values():\n    X = getattr(torch, self.activation)(layer(X))\nreturn F.sigmoid(self.out(X))",
    ),
    _deeper(
        "activation as modules in the list",
        "self.parts = nn.ModuleList()\nlast = 2\nfor h in hidden:\n    self.parts.append(nn.Linear(last, h))\n    self.parts.append(nn.ReLU() if activation.lower() == 'relu' else nn.Tanh())\n    last = h\nself.parts.append(nn.Linear(last, 1))",
        "for part in self.parts:\n    X = part(X)\nreturn 1 / (1 + torch.exp(-X))",
    ),
    _deeper(
        "no activation after the last hidden layer",
        MODULES,
        "for i, layer in enumerate(self.layers[:-1]):\n    X = layer(X)\n    if i < len(self.layers) - 2:\n        X = self.act(X)\nreturn torch.sigmoid(self.layers[-1](X))",
        "no activation after the last hidden layer",
    ),
    _deeper(
        "activation after every layer",
        MODULES,
        "for layer in self.layers:\n    X = self.act(layer(X))\nreturn torch.sigmoid(X)",
        "the activation at the output, too",
    ),
    _deeper(
        "hidden layers in a list",
        "self.hidden = [nn.Linear(a, b) for a, b in zip([2, *hidden], hidden)]\nself.out = nn.Linear(hidden[-1], 1)\nself.act = torch.tanh if activation == 'tanh' else torch.relu",
        "for layer in self.hidden:\n    X = self.act(layer(X))\nreturn torch.sigmoid(self.out(X))",
        "the hidden layers are not registered",
    ),
    _deeper(
        "one hidden layer",
        "self.a, self.b = nn.Linear(2, hidden[0]), nn.Linear(hidden[0], 1)\nself.act = torch.tanh if activation == 'tanh' else torch.relu",
        "return torch.sigmoid(self.b(self.act(self.a(X))))",
        "only the first of the hidden layers",
    ),
    _deeper(
        "two hidden layers, always",
        "self.a, self.b, self.c = nn.Linear(2, hidden[0]), nn.Linear(hidden[0], hidden[1]), nn.Linear(hidden[1], 1)\nself.act = torch.tanh if activation == 'tanh' else torch.relu",
        "return torch.sigmoid(self.c(self.act(self.b(self.act(self.a(X))))))",
        "only the first two of the hidden layers",
    ),
    _deeper(
        "no biases",
        MODULES.replace("nn.Linear(a, b)", "nn.Linear(a, b, bias=False)"),
        RUN,
        "no biases",
    ),
    _deeper(
        "softmax",
        MODULES,
        RUN.replace("torch.sigmoid(self.layers[-1](X))", "torch.softmax(self.layers[-1](X), 1)"),
        "softmax at the output",
    ),
    _deeper(
        "leaky ReLU", MODULES.replace("torch.relu", "F.leaky_relu"), RUN, outcome="wrong value"
    ),
    _deeper(
        "own parameters, (inputs, outputs)",
        "sizes = [2, *hidden, 1]\nself.W = nn.ParameterList(nn.Parameter(torch.randn(a, b)) for a, b in zip(sizes, sizes[1:]))\nself.b = nn.ParameterList(nn.Parameter(torch.zeros(b)) for b in sizes[1:])\nself.act = getattr(torch, activation)",
        "for W, b in zip(self.W[:-1], self.b[:-1]):\n    X = self.act(X @ W + b)\nreturn torch.sigmoid(X @ self.W[-1] + self.b[-1])",
    ),
    _deeper(
        "own parameters, (outputs, inputs), biases as a row and first",
        "sizes = [2, *hidden, 1]\nself.n, self.act = len(hidden), getattr(torch, activation)\nfor i, (a, b) in enumerate(zip(sizes, sizes[1:])):\n    setattr(self, f'b{i}', nn.Parameter(torch.zeros(1, b)))\n    setattr(self, f'W{i}', nn.Parameter(torch.randn(b, a)))",
        "for i in range(self.n):\n    X = self.act(F.linear(X, getattr(self, f'W{i}')) + getattr(self, f'b{i}'))\nreturn torch.sigmoid(X @ getattr(self, f'W{self.n}').T + getattr(self, f'b{self.n}'))",
    ),
    _deeper(
        "one list of all parameters",
        "sizes = [2, *hidden, 1]\nself.theta = nn.ParameterList()\nfor a, b in zip(sizes, sizes[1:]):\n    self.theta.extend([nn.Parameter(torch.randn(a, b) / a), nn.Parameter(torch.zeros(b))])\nself.act = getattr(torch, activation)",
        "for i in range(0, len(self.theta), 2):\n    X = X @ self.theta[i] + self.theta[i + 1]\n    X = self.act(X) if i < len(self.theta) - 2 else torch.sigmoid(X)\nreturn X",
    ),
    _deeper(
        "no_grad in forward",
        MODULES,
        "with torch.no_grad():\n    " + RUN.replace("\n", "\n    "),
        "yHat cannot be differentiated by all parameters",
    ),
    _deeper(
        "detached hidden layers",
        MODULES,
        RUN.replace("self.act(layer(X))", "self.act(layer(X)).detach()"),
        "yHat cannot be differentiated by all parameters",
    ),
    _deeper("shape (n,)", MODULES, RUN + ".squeeze(1)", outcome="wrong shape"),
    _deeper("no layers", "pass", "return X", "the layers are not registered"),
    _deeper(
        "stub",
        "raise NotImplementedError()",
        "raise NotImplementedError()",
        outcome="not attempted",
    ),
]

ANSWERS = [*MODELS, *INITS, *LOSSES, *ACCURACIES, *TRAININGS, *PREDICTIONS, *DEEPER]
