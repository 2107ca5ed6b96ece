"""Answers to Q3."""

from nbjudge.authoring.answers import Answer


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
        "self.lmbda is not the lmbda that is given",
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
        "inputs, hidden and outputs are not used",
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
        "own parameters, biases as rows (1, n)",
        "self.W1 = nn.Parameter(torch.randn(inputs, hidden)); self.b1 = nn.Parameter(torch.randn(1, hidden)); self.W2 = nn.Parameter(torch.randn(hidden, outputs)); self.b2 = nn.Parameter(torch.randn(1, outputs))",
        "return torch.sigmoid(torch.mm(torch.sigmoid(torch.mm(X, self.W1) + self.b1), self.W2) + self.b2)",
    ),
    _model(
        "own parameters, columns, W @ X.T",
        "self.W1 = nn.Parameter(torch.randn(hidden, inputs)); self.W2 = nn.Parameter(torch.randn(outputs, hidden)); self.b1 = nn.Parameter(torch.randn(hidden, 1)); self.b2 = nn.Parameter(torch.randn(outputs, 1))",
        "a = torch.sigmoid(self.W1 @ X.T + self.b1); return torch.sigmoid(self.W2 @ a + self.b2).T",
    ),
    _model(
        "the output layer is defined first",
        "self.out = nn.Linear(hidden, outputs); self.first = nn.Linear(inputs, hidden); self.act = nn.Sigmoid()",
        "return self.act(self.out(self.act(self.first(X))))",
    ),
    _model(
        "float64",
        TWO + "; self.double()",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X.double()))))",
    ),
    _model(
        "lmbda as a buffer, initial weights of its own",
        TWO + "; nn.init.xavier_uniform_(self.a.weight); nn.init.zeros_(self.a.bias)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        keep="self.register_buffer('lmbda', torch.tensor(lmbda))",
    ),
    _model(
        "ModuleDict and add_module",
        "self.add_module('fc1', nn.Linear(inputs, hidden)); self.more = nn.ModuleDict({'out': nn.Sequential(nn.Linear(hidden, outputs), nn.Sigmoid())})",
        "h = nn.functional.linear(X, self.fc1.weight, self.fc1.bias); return self.more['out'](h.sigmoid())",
    ),
    Answer(
        "torch_model",
        "more arguments, subclass of a class of its own",
        """class Base(nn.Module):
    def forward(self, X):
        return self.layers(X)

class TorchNetwork(Base):
    def __init__(self, inputs=2, hidden=3, outputs=1, lmbda=0.0, activation=nn.Sigmoid):
        super().__init__()
        self.lmbda, self.sizes = lmbda, (inputs, hidden, outputs)
        self.layers = nn.Sequential(nn.Linear(inputs, hidden), activation(), nn.Linear(hidden, outputs), activation())
""",
    ),
    _model(
        "tanh at the output",
        TWO,
        "return torch.tanh(self.b(torch.sigmoid(self.a(X))))",
        "tanh at the output",
    ),
    _model(
        "ReLU at the output",
        TWO,
        "return torch.relu(self.b(torch.sigmoid(self.a(X))))",
        "ReLU at the output",
    ),
    _model(
        "two sigmoids",
        "self.net = nn.Sequential(nn.Linear(inputs, hidden), nn.Sigmoid(), nn.Linear(hidden, outputs), nn.Sigmoid())",
        "return torch.sigmoid(self.net(X))",
        "two sigmoids at the output",
    ),
    _model(
        "softmax where outputs > 1",
        TWO,
        "z = self.b(torch.sigmoid(self.a(X))); return torch.softmax(z, 1) if z.shape[1] > 1 else torch.sigmoid(z)",
        "softmax instead of sigmoid for two outputs and more",
    ),
    _model(
        "ReLU and no output sigmoid",
        TWO,
        "return self.b(nn.functional.relu(self.a(X)))",
        "ReLU instead of sigmoid in the hidden layer; and no sigmoid at the output",
    ),
    _model(
        "bias=False in the output layer",
        "self.a = nn.Linear(inputs, hidden); self.b = nn.Linear(hidden, outputs, bias=False)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "no biases in the output layer",
    ),
    _model(
        "bias=False in the hidden layer",
        "self.a = nn.Linear(inputs, hidden, bias=False); self.b = nn.Linear(hidden, outputs)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "no biases in the hidden layer",
    ),
    _model(
        "hidden fixed at 3",
        "self.a = nn.Linear(inputs, 3); self.b = nn.Linear(3, outputs)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "hidden is not used",
    ),
    _model(
        "outputs fixed at 1",
        "self.a = nn.Linear(inputs, hidden); self.b = nn.Linear(hidden, 1)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "outputs is not used",
    ),
    _model(
        "inputs fixed at 2",
        "self.a = nn.Linear(2, hidden); self.b = nn.Linear(hidden, outputs)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "inputs is not used",
    ),
    _model(
        "a second hidden layer",
        TWO + "; self.c = nn.Linear(hidden, hidden)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.c(torch.sigmoid(self.a(X))))))",
        "one layer more",
    ),
    _model(
        "lmbda as nn.Parameter",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "one parameter too many",
        keep="self.lmbda = nn.Parameter(torch.tensor(lmbda))",
    ),
    _model(
        "lmbda fixed",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "self.lmbda is not the lmbda that is given",
        keep="self.lmbda = 0.01",
    ),
    _model(
        "kept as self.lambda_",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "self.lmbda is not the lmbda that is given",
        keep="self.lambda_ = lmbda",
    ),
    _model(
        "the hidden layer is detached",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X)).detach()))",
        "yHat cannot be differentiated by all parameters",
    ),
    _model(
        "a new tensor is returned",
        TWO,
        "return torch.tensor(torch.sigmoid(self.b(torch.sigmoid(self.a(X)))).tolist())",
        "yHat cannot be differentiated by all parameters",
    ),
    _model(
        "no_grad in forward",
        TWO,
        "\n        with torch.no_grad():\n            return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "yHat cannot be differentiated by all parameters",
    ),
    _model(
        "layers made in forward",
        "self.sizes = inputs, hidden, outputs",
        "i, h, o = self.sizes; return torch.sigmoid(nn.Linear(h, o)(torch.sigmoid(nn.Linear(i, h)(X))))",
        "the layers are not registered",
    ),
    _model(
        "flattened",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X)))).flatten()",
        outcome="wrong shape",
    ),
    _model("nothing is returned", TWO, "z = torch.sigmoid(self.a(X))", outcome="wrong type"),
    _model(
        "X is scaled in place",
        TWO,
        "X -= 0.5; X += 0.25; return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        outcome="wrong value",
    ),
    _model(
        "no super().__init__()",
        "self.__dict__.clear(); " + TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        outcome="raised an error",
    ),
    _model(
        "sizes in the wrong order",
        "self.a = nn.Linear(hidden, inputs); self.b = nn.Linear(outputs, hidden)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        "the sizes of nn.Linear are swapped",
    ),
    _model(
        "squeezed at the end",
        TWO,
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X)))).squeeze()",
        outcome="wrong shape",
    ),
    _model(
        "hidden and outputs swapped",
        "self.a = nn.Linear(inputs, outputs); self.b = nn.Linear(outputs, hidden)",
        "return torch.sigmoid(self.b(torch.sigmoid(self.a(X))))",
        outcome="wrong value",
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
        "spectral norms",
        "self.lmbda * sum(torch.linalg.norm(p, 2) ** 2 for p in self.parameters())",
        "the spectral norm instead of the sum of squares",
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
    _loss(
        "vector_to_parameters, numel of both",
        "theta = torch.nn.utils.parameters_to_vector(self.parameters())\nerror = (yHat - y).flatten()\nreturn torch.dot(error, error) / 2 + self.lmbda * (theta @ theta)",
    ),
    _loss(
        "a generator in torch.stack, float64",
        "squares = torch.stack([p.double().pow(2).sum() for p in self.parameters()])\nreturn ((y.double() - yHat.double()) ** 2).sum().div(2) + self.lmbda * squares.sum()",
    ),
    _loss(
        "MSELoss(reduction='sum')",
        "criterion = nn.MSELoss(reduction='sum')\nl2 = torch.tensor(0.0, requires_grad=True)\nfor name, p in self.named_parameters():\n    l2 = l2 + torch.linalg.vector_norm(p) ** 2\nreturn 0.5 * criterion(yHat, y) + self.lmbda * l2",
    ),
    _loss(
        "children, weight and bias",
        "l2 = 0\nfor layer in self.children():\n    l2 += (layer.weight ** 2).sum() + (layer.bias ** 2).sum()\nreturn 0.5 * ((yHat - y) ** 2).sum() + self.lmbda * l2",
    ),
    _loss(
        "names of the solution's layers, a loop over rows",
        "J = 0\nfor row, target in zip(yHat, y):\n    J = J + 0.5 * ((target - row) ** 2).sum()\nfor layer in (self.hidden_layer, self.output_layer):\n    for t in (layer.weight, layer.bias):\n        J = J + self.lmbda * (t * t).sum()\nreturn J",
    ),
    _loss(
        "keeps its last value, a default argument",
        "self.last = 0.0\nJ = 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())\nself.last = J.item()\nreturn J",
    ),
    _loss(
        "both terms and their sum kept in self",
        "self.penalty = sum((p**2).sum() for p in self.parameters())\nself.errors = 0.5 * torch.sum((y - yHat) ** 2)\nself.J = self.errors + self.lmbda * self.penalty\nself.yHat = yHat\nreturn self.J",
    ),
    Answer(
        "l2_loss",
        "a lambda with a default argument",
        "TorchNetwork.loss = lambda self, yHat, y, half=0.5: half * ((y - yHat) ** 2).sum() + self.lmbda * sum((p ** 2).sum() for p in self.parameters())\n",
    ),
    _loss(
        "MSELoss, and the penalty is never added",
        "return nn.MSELoss()(yHat, y)",
        "mean squared error; and the penalty is never added",
    ),
    _loss(
        "no half, and the penalty by .item()",
        "return torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum().item() for p in self.parameters())",
        "the ½ is missing; and the penalty is detached from the graph",
    ),
    _loss(
        "self.lmbda is set anew, beside a penalty that is kept",
        "self.penalty = sum((p ** 2).sum() for p in self.parameters())\nself.lmbda = 0.5 * self.lmbda\nreturn 0.5 * torch.sum((y - yHat) ** 2) + 2 * self.lmbda * self.penalty",
        outcome="changed its arguments in place",
    ),
    _loss(
        "backward in the loss",
        "J = 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())\nJ.backward()\nreturn J",
        "backward() is called in the loss",
    ),
    _loss(
        "backward in the loss, retained",
        "J = 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())\nJ.backward(retain_graph=True)\nreturn J",
        "backward() is called in the loss",
    ),
    _loss(
        "zero_grad in the loss",
        "self.zero_grad()\nreturn 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        outcome="changed its arguments in place",
    ),
    _loss(
        "eval in the loss",
        "self.eval()\nreturn 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        outcome="changed its arguments in place",
    ),
    _loss(
        "self.lmbda is set anew",
        "J = 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())\nself.lmbda = self.lmbda * 0.5\nreturn J",
        outcome="changed its arguments in place",
    ),
    _loss(
        "parameters squared in place and back",
        "J = 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())\nfor p in self.parameters():\n    p.data.mul_(0.5)\nreturn J",
        outcome="changed its arguments in place",
    ),
    _loss(
        "y is changed in place",
        "y -= yHat.detach()\nreturn 0.5 * ((y + yHat.detach() - yHat) ** 2).sum() + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        outcome="changed its arguments in place",
    ),
    _loss(
        "yHat is changed in place",
        "yHat -= y\nreturn 0.5 * (yHat ** 2).sum() + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        outcome="changed its arguments in place",
    ),
    _data("outputs' mean", "0.5 * ((y - yHat) ** 2).mean(dim=1).sum()", "mean over the outputs"),
    _data(
        "divided by len(y), no half",
        "((y - yHat) ** 2).sum() / len(y)",
        "mean squared error over the examples",
    ),
    _data("no data term", "0", "the data term is missing"),
    _data(
        "yHat.detach()",
        "0.5 * ((y - yHat.detach()) ** 2).sum()",
        "the data term is detached from the graph",
    ),
    _data(
        "L1Loss", "0.5 * nn.L1Loss(reduction='sum')(yHat, y)", "absolute errors instead of squares"
    ),
    _data("half in the square", "((0.5 * (y - yHat)) ** 2).sum()", "the ½ is squared too"),
    _data(
        "a norm of the errors",
        "0.5 * torch.norm(y - yHat)",
        "a root of the sum of squares in the data term",
    ),
    _data("y squeezed", "0.5 * ((y.squeeze() - yHat) ** 2).sum()", "(n,) against (n, 1)"),
    _loss(
        "binary cross-entropy",
        "return nn.functional.binary_cross_entropy(yHat, y) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        outcome="wrong value",
    ),
    _loss(
        "data term in the loop",
        "J = 0\nfor p in self.parameters():\n    J = J + 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * (p ** 2).sum()\nreturn J",
        "the data term is added once for each parameter tensor",
    ),
    _loss(
        "return in the loop",
        "for p in self.parameters():\n    return 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * (p ** 2).sum()",
        "only the first parameter in the penalty",
    ),
    _loss(
        "= instead of += in the loop",
        "for p in self.parameters():\n    penalty = (p ** 2).sum()\nreturn 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * penalty",
        "only the last parameter in the penalty",
    ),
    _loss(
        "two loops",
        "penalty = 0\nfor _ in self.parameters():\n    for p in self.parameters():\n        penalty = penalty + (p ** 2).sum()\nreturn 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * penalty",
        "the penalty is added once for each parameter tensor",
    ),
    _penalty(
        "mean over all",
        "self.lmbda * torch.cat([p.flatten() for p in self.parameters()]).pow(2).mean()",
        "the mean over all parameters",
    ),
    _penalty(
        "no square", "self.lmbda * sum(p.sum() for p in self.parameters())", "θ is not squared"
    ),
    _penalty(
        "square of the sum",
        "self.lmbda * sum(p.sum() for p in self.parameters()) ** 2",
        "the sum of the parameters is squared",
    ),
    _penalty(
        "squares of the sums",
        "self.lmbda * sum(p.sum() ** 2 for p in self.parameters())",
        "the sum of each parameter tensor is squared",
    ),
    _penalty(
        "divided by n",
        "self.lmbda / len(y) * sum((p ** 2).sum() for p in self.parameters())",
        "the penalty is divided by n",
    ),
    _penalty(
        "divided by 2n",
        "self.lmbda / (2 * len(y)) * sum((p ** 2).sum() for p in self.parameters())",
        "λ/(2n) instead of λ",
    ),
    _loss(
        "all of it divided by n",
        "return (0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())) / len(y)",
        "all of J is divided by n",
    ),
    _loss(
        "½ before both",
        "return 0.5 * (torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters()))",
        "λ/2 instead of λ",
    ),
    _loss(
        "the penalty in the sum",
        "return torch.sum(0.5 * (y - yHat) ** 2 + self.lmbda * sum((p ** 2).sum() for p in self.parameters()))",
        "the penalty is added for each squared error",
    ),
    _penalty(
        "torch.tensor of a list",
        "self.lmbda * torch.tensor([(p ** 2).sum() for p in self.parameters()]).sum()",
        "the penalty is detached from the graph",
    ),
    _penalty(
        "no bias by name",
        "self.lmbda * sum((p ** 2).sum() for n, p in self.named_parameters() if 'bias' not in n)",
        "weights only in the penalty",
    ),
    _loss(
        "a NumPy float",
        "import numpy as np\nreturn np.float32((0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * sum((p ** 2).sum() for p in self.parameters())).detach())",
        "not differentiable",
    ),
    _loss(
        "data term and penalty as a pair",
        "return 0.5 * torch.sum((y - yHat) ** 2), self.lmbda * sum((p ** 2).sum() for p in self.parameters())",
        outcome="wrong type",
    ),
    _loss(
        "a global λ",
        "return 0.5 * torch.sum((y - yHat) ** 2) + LAMBDA * sum((p ** 2).sum() for p in self.parameters())",
        outcome="raised an error",
    ),
    _loss("stub", "raise NotImplementedError()", outcome="not attempted"),
    # the last ones: they leave networks of their own behind
    Answer(
        "l2_loss",
        "self.penalty set by __init__ and renewed by the loss",
        """class TorchNetwork(nn.Module):
    def __init__(self, inputs=2, hidden=3, outputs=1, lmbda=0.0):
        super().__init__()
        self.lmbda = lmbda
        self.penalty, self.history = 0.0, []
        self.hidden_layer, self.output_layer = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)

    def forward(self, X):
        return torch.sigmoid(self.output_layer(torch.sigmoid(self.hidden_layer(X))))

    def loss(self, yHat, y):
        self.penalty = sum((p**2).sum() for p in self.parameters())
        self.history.append(self.penalty.item())
        return 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda * self.penalty
""",
    ),
    Answer(
        "l2_loss",
        "self.lmbda is a tensor, of which the loss calls a method",
        """class TorchNetwork(nn.Module):
    def __init__(self, inputs=2, hidden=3, outputs=1, lmbda=0.0):
        super().__init__()
        self.lmbda = torch.tensor(lmbda)
        self.hidden_layer, self.output_layer = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)

    def forward(self, X):
        return torch.sigmoid(self.output_layer(torch.sigmoid(self.hidden_layer(X))))

    def loss(self, yHat, y):
        penalty = sum((p**2).sum() for p in self.parameters())
        return 0.5 * torch.sum((y - yHat) ** 2) + self.lmbda.mul(penalty)
""",
    ),
    Answer(
        "l2_loss",
        "of a network with parameters of its own, biases as rows, lmbda as a buffer",
        """class TorchNetwork(nn.Module):
    def __init__(self, inputs=2, hidden=3, outputs=1, lmbda=0.0):
        super().__init__()
        self.register_buffer("lmbda", torch.tensor(lmbda))
        self.W1, self.b1 = nn.Parameter(torch.randn(inputs, hidden)), nn.Parameter(torch.randn(1, hidden))
        self.W2, self.b2 = nn.Parameter(torch.randn(hidden, outputs)), nn.Parameter(torch.randn(1, outputs))

    def forward(self, X):
        return torch.sigmoid(torch.sigmoid(X @ self.W1 + self.b1) @ self.W2 + self.b2)

    def loss(self, yHat, y):
        squares = (self.W1**2).sum() + (self.b1**2).sum() + (self.W2**2).sum() + (self.b2**2).sum()
        return ((yHat - y) ** 2).sum() / 2 + squares * self.lmbda
""",
    ),
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
    _optimizer("AdamW", "torch.optim.AdamW(model.parameters(), lr=lr)", "not SGD"),
    _optimizer(
        "RMSprop", "torch.optim.RMSprop(model.parameters(), lr=lr, momentum=momentum)", "not SGD"
    ),
    _optimizer(
        "first layer",
        "torch.optim.SGD(model[0].parameters(), lr=lr, momentum=momentum)",
        "some parameters are left out",
    ),
    _optimizer(
        "no momentum",
        "torch.optim.SGD(model.parameters(), lr=lr)",
        "the momentum is not the given one",
    ),
    _optimizer(
        "lr 0.01",
        "torch.optim.SGD(model.parameters(), lr=0.01, momentum=momentum)",
        "the lr is not the given one",
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
    _optimizer(
        "a group for each parameter",
        "torch.optim.SGD([{'params': [p]} for p in model.parameters()], lr, momentum)",
    ),
    _optimizer(
        "groups of weights and biases, with settings of their own",
        "torch.optim.SGD([{'params': [p for p in model.parameters() if p.dim() > 1], 'lr': lr}, {'params': [p for p in model.parameters() if p.dim() < 2], 'momentum': momentum, 'lr': lr}], lr=1e-3, momentum=momentum)",
    ),
    _optimizer(
        "filter, foreach",
        "torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=lr, momentum=momentum, foreach=True)",
    ),
    _optimizer(
        "in reverse order",
        "torch.optim.SGD(list(model.parameters())[::-1], momentum=momentum, lr=lr, dampening=0, nesterov=False, maximize=False)",
    ),
    Answer(
        "torch_optimizer",
        "an optimiser class of its own",
        """class Momentum(torch.optim.Optimizer):
    def __init__(self, parameters, lr, mu):
        super().__init__(parameters, {"lr": lr, "mu": mu})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                v.mul_(group["mu"]).add_(p.grad)
                p -= group["lr"] * v

def make_optimizer(model, lr, momentum):
    return Momentum(model.parameters(), lr, momentum)
""",
    ),
    Answer(
        "torch_optimizer",
        "a subclass of SGD, more arguments",
        """class Counting(torch.optim.SGD):
    def step(self, closure=None):
        self.steps = getattr(self, "steps", 0) + 1
        return super().step(closure)

def make_optimizer(model, lr=0.1, momentum=0.9, **options):
    return Counting(model.parameters(), lr=lr, momentum=momentum, **options)
""",
    ),
    Answer(
        "torch_optimizer",
        "add_param_group, torch.optim imported by name",
        """from torch.optim import SGD

def make_optimizer(model, lr, momentum):
    first, *others = model.parameters()
    optimizer = SGD([first], lr=lr, momentum=momentum)
    optimizer.add_param_group({"params": others})
    return optimizer
""",
    ),
    Answer(
        "torch_optimizer",
        "its own class that is no torch optimiser",
        """class Momentum:
    def __init__(self, parameters, lr, mu):
        self.parameters, self.lr, self.mu = list(parameters), lr, mu
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            v.mul_(self.mu).add_(p.grad)
            p -= self.lr * v

def make_optimizer(model, lr, momentum):
    return Momentum(model.parameters(), lr, momentum)
""",
        "not an optimiser of torch.optim",
    ),
    Answer(
        "torch_optimizer",
        "no return",
        "def make_optimizer(model, lr, momentum):\n    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)\n",
        "not an optimiser of torch.optim",
    ),
    _optimizer(
        "a pair with a scheduler",
        "(lambda o: (o, torch.optim.lr_scheduler.StepLR(o, 10)))(torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum))",
        "not an optimiser of torch.optim",
    ),
    _optimizer("the class", "torch.optim.SGD", "not an optimiser of torch.optim"),
    _optimizer(
        "last layer",
        "torch.optim.SGD(model[-1].parameters(), lr=lr, momentum=momentum)",
        "some parameters are left out",
    ),
    _optimizer(
        "weights only",
        "torch.optim.SGD([p for p in model.parameters() if p.dim() == 2], lr=lr, momentum=momentum)",
        "some parameters are left out",
    ),
    _optimizer(
        "another model",
        "torch.optim.SGD(TorchNetwork().parameters(), lr=lr, momentum=momentum)",
        "some parameters are left out",
    ),
    _optimizer(
        "the model's own lambda as weight decay",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=getattr(model, 'lmbda', 0.0))",
        "weight decay as well as the penalty",
    ),
    _optimizer(
        "a small weight decay",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=1e-4)",
        "weight decay as well as the penalty",
    ),
    _optimizer(
        "weight decay of 1e-5 in one group",
        "torch.optim.SGD([{'params': [p for p in model.parameters() if p.dim() > 1], 'weight_decay': 1e-5}, {'params': [p for p in model.parameters() if p.dim() < 2]}], lr=lr, momentum=momentum)",
        "weight decay as well as the penalty",
    ),
    _optimizer(
        "AdamW with betas",
        "torch.optim.AdamW(model.parameters(), lr=lr, betas=(momentum, 0.999), weight_decay=0)",
        "not SGD",
    ),
    _optimizer("Adagrad", "torch.optim.Adagrad(model.parameters(), lr=lr)", "not SGD"),
    _optimizer("Rprop", "torch.optim.Rprop(model.parameters(), lr=lr)", "not SGD"),
    _optimizer("ASGD", "torch.optim.ASGD(model.parameters(), lr=lr)", "not SGD"),
    _optimizer(
        "momentum 0.9",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)",
        "the momentum is not the given one",
    ),
    _optimizer(
        "lr 0.1, the habit",
        "torch.optim.SGD(model.parameters(), lr=0.1, momentum=momentum)",
        "the lr is not the given one",
    ),
    _optimizer(
        "lr=momentum",
        "torch.optim.SGD(model.parameters(), lr=momentum, momentum=momentum)",
        "the lr is not the given one",
    ),
    _optimizer(
        "momentum=lr",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=lr)",
        "the momentum is not the given one",
    ),
    _optimizer(
        "swapped by position",
        "torch.optim.SGD(model.parameters(), momentum, lr)",
        "lr and momentum are swapped",
    ),
    _optimizer(
        "both fixed",
        "torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)",
        "neither lr nor momentum is the given one",
    ),
    _optimizer(
        "bare SGD",
        "torch.optim.SGD(model.parameters())",
        "neither lr nor momentum is the given one",
    ),
    _optimizer(
        "another lr for biases",
        "torch.optim.SGD([{'params': [p for p in model.parameters() if p.dim() > 1]}, {'params': [p for p in model.parameters() if p.dim() < 2], 'lr': 2 * lr}], lr=lr, momentum=momentum)",
        "the lr is not the given one",
    ),
    _optimizer(
        "dampening 0.1", "torch.optim.SGD(model.parameters(), lr, momentum, 0.1)", "dampening"
    ),
    Answer(
        "torch_optimizer",
        "a subclass of SGD that clips",
        """class Clipping(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        return super().step(closure)

def make_optimizer(model, lr, momentum):
    return Clipping(model.parameters(), lr=lr, momentum=momentum)
""",
        outcome="wrong value",
    ),
    _optimizer(
        "momentum of at least 0.3",
        "torch.optim.SGD(model.parameters(), lr=lr, momentum=max(momentum, 0.3))",
        outcome="wrong value",
    ),
    Answer(
        "torch_optimizer",
        "stub",
        "def make_optimizer(model, lr, momentum):\n    raise NotImplementedError()",
        outcome="not attempted",
    ),
]


def _train(
    name,
    body,
    mistake=None,
    outcome="passed",
    end="return train_losses, test_losses",
    before="",
    secret="",
):
    lines = body.strip("\n").replace("\n", "\n        ")
    source = f"""def train(model, optimizer, X, y, X_test, y_test, epochs):
    train_losses, test_losses = [], []
    {before or "pass"}
    for epoch in range(epochs):
        {lines}
    {end}
"""
    return Answer("torch_training", name, source, mistake, outcome, secret)


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
        "the losses are not floats",
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
    _train("one list", STEP + RECORD, "not two lists", end="return train_losses"),
    _train(
        "both before the step, numpy floats",
        "import numpy as np\noptimizer.zero_grad(set_to_none=False)\nJ = model.loss(model(X), y)\ntrain_losses.append(np.float32(J.item()))\nwith torch.no_grad():\n    test_losses.append(np.float64(model.loss(model(X_test), y_test).item()))\nJ.backward()\noptimizer.step()",
    ),
    Answer(
        "torch_training",
        "a closure, tuples",
        """def train(model, optimizer, X, y, X_test, y_test, epochs=100):
    def closure():
        optimizer.zero_grad()
        J = model.loss(model(X), y)
        J.backward()
        return J
    found = []
    for _ in range(epochs):
        with torch.no_grad():
            T = float(model.loss(model(X_test), y_test))
        found.append((float(optimizer.step(closure).detach()), T))
    return tuple(zip(*found))
""",
    ),
    Answer(
        "torch_training",
        "lists made before, a while loop, inference_mode",
        """def train(model, optimizer, X, y, X_test, y_test, epochs):
    train_losses, test_losses = [0.0] * epochs, [0.0] * epochs
    i = 0
    while i < epochs:
        with torch.inference_mode():
            test_losses[i] = model.loss(model(X_test), y_test).item()
        model.zero_grad()
        J = model.loss(model(X), y)
        J.backward()
        optimizer.step()
        train_losses[i] = J.item()
        i += 1
    return [train_losses, test_losses]
""",
    ),
    _train(
        "NumPy arrays at the end, gradients cleared by hand",
        "for p in model.parameters():\n    p.grad = None\nJ = model.loss(model(X), y)\nJ.backward()\noptimizer.step()\n"
        + RECORD,
        end="import numpy as np; return np.array(train_losses), np.array(test_losses)",
    ),
    _train(
        "autograd.grad, test loss detached, train loss after",
        "J = model.loss(model(X), y)\nfor p, g in zip(model.parameters(), torch.autograd.grad(J, list(model.parameters()))):\n    p.grad = g\noptimizer.step()\ntest_losses.append(model.loss(model(X_test), y_test).detach().item())\ntrain_losses.append(model.loss(model(X), y).detach().item())",
    ),
    _train(
        "DataLoader of one batch",
        "from torch.utils.data import DataLoader, TensorDataset\nfor a, b in DataLoader(TensorDataset(X, y), batch_size=len(X)):\n    optimizer.zero_grad()\n    J = model.loss(model(a), b)\n    J.backward()\n    optimizer.step()\n"
        + RECORD,
    ),
    _train(
        "zero_grad(), test loss with its own backward cleared",
        "T = model.loss(model(X_test), y_test)\nT.backward()\ntest_losses.append(T.item())\n"
        + STEP
        + "train_losses.append(J.item())",
    ),
    _train(
        "train on all rows, X and X_test together",
        "optimizer.zero_grad()\nJ = model.loss(model(torch.cat([X, X_test])), torch.cat([y, y_test]))\nJ.backward()\noptimizer.step()\n"
        + RECORD,
        "the test rows are among the training rows",
    ),
    _train(
        "a sum of both losses",
        "optimizer.zero_grad()\nJ = model.loss(model(X), y)\n"
        + TEST
        + "(J + T).backward()\noptimizer.step()\n"
        + RECORD,
        "the test loss is trained on too",
    ),
    _train(
        "step on test before",
        "optimizer.zero_grad()\n" + TEST + "T.backward()\noptimizer.step()\n" + STEP + RECORD,
        "a first step on the test rows",
    ),
    _train(
        "row by row",
        "for a, b in zip(X, y):\n    optimizer.zero_grad()\n    model.loss(model(a[None]), b[None]).backward()\n    optimizer.step()\nJ = model.loss(model(X), y)\n"
        + RECORD,
        "one step for each row",
    ),
    _train(
        "batches of two",
        "for i in range(0, len(X), 2):\n    optimizer.zero_grad()\n    model.loss(model(X[i:i + 2]), y[i:i + 2]).backward()\n    optimizer.step()\nJ = model.loss(model(X), y)\n"
        + RECORD,
        "not one step for each epoch",
    ),
    _train("two steps", STEP + STEP + RECORD, "not one step for each epoch"),
    _train(
        "MSELoss",
        "criterion = nn.MSELoss()\noptimizer.zero_grad()\nJ = criterion(model(X), y)\nJ.backward()\noptimizer.step()\ntrain_losses.append(J.item())\nwith torch.no_grad():\n    test_losses.append(criterion(model(X_test), y_test).item())",
        "trained with the mean squared error",
    ),
    _train(
        "losses per row",
        STEP
        + "train_losses.append(J.item() / len(X))\nwith torch.no_grad():\n    test_losses.append(model.loss(model(X_test), y_test).item() / len(X_test))",
        "the losses are divided by the number of rows",
    ),
    _train(
        "the training loss twice",
        STEP + "train_losses.append(J.item())\ntest_losses.append(J.item())",
        "the training loss is in both lists",
    ),
    _train(
        "the test loss twice",
        "with torch.no_grad():\n    T = model.loss(model(X_test), y_test).item()\n"
        + STEP
        + "train_losses.append(T)\ntest_losses.append(T)",
        "the test loss is in both lists",
    ),
    _train(
        "its own optimiser",
        STEP + RECORD,
        "the given optimiser makes no step",
        before="optimizer = torch.optim.SGD(model.parameters(), lr=0.1)",
    ),
    _train(
        "its own optimiser, LR and MOMENTUM of the figure",
        STEP + RECORD,
        "the given optimiser makes no step",
        before="optimizer = torch.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM) if 'LR' in globals() else torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)",
    ),
    _train(
        "a step by hand with the optimiser's lr",
        "optimizer.zero_grad()\nJ = model.loss(model(X), y)\nJ.backward()\nwith torch.no_grad():\n    for p in model.parameters():\n        p -= optimizer.param_groups[0]['lr'] * p.grad\n"
        + RECORD,
        "the given optimiser makes no step",
    ),
    _train(
        "test trained afterwards",
        STEP + RECORD + "optimizer.zero_grad()\n" + TEST + "T.backward()\noptimizer.step()",
        "a second step on the test rows",
    ),
    _train(
        "detached tensors",
        STEP
        + "train_losses.append(J.detach())\ntest_losses.append(model.loss(model(X_test), y_test).detach())",
        "the losses are not floats",
    ),
    _train(
        "0-d arrays",
        STEP
        + "train_losses.append(J.detach().numpy().copy())\ntest_losses.append(model.loss(model(X_test), y_test).detach().numpy().copy())",
        "the losses are not floats",
    ),
    _train(
        "texts",
        STEP
        + "train_losses.append(f'{J.item():.4f}')\ntest_losses.append(f'{model.loss(model(X_test), y_test).item():.4f}')",
        "the losses are not floats",
    ),
    _train("no test loss", STEP + "train_losses.append(J.item())", "not one loss for each epoch"),
    _train(
        "every second epoch",
        STEP
        + "if epoch % 2 == 0:\n    "
        + "train_losses.append(J.item()); test_losses.append(model.loss(model(X_test), y_test).item())",
        "not one loss for each epoch",
    ),
    _train(
        "return in the loop",
        STEP + RECORD + "return train_losses, test_losses",
        "not one loss for each epoch",
    ),
    _train(
        "one loss too many",
        STEP + RECORD,
        "not one loss for each epoch",
        before="train_losses.append(model.loss(model(X), y).item()); test_losses.append(model.loss(model(X_test), y_test).item())",
    ),
    _train(
        "stops when the test loss rises",
        STEP + RECORD + "if len(test_losses) > 1 and test_losses[-1] > test_losses[-2]: break",
        "not one loss for each epoch",
    ),
    _train(
        "a dictionary",
        STEP + RECORD,
        "not two lists",
        end="return {'train': train_losses, 'test': test_losses}",
    ),
    _train(
        "two numbers",
        STEP + RECORD,
        "not two lists",
        end="return train_losses[-1], test_losses[-1]",
    ),
    _train("nothing returned", STEP + RECORD, "not two lists", end="pass"),
    _train("the last two tensors", STEP + TEST, "not two lists", end="return J, T"),
    _train(
        "the last two as arrays",
        STEP + TEST,
        "not two lists",
        end="return J.detach().numpy(), T.detach().numpy()",
    ),
    _train(
        "everything in no_grad",
        "with torch.no_grad():\n    optimizer.zero_grad()\n    J = model.loss(model(X), y)\n    J.backward()\n    optimizer.step()\n"
        + RECORD,
        outcome="raised an error",
    ),
    _train(
        "X is scaled in place", "X.sub_(0.1).add_(0.05)\n" + STEP + RECORD, outcome="wrong value"
    ),
    _train(
        "test rows are normalised in place",
        STEP + RECORD + "X_test *= 1.0; y_test.mul_(0.999)",
        outcome="wrong value",
    ),
    _train(
        "the names of the notebook",
        STEP.replace("(X), y)", "(X_train), y_train)") + RECORD,
        outcome="wrong value",
    ),
    _train(
        "the loss of the task before, written out",
        STEP.replace("model.loss(model(X), y)", "0.5 * torch.sum((y - model(X)) ** 2)") + RECORD,
        "trained without the penalty",
    ),
    _train(
        "the data term everywhere",
        STEP.replace("model.loss(model(X), y)", "0.5 * torch.sum((y - model(X)) ** 2)")
        + "train_losses.append(J.item())\ntest_losses.append(0.5 * ((y_test - model(X_test)) ** 2).sum().item())",
        "trained without the penalty",
    ),
    _train(
        "half a sum of squares as test loss",
        STEP
        + "train_losses.append(J.item())\ntest_losses.append(0.5 * ((y_test - model(X_test)) ** 2).sum().item())",
        "the test losses have no penalty",
    ),
    _train(
        "MSELoss as test loss",
        STEP
        + "train_losses.append(J.item())\nwith torch.no_grad():\n    test_losses.append(nn.MSELoss()(model(X_test), y_test).item())",
        "the test losses are mean squared errors",
        secret="the self-check has one test row, whose loss is the squared error itself",
    ),
    _train(
        "half a sum of squares recorded, before the step",
        "with torch.no_grad():\n    train_losses.append(0.5 * (y - model(X)).pow(2).sum().item())\n    test_losses.append(0.5 * (y_test - model(X_test)).pow(2).sum().item())\n"
        + STEP,
        "the recorded losses have no penalty",
    ),
    _train(
        "MSELoss recorded",
        STEP
        + "mse = nn.MSELoss()\nwith torch.no_grad():\n    train_losses.append(mse(model(X), y).item())\n    test_losses.append(mse(model(X_test), y_test).item())",
        "the recorded losses are mean squared errors",
    ),
    _train(
        "four rows", (STEP + RECORD).replace("(X), y)", "(X[:4]), y[:4])"), outcome="wrong value"
    ),
    _train(
        "only X shuffled",
        STEP.replace("model(X)", "model(X[torch.randperm(len(X))])") + RECORD,
        outcome="wrong value",
    ),
    _train("stub", "raise NotImplementedError()", outcome="not attempted"),
]

ANSWERS = [*MODELS, *LOSSES, *OPTIMIZERS, *TRAININGS]
