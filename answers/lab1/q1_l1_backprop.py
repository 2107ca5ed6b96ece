"""Answers to Q1."""

from nbjudge.authoring.answers import Answer

LOSS = """def loss_reg(self, yHat, y):
{}

NeuralNetwork.loss_reg = loss_reg
"""
GRADIENT = """def backward_reg(self, X, yHat, y):
{}

NeuralNetwork.backward_reg = backward_reg
"""


def _indent(body):
    return "\n".join(f"    {line}" for line in body.strip("\n").splitlines())


def _loss(name, body, mistake=None, outcome="passed"):
    return Answer("reg_loss", name, LOSS.format(_indent(body)), mistake, outcome)


def _gradient(name, body, mistake=None, outcome="passed"):
    return Answer("reg_gradient", name, GRADIENT.format(_indent(body)), mistake, outcome)


def _penalised(name, penalty, mistake):
    return _loss(name, f"return 0.5 * np.sum((y - yHat) ** 2) + {penalty}", mistake)


RIGHT_LOSSES = [
    _loss(
        "loops",
        """
J = 0
for i in range(y.shape[0]):
    for k in range(y.shape[1]):
        J += 0.5 * (y[i, k] - yHat[i, k]) ** 2
for W in (self.W1, self.W2):
    for w in W.flatten():
        J += self.Lambda * abs(w)
return J
""",
    ),
    _loss(
        "einsum and linalg.norm",
        """
d = y - yHat
norms = [np.linalg.norm(W.ravel(), 1) for W in (self.W1, self.W2)]
return np.einsum("ik,ik->", d, d) / 2 + self.Lambda * sum(norms)
""",
    ),
    _loss(
        "float32",
        """
d = (y - yHat).astype(np.float32)
weights = [np.abs(W.astype(np.float32)).sum() for W in (self.W1, self.W2)]
return np.float32(0.5) * (d * d).sum() + np.float32(self.Lambda) * (weights[0] + weights[1])
""",
    ),
    _loss(
        "shape (1,), prints and warns",
        """
import sys, warnings
print("loss", yHat.shape)
print("progress 100 %", file=sys.stderr)
warnings.warn("careful")
J = np.zeros(1)
J += 0.5 * sum((y - yHat) ** 2).sum()
J += self.Lambda * (np.abs(self.W1).sum() + np.abs(self.W2).sum())
return J
""",
    ),
    _loss(
        "python's sum over rows, one output at a time",
        """
list = [0.5 * sum((y[:, k] - yHat[:, k]) ** 2) for k in range(y.shape[1])]
return sum(list) + self.Lambda * (sum(sum(abs(self.W1))) + sum(sum(abs(self.W2))))
""",
    ),
    Answer(
        "reg_loss",
        "a helper of their own and shadowed builtins",
        """sum = 0
list = [1, 2]
def l1(*weights):
    return np.concatenate([np.abs(W).ravel() for W in weights]).sum()
"""
        + LOSS.format(
            "    return np.square(y - yHat).sum() / 2 + self.Lambda * l1(self.W1, self.W2)"
        ),
    ),
    Answer(
        "reg_loss",
        "builtins given back",
        "del sum, list\n"
        + LOSS.format(
            "    return 0.5 * np.sum((y - yHat) ** 2) "
            "+ self.Lambda * (np.abs(self.W1).sum() + np.abs(self.W2).sum())"
        ),
    ),
    _loss(
        "a 0-d array, ravel and dot",
        """
e = (yHat - y).ravel()
w = np.concatenate((self.W1, self.W2), axis=None)
return np.asarray(e.dot(e) / 2 + self.Lambda * (w * np.sign(w)).sum())
""",
    ),
    _loss(
        "trace, and a generator for the penalty",
        """
E = y - yHat
return np.trace(E.T @ E) / 2 + self.Lambda * sum(abs(w) for W in (self.W1, self.W2) for w in W.flat)
""",
    ),
    _loss(
        "errors in place, but of a copy",
        """
errors = y.copy()
errors -= yHat
errors **= 2
W = np.abs(self.W1).sum(), np.abs(self.W2).sum()
J: float = errors.sum() / 2
J += self.Lambda * np.add(*W)
return np.float64(J)
""",
    ),
    _loss(
        "yHat, errors and J kept in self",
        """
self.yHat, self.errors = yHat, y - yHat
self.J = 0.5 * np.sum(self.errors**2)
self.J += self.Lambda * (np.abs(self.W1).sum() + np.abs(self.W2).sum())
return self.J
""",
    ),
    _loss(
        "another forward pass, whose z2, a2 and z3 stay in self",
        """
self.forward(np.ones((2, len(self.W1))))
penalty = np.sum(np.abs(self.W1)) + np.sum(np.abs(self.W2))
return np.sum(np.square(yHat - y)) / 2 + self.Lambda * penalty
""",
    ),
    _loss(
        "pandas and math.fsum",
        """
import math
data = pd.DataFrame(y - yHat).pow(2).sum().sum() / 2
return data + self.Lambda * math.fsum(abs(w) for W in (self.W1, self.W2) for row in W for w in row)
""",
    ),
]

L1 = "(np.sum(np.abs(self.W1)) + np.sum(np.abs(self.W2)))"
WRONG_LOSSES = [
    _loss(
        "the penalty on a second line that begins with +",
        f"""
J = 0.5 * np.sum((y - yHat) ** 2)
+ self.Lambda * {L1}
return J
""",
        "the penalty is never added",
    ),
    _penalised("λ/2", f"self.Lambda / 2 * {L1}", "λ/2 instead of λ"),
    _penalised("2λ", f"2 * self.Lambda * {L1}", "2λ instead of λ"),
    _penalised("minus the penalty", f"-self.Lambda * {L1}", "the penalty is subtracted"),
    _penalised(
        "squares",
        "self.Lambda * (np.sum(self.W1**2) + np.sum(self.W2**2))",
        "L2 penalty (squares) instead of L1",
    ),
    _penalised(
        "half the squares",
        "self.Lambda / 2 * (np.sum(self.W1**2) + np.sum(self.W2**2))",
        "half the L2 penalty instead of L1",
    ),
    _penalised("only W1", "self.Lambda * np.abs(self.W1).sum()", "only W1 in the penalty"),
    _penalised("only W2", "self.Lambda * np.abs(self.W2).sum()", "only W2 in the penalty"),
    _penalised(
        "brackets closed too early",
        "self.Lambda * np.sum(np.abs(self.W1)) + np.sum(np.abs(self.W2))",
        "λ only in front of W1",
    ),
    _penalised(
        "no abs",
        "self.Lambda * (np.sum(self.W1) + np.sum(self.W2))",
        "no absolute value in the penalty",
    ),
    _penalised(
        "abs outside the sum",
        "self.Lambda * (abs(np.sum(self.W1)) + abs(np.sum(self.W2)))",
        "absolute value of the sum instead of sum of absolute values",
    ),
    _penalised(
        "matrix norm",
        "self.Lambda * (np.linalg.norm(self.W1, 1) + np.linalg.norm(self.W2, 1))",
        "largest column instead of all weights",
    ),
    _penalised(
        "norm without its order",
        "self.Lambda * (np.linalg.norm(self.W1) + np.linalg.norm(self.W2))",
        "length of the weights instead of L1",
    ),
    _penalised(
        "mean of the weights",
        "self.Lambda * (np.abs(self.W1).mean() + np.abs(self.W2).mean())",
        "mean in the penalty",
    ),
    _penalised("no λ", L1, "the penalty without λ"),
    _loss(
        "sum before the square",
        f"return 0.5 * np.sum(y - yHat) ** 2 + self.Lambda * {L1}",
        "square of the sum instead of sum of squares",
    ),
    _loss(
        "mean", f"return 0.5 * np.mean((y - yHat) ** 2) + self.Lambda * {L1}", "mean instead of sum"
    ),
    _loss(
        "mean over rows only",
        f"return 0.5 * np.sum((y - yHat) ** 2) / len(y) + self.Lambda * {L1}",
        "mean over the examples instead of sum",
    ),
    _loss("no half", f"return np.sum((y - yHat) ** 2) + self.Lambda * {L1}", "the ½ is missing"),
    _loss(
        "mean squared error",
        f"return np.mean((y - yHat) ** 2) + self.Lambda * {L1}",
        "mean instead of sum, and the ½ is missing",
    ),
    _loss(
        "sign of the data term",
        f"return -0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}",
        "the data term has the wrong sign",
    ),
    _loss(
        "absolute errors",
        f"return 0.5 * np.sum(np.abs(y - yHat)) + self.Lambda * {L1}",
        "the errors are not squared",
    ),
    _loss(
        "no half and λ/2",
        f"return np.sum((y - yHat) ** 2) + self.Lambda / 2 * {L1}",
        "the ½ is missing; and λ/2 instead of λ",
    ),
    _loss(
        "no half, and no penalty",
        "return np.sum((y - yHat) ** 2)",
        "the ½ is missing; and the penalty is never added",
    ),
    _loss(
        "not summed",
        f"return 0.5 * (y - yHat) ** 2 + self.Lambda * {L1}",
        outcome="wrong shape",
    ),
    _loss(
        "forgot return",
        f"J = 0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}",
        outcome="wrong type",
    ),
    _loss("unknown name", "return 0.5 * np.sum((Y - yHat) ** 2)", outcome="raised an error"),
    _loss("stub", "raise NotImplementedError()", outcome="not attempted"),
    _loss("nan", "return float('nan')", "the loss is nan or infinite"),
    _loss(
        "python's sum over rows: one number for each output",
        f"return 0.5 * sum((y - yHat) ** 2) + self.Lambda * {L1}",
        outcome="wrong shape",
    ),
    _loss(
        "one number for each row",
        f"return 0.5 * np.sum((y - yHat) ** 2, axis=1) + self.Lambda * {L1}",
        outcome="wrong shape",
    ),
    _loss(
        "a matrix product for the sum",
        f"e = y - yHat\nreturn 0.5 * e.T @ e + self.Lambda * {L1}",
        outcome="wrong shape",
    ),
    _loss(
        "abs put into self.W1 and self.W2",
        """
self.W1, self.W2 = np.abs(self.W1), np.abs(self.W2)
return 0.5 * np.sum((y - yHat) ** 2) + self.Lambda * (np.sum(self.W1) + np.sum(self.W2))
""",
        outcome="changed its arguments in place",
    ),
    _loss(
        "abs in place",
        """
np.abs(self.W1, out=self.W1)
np.abs(self.W2, out=self.W2)
return 0.5 * np.sum((y - yHat) ** 2) + self.Lambda * (np.sum(self.W1) + np.sum(self.W2))
""",
        outcome="changed its arguments in place",
    ),
    _loss(
        "W1 put away and not put back, beside a yHat that is kept",
        f"""
self.yHat, J = yHat, 0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}
self.W1 = self.W1 * 0.9
return J
""",
        outcome="changed its arguments in place",
    ),
    _loss(
        "errors in place of the predictions",
        f"""
yHat -= y
return 0.5 * np.sum(yHat**2) + self.Lambda * {L1}
""",
        outcome="changed its arguments in place",
    ),
    _loss(
        "λ multiplied into self.Lambda",
        f"""
self.Lambda = self.Lambda * {L1}
return 0.5 * np.sum((y - yHat) ** 2) + self.Lambda
""",
        outcome="changed its arguments in place",
    ),
    _loss(
        "self.yHat",
        f"return 0.5 * np.sum((y - self.yHat) ** 2) + self.Lambda * {L1}",
        "self.yHat instead of yHat",
    ),
    _loss(
        "no square",
        f"return 0.5 * np.sum(y - yHat) + self.Lambda * {L1}",
        "the errors are added without a square",
    ),
    _loss(
        "norm of the errors",
        f"return 0.5 * np.linalg.norm(y - yHat) + self.Lambda * {L1}",
        "root of the sum of squares",
    ),
    _loss(
        "norm of the errors without ½",
        f"return np.linalg.norm(y - yHat) + self.Lambda * {L1}",
        "root of the sum of squares, and the ½ is missing",
    ),
    _loss("zero", "return 0.0", "the data term is missing; and the penalty is never added"),
    _loss("the penalty alone", f"return self.Lambda * {L1}", "the data term is missing"),
    _loss(
        "cross-entropy, from a chatbot",
        f"""
data = -np.sum(y * np.log(yHat) + (1 - y) * np.log(1 - yHat))
return data + self.Lambda * {L1}
""",
        "cross-entropy instead of squared errors",
    ),
    _loss(
        "all of it over m",
        f"m = y.shape[0]\nreturn (0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}) / m",
        "all of J is divided by the number of examples",
    ),
    _loss(
        "all of it over y.size",
        f"return (0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}) / y.size",
        "all of J is divided by the number of elements of y",
    ),
    _loss(
        "last year's solution: L2",
        """
m = len(y)
J = 0.5 * np.sum((y - yHat) ** 2) / m + self.Lambda / 2 * (np.sum(self.W1**2) + np.sum(self.W2**2))
return J
""",
        "mean over the examples instead of sum; and half the L2 penalty instead of L1",
    ),
    _penalised("λ/n", f"self.Lambda / len(y) * {L1}", "λ/n instead of λ"),
    _penalised("λ/(2n)", f"self.Lambda / (2 * len(y)) * {L1}", "λ/(2n) instead of λ"),
    _penalised(
        "max for sum",
        "self.Lambda * (np.abs(self.W1).max() + np.abs(self.W2).max())",
        "the largest weight instead of all weights",
    ),
    _loss(
        "½ in front of both",
        f"return 0.5 * (np.sum((y - yHat) ** 2) + self.Lambda * {L1})",
        "λ/2 instead of λ",
    ),
    _loss(
        "rounded for printing",
        f"return round(0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}, 2)",
        "the loss is rounded",
    ),
    _loss(
        "both terms, not added",
        f"return 0.5 * np.sum((y - yHat) ** 2), self.Lambda * {L1}",
        outcome="wrong type",
    ),
    _loss(
        "as a text",
        f'return f"{{0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}}}"',
        outcome="wrong type",
    ),
    _loss(
        "a list of one",
        f"return [0.5 * np.sum((y - yHat) ** 2) + self.Lambda * {L1}]",
        outcome="wrong type",
    ),
    _loss("weights without self", "return np.sum(np.abs(W1))", outcome="raised an error"),
    _loss(
        "changes y in place",
        f"""
y -= yHat
return 0.5 * np.sum(y**2) + self.Lambda * {L1}
""",
        outcome="changed its arguments in place",
    ),
    _penalised(
        "|W| as W · (W / |W|)",
        "self.Lambda * sum(np.sum(W * (W / np.abs(W))) for W in (self.W1, self.W2))",
        "nan where a weight is exactly 0",
    ),
    _loss(
        "|W| smoothed, as the root of W² + 1e-6",
        """
smooth = [np.sqrt(W**2 + 1e-6).sum() for W in (self.W1, self.W2)]
return 0.5 * np.sum((y - yHat) ** 2) + self.Lambda * sum(smooth)
""",
        outcome="wrong value",
    ),
    _loss(
        "a sum that keeps its axes: shape (1, 1)",
        f"return 0.5 * np.sum((y - yHat) ** 2, keepdims=True) + self.Lambda * {L1}",
        outcome="wrong shape",
    ),
    _loss(
        "λ as a whole number",
        f"return 0.5 * np.sum((y - yHat) ** 2) + int(self.Lambda) * {L1}",
        outcome="wrong value",
    ),
    _loss(
        "the penalty as a factor",
        f"return 0.5 * np.sum((y - yHat) ** 2) * (1 + self.Lambda * {L1})",
        outcome="wrong value",
    ),
    _loss(
        "the errors of the outputs added before the square",
        f"e = y - yHat\nreturn 0.5 * (e.T @ e).sum() + self.Lambda * {L1}",
        outcome="wrong value",
    ),
    _loss(
        "negative weights left out",
        """
positive = [np.maximum(W, 0).sum() for W in (self.W1, self.W2)]
return 0.5 * np.sum((y - yHat) ** 2) + self.Lambda * sum(positive)
""",
        outcome="wrong value",
    ),
    Answer("reg_loss", "deleted", "del loss_reg, NeuralNetwork.loss_reg", outcome="missing"),
    Answer(
        "reg_loss",
        "syntax error",
        "def loss_reg(self, yHat, y)\n    return 0",
        outcome="raised an error",
    ),
]

RIGHT_GRADIENTS = [
    _gradient(
        "fresh forward pass, np.dot, a list",
        """
self.forward(X)
delta3 = np.multiply(-(y - self.yHat), self.sigmoidPrime(self.z3))
delta2 = np.dot(delta3, self.W2.T) * self.sigmoidPrime(self.z2)
return [np.dot(X.T, delta2) + self.Lambda * np.sign(self.W1),
        np.dot(self.a2.T, delta3) + self.Lambda * np.sign(self.W2)]
""",
    ),
    _gradient(
        "einsum and ŷ(1 - ŷ)",
        """
delta3 = (yHat - y) * yHat * (1 - yHat)
delta2 = np.einsum("nk,hk->nh", delta3, self.W2) * self.a2 * (1 - self.a2)
g1, g2 = np.einsum("ni,nh->ih", X, delta2), np.einsum("nh,nk->hk", self.a2, delta3)
return g1 + self.Lambda * np.sign(self.W1), g2 + self.Lambda * np.sign(self.W2)
""",
    ),
    _gradient(
        "loops over examples, sign by comparison",
        """
g1, g2 = np.zeros_like(self.W1), np.zeros_like(self.W2)
for x, t in zip(X, y):
    a2 = self.sigmoid(x @ self.W1)
    out = self.sigmoid(a2 @ self.W2)
    d3 = (out - t) * out * (1 - out)
    g2 += np.outer(a2, d3)
    g1 += np.outer(x, (self.W2 @ d3) * a2 * (1 - a2))
for g, W in ((g1, self.W1), (g2, self.W2)):
    g += self.Lambda * ((W > 0).astype(float) - (W < 0))
return g1, g2
""",
    ),
    _gradient(
        "float32",
        """
X, y, yHat = (a.astype(np.float32) for a in (X, y, yHat))
W1, W2 = self.W1.astype(np.float32), self.W2.astype(np.float32)
a2 = self.a2.astype(np.float32)
d3 = (yHat - y) * yHat * (1 - yHat)
d2 = d3 @ W2.T * a2 * (1 - a2)
lam = np.float32(self.Lambda)
return X.T @ d2 + lam * np.sign(W1), a2.T @ d3 + lam * np.sign(W2)
""",
    ),
    _gradient(
        "finite differences of the right loss with a zero-safe penalty",
        """
def data(W1, W2):
    return 0.5 * np.sum((y - self.sigmoid(self.sigmoid(X @ W1) @ W2)) ** 2)
grads = []
for layer in (0, 1):
    weights = [self.W1, self.W2]
    g = np.zeros_like(weights[layer])
    for i in np.ndindex(*g.shape):
        up, down = [w.copy() for w in weights], [w.copy() for w in weights]
        up[layer][i] += 1e-5
        down[layer][i] -= 1e-5
        g[i] = (data(*up) - data(*down)) / 2e-5
    grads.append(g + self.Lambda * np.sign(weights[layer]))
return tuple(grads)
""",
    ),
]


RIGHT_GRADIENTS += [
    _gradient(
        "finite differences of their own loss, weights moved in place and back",
        """
grads = []
for W in (self.W1, self.W2):
    g = np.zeros(W.shape)
    for i in np.ndindex(*W.shape):
        W[i] += 1e-5
        up = self.loss_reg(self.forward(X), y)
        W[i] -= 2e-5
        down = self.loss_reg(self.forward(X), y)
        W[i] += 1e-5
        g[i] = (up - down) / 2e-5
    grads.append(g)
return tuple(grads)
""",
    ),
    _gradient(
        "a2 and z2 overwritten in place: neither arguments nor weights",
        """
d3 = (yHat - y) * yHat * (1 - yHat)
g2 = self.a2.T @ d3 + self.Lambda * np.sign(self.W2)
self.a2 *= 1 - self.a2
return X.T @ (d3 @ self.W2.T * self.a2) + self.Lambda * np.sign(self.W1), g2
""",
    ),
    _gradient(
        "self.yHat, exp written out, a named tuple",
        """
from collections import namedtuple
Pair = namedtuple("Pair", "dJdW1 dJdW2")
def prime(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2
d3 = -(y - self.yHat) * prime(self.z3)
d2 = d3.dot(self.W2.transpose()) * prime(self.z2)
sign = lambda W: np.where(W > 0, 1, np.where(W < 0, -1, 0))
return Pair(np.matmul(X.T, d2) + sign(self.W1) * self.Lambda, self.a2.T.dot(d3) + sign(self.W2) * self.Lambda)
""",
    ),
    _gradient(
        "own copies changed in place, W / |W| but at 0",
        """
grads = []
d3 = y.copy()
d3 -= yHat
d3 *= -self.sigmoidPrime(self.z3)
d2 = np.tensordot(d3, self.W2, axes=(1, 1))
d2 *= self.sigmoidPrime(self.z2)
for W, g in ((self.W1, X.T @ d2), (self.W2, self.a2.T @ d3)):
    g += self.Lambda * np.divide(W, np.abs(W), out=np.zeros_like(W), where=W != 0)
    grads += [g]
return grads
""",
    ),
]


def _variant(
    name,
    mistake,
    d3=None,
    d2=None,
    r1=None,
    r2=None,
    end="return g1 + r1, g2 + r2",
    outcome="passed",
):
    body = f"""
d3 = {d3 or "-(y - yHat) * self.sigmoidPrime(self.z3)"}
d2 = {d2 or "(d3 @ self.W2.T) * self.sigmoidPrime(self.z2)"}
g1, g2 = X.T @ d2, self.a2.T @ d3
r1 = {r1 or "self.Lambda * np.sign(self.W1)"}
r2 = {r2 or "self.Lambda * np.sign(self.W2)"}
{end}
"""
    return _gradient(name, body, mistake, outcome)


def _penalty(name, mistake, formula):
    return _variant(name, mistake, r1=formula.format("self.W1"), r2=formula.format("self.W2"))


WRONG_GRADIENTS = [
    _penalty("λ|W|", "λ|W| instead of λ sign(W)", "self.Lambda * np.abs({})"),
    _penalty("2λW", "gradient of an L2 penalty", "2 * self.Lambda * {}"),
    _penalty("λW", "λW instead of λ sign(W)", "self.Lambda * {}"),
    _penalty("λ/2", "λ/2 instead of λ", "self.Lambda / 2 * np.sign({})"),
    _penalty("minus", "the penalty has the wrong sign", "-self.Lambda * np.sign({})"),
    _penalty("λ alone", "λ for every weight, without its sign", "self.Lambda + 0 * {}"),
    _penalty("no λ", "sign(W) without λ", "np.sign({})"),
    _penalty("sign(0) = 1", "sign(0) is not 0", "self.Lambda * np.where({} >= 0, 1, -1)"),
    _penalty("sign(0) = -1", "sign(0) is not 0", "self.Lambda * np.where({} > 0, 1, -1)"),
    _variant("no penalty", "the penalty is missing from the gradient", end="return g1, g2"),
    _variant("only W1", "the penalty only for W1", end="return g1 + r1, g2"),
    _variant("only W2", "the penalty only for W2", end="return g1, g2 + r2"),
    _variant(
        "sign of the data term",
        "the sign of the data term is flipped",
        d3="(y - yHat) * self.sigmoidPrime(self.z3)",
    ),
    _variant("mean", "mean instead of sum", d3="(yHat - y) * self.sigmoidPrime(self.z3) / y.size"),
    _variant(
        "mean over rows",
        "mean over the examples instead of sum",
        d3="(yHat - y) * self.sigmoidPrime(self.z3) / len(y)",
    ),
    _variant("factor 2", "the ½ is missing", d3="2 * (yHat - y) * self.sigmoidPrime(self.z3)"),
    _variant(
        "half", "the ½ is applied once more", d3="(yHat - y) * self.sigmoidPrime(self.z3) / 2"
    ),
    _variant("delta2 bare", "delta2 without the sigmoid derivative", d2="d3 @ self.W2.T"),
    _variant("delta3 bare", "delta3 without the sigmoid derivative", d3="yHat - y"),
    _variant("both bare", "no sigmoid derivative at all", d3="yHat - y", d2="d3 @ self.W2.T"),
    _variant(
        "sigmoidPrime of an activation",
        "sigmoidPrime of the activation instead of z",
        d3="(yHat - y) * self.sigmoidPrime(yHat)",
        d2="(d3 @ self.W2.T) * self.sigmoidPrime(self.a2)",
    ),
    _variant(
        "sigmoidPrime of yHat",
        "sigmoidPrime of yHat instead of z3",
        d3="(yHat - y) * self.sigmoidPrime(yHat)",
    ),
    _variant(
        "sigmoidPrime of a2",
        "sigmoidPrime of a2 instead of z2",
        d2="(d3 @ self.W2.T) * self.sigmoidPrime(self.a2)",
    ),
    _variant(
        "sigmoid for its derivative",
        "sigmoid instead of sigmoidPrime",
        d3="(yHat - y) * self.sigmoid(self.z3)",
        d2="(d3 @ self.W2.T) * self.sigmoid(self.z2)",
    ),
    _variant(
        "z2 for a2",
        "z2 instead of a2 in dJdW2",
        end="g2 = self.z2.T @ d3\nreturn g1 + r1, g2 + r2",
    ),
    _variant(
        "the bare error goes back",
        "delta2 from the error instead of delta3",
        d2="((yHat - y) @ self.W2.T) * self.sigmoidPrime(self.z2)",
    ),
    _penalty(
        "the penalty for its slope",
        "the penalty itself instead of its slope",
        "self.Lambda * np.sum(np.abs({}))",
    ),
    _variant(
        "both transposed",
        "the two gradients are transposed",
        end="return (g1 + r1).T, (g2 + r2).T",
    ),
    _variant("swapped", "the two gradients are swapped", end="return g2 + r2, g1 + r1"),
    _variant(
        "with + on its own line",
        "the penalty is missing from the gradient",
        end="dJdW1 = g1\n+ r1\ndJdW2 = g2\n+ r2\nreturn dJdW1, dJdW2",
    ),
    _variant(
        "sign flipped and no penalty",
        "the sign of the data term is flipped; and the penalty is missing from the gradient",
        d3="(y - yHat) * self.sigmoidPrime(self.z3)",
        end="return g1, g2",
    ),
    _gradient("one array", "return X.T @ (yHat - y)", outcome="wrong type"),
    _gradient(
        "transposed",
        "return np.zeros_like(self.W1.T), np.zeros_like(self.W2.T)",
        outcome="wrong shape",
    ),
    _gradient(
        "changes the weights",
        """
d3 = -(y - yHat) * self.sigmoidPrime(self.z3)
d2 = (d3 @ self.W2.T) * self.sigmoidPrime(self.z2)
g1 = X.T @ d2 + self.Lambda * np.sign(self.W1)
g2 = self.a2.T @ d3 + self.Lambda * np.sign(self.W2)
self.W1 -= 0.1 * g1
return g1, g2
""",
        "backward_reg changes the weights or λ",
    ),
    _gradient(
        "makes the step itself, with new arrays",
        """
d3 = -(y - yHat) * self.sigmoidPrime(self.z3)
d2 = (d3 @ self.W2.T) * self.sigmoidPrime(self.z2)
g1 = X.T @ d2 + self.Lambda * np.sign(self.W1)
g2 = self.a2.T @ d3 + self.Lambda * np.sign(self.W2)
self.W1, self.W2 = self.W1 - 0.1 * g1, self.W2 - 0.1 * g2
return g1, g2
""",
        "backward_reg changes the weights or λ",
    ),
    _gradient(
        "changes yHat in place",
        """
yHat -= y
d3 = yHat * self.sigmoidPrime(self.z3)
d2 = (d3 @ self.W2.T) * self.sigmoidPrime(self.z2)
return X.T @ d2 + self.Lambda * np.sign(self.W1), self.a2.T @ d3 + self.Lambda * np.sign(self.W2)
""",
        outcome="changed its arguments in place",
    ),
    _variant(
        "W / |W|",
        "nan where a weight is exactly 0",
        r1="self.Lambda * self.W1 / np.abs(self.W1)",
        r2="self.Lambda * self.W2 / np.abs(self.W2)",
    ),
    _penalty("2λ", "2λ instead of λ", "2 * self.Lambda * np.sign({})"),
    _penalty("λ/n", "λ/n instead of λ", "self.Lambda / len(X) * np.sign({})"),
    _penalty("λ/(2n)", "λ/(2n) instead of λ", "self.Lambda / (2 * X.shape[0]) * np.sign({})"),
    _penalty(
        "λ where a weight is positive", "λ for positive weights only", "self.Lambda * ({} > 0)"
    ),
    _variant(
        "delta2 bare, and λ where a weight is positive",
        "delta2 without the sigmoid derivative; and λ for positive weights only",
        d2="d3 @ self.W2.T",
        r1="self.Lambda * np.where(self.W1 > 0, 1.0, 0.0)",
        r2="self.Lambda * np.where(self.W2 > 0, 1.0, 0.0)",
    ),
    _variant(
        "sigmoidPrime of z3 twice",
        "sigmoidPrime of z3 instead of z2",
        d2="(d3 @ self.W2.T) * self.sigmoidPrime(self.z3)",
    ),
    _variant(
        "sigmoidPrime of z3 twice, and no penalty",
        "sigmoidPrime of z3 instead of z2; and the penalty is missing from the gradient",
        d2="(d3 @ self.W2.T) * self.sigmoidPrime(self.z3)",
        end="return g1, g2",
    ),
    _penalty(
        "one sum of signs",
        "the sum of the signs instead of each sign",
        "self.Lambda * np.sum(np.sign({}))",
    ),
    _variant(
        "tanh's derivative",
        "the derivative of tanh instead of the sigmoid's",
        d3="(yHat - y) * (1 - yHat**2)",
        d2="(d3 @ self.W2.T) * (1 - self.a2**2)",
    ),
    _variant(
        "tanh's derivative in the hidden layer",
        "the derivative of tanh in delta2",
        d2="(d3 @ self.W2.T) * (1 - np.power(self.a2, 2))",
    ),
    _variant(
        "all of it over m",
        "the whole gradient is divided by the number of examples",
        end="m = X.shape[0]\nreturn (g1 + r1) / m, (g2 + r2) / m",
    ),
    _variant(
        "all of it over y.size",
        "the whole gradient is divided by the number of elements of y",
        end="return (g1 + r1) / y.size, (g2 + r2) / y.size",
    ),
    _variant(
        "new weights",
        "new weights instead of gradients",
        end="return self.W1 - (g1 + r1), self.W2 - (g2 + r2)",
    ),
    _variant(
        "all of it with a minus",
        "the sign of the data term is flipped; and the penalty has the wrong sign",
        end="return -(g1 + r1), -(g2 + r2)",
    ),
    _variant(
        "a product element by element on the way back",
        None,
        d2="(d3 * self.W2.T) * self.sigmoidPrime(self.z2)",
        outcome="raised an error",
    ),
    _variant(
        "the penalty alone", "the data term is missing from the gradient", end="return r1, r2"
    ),
    _gradient(
        "λ halved in the network",
        """
self.Lambda *= 0.5
d3 = -(y - yHat) * self.sigmoidPrime(self.z3)
d2 = (d3 @ self.W2.T) * self.sigmoidPrime(self.z2)
return X.T @ d2 + self.Lambda * np.sign(self.W1), self.a2.T @ d3 + self.Lambda * np.sign(self.W2)
""",
        "backward_reg changes the weights or λ",
    ),
    _gradient(
        "signs kept from the first call",
        """
if not hasattr(self, "s"):
    self.s = np.sign(self.W1), np.sign(self.W2)
d3 = -(y - yHat) * self.sigmoidPrime(self.z3)
d2 = (d3 @ self.W2.T) * self.sigmoidPrime(self.z2)
return X.T @ d2 + self.Lambda * self.s[0], self.a2.T @ d3 + self.Lambda * self.s[1]
""",
        "the signs are those of an earlier call",
    ),
    _variant(
        "a dict",
        None,
        end="return {'dJdW1': g1 + r1, 'dJdW2': g2 + r2}",
        outcome="wrong type",
    ),
    _variant("delta3 too", None, end="return g1 + r1, g2 + r2, d3", outcome="wrong type"),
    _variant(
        "0.3 for λ",
        None,
        r1="0.3 * np.sign(self.W1)",
        r2="0.3 * np.sign(self.W2)",
        outcome="wrong value",
    ),
    _variant(
        "dJdW1 alone divided by the number of examples",
        None,
        end="return g1 / len(X) + r1, g2 + r2",
        outcome="wrong value",
    ),
    _variant(
        "the penalty of W2 in delta2",
        None,
        d2="((d3 + self.Lambda * np.sum(np.sign(self.W2))) @ self.W2.T)"
        " * self.sigmoidPrime(self.z2)",
        outcome="wrong value",
    ),
    _variant(
        "clipped to ±1",
        None,
        end="return np.clip(g1 + r1, -1, 1), np.clip(g2 + r2, -1, 1)",
        outcome="wrong value",
    ),
    _variant(
        "zeros",
        "the data term is missing from the gradient; and the penalty is missing from the gradient",
        end="return 0 * g1, 0 * g2",
    ),
    _variant("one vector", None, end="return np.append(g1 + r1, g2 + r2)", outcome="wrong type"),
    _variant("a dictionary", None, end='return {"W1": g1, "W2": g2}', outcome="wrong type"),
    _variant("three values", None, end="return g1 + r1, g2 + r2, d3", outcome="wrong type"),
    _variant(
        "as lists", None, end="return (g1 + r1).tolist(), (g2 + r2).tolist()", outcome="wrong type"
    ),
    _variant(
        "forgot return", None, end="self.g1, self.g2 = g1 + r1, g2 + r2", outcome="wrong type"
    ),
    _variant("transposes forgotten", None, d2="d3 @ self.W2", outcome="raised an error"),
    _gradient(
        "changes y in place",
        """
y -= yHat
d3 = -y * self.sigmoidPrime(self.z3)
d2 = (d3 @ self.W2.T) * self.sigmoidPrime(self.z2)
g1 = X.T @ d2 + self.Lambda * np.sign(self.W1)
g2 = self.a2.T @ d3 + self.Lambda * np.sign(self.W2)
return g1, g2
""",
        outcome="changed its arguments in place",
    ),
    _gradient("stub", "raise NotImplementedError()", outcome="not attempted"),
]

STUDY = """best_lambda = {}
fig, axes = plt.subplots(1, 2)
for ax in axes:
    plot_losses(ax, [1, 0], [1, 1], "λ")
plt.show()
"""
STUDIES = [
    Answer("best_lambda", "as a NumPy float, two figures", STUDY.format("np.float64(GRID[2])")),
    Answer(
        "best_lambda",
        "by argmin, one figure each",
        """last = [0.0212, 0.0119, 0.0073, 0.0132, 0.0453]
best_lambda = GRID[int(np.argmin(last))]
for _ in range(2):
    fig, ax = plt.subplots()
    plot_losses(ax, [1, 0], [1, 1], "λ")
    plt.show()
""",
    ),
    Answer(
        "best_lambda",
        "tuple unpacked",
        "loss, best_lambda = min([(0.2, 1e-5), (0.1, 1e-3)])\n"
        "fig, ax = plt.subplots()\nplot_losses(ax, [1], [1], 'λ')",
    ),
    Answer("best_lambda", "the smallest", STUDY.format("GRID[0]"), "λ too small"),
    Answer("best_lambda", "the largest", STUDY.format("GRID[-1]"), "λ too large"),
    Answer("best_lambda", "in float32", STUDY.format("np.float32(GRID[2])")),
    Answer("best_lambda", "a 0-d array", STUDY.format("np.array(GRID)[[2]].squeeze()")),
    Answer("best_lambda", "written out", STUDY.format("0.001")),
    Answer(
        "best_lambda",
        "no figure",
        "best_lambda = 1e-3",
        outcome="no figure",
        secret="what a cell has drawn is in its output, which code does not see",
    ),
    Answer("best_lambda", "the second smallest", STUDY.format("GRID[1]"), "λ too small"),
    Answer("best_lambda", "the second largest", STUDY.format("GRID[3]"), "λ too large"),
    Answer("best_lambda", "its loss", STUDY.format("0.00511"), "no λ of the grid"),
    Answer("best_lambda", "its exponent", STUDY.format("-3"), "no λ of the grid"),
    Answer("best_lambda", "a list", STUDY.format("[1e-3]"), outcome="wrong type"),
    Answer("best_lambda", "deleted", "del best_lambda", outcome="missing"),
    Answer("best_lambda", "an index", STUDY.format("2"), "an index instead of λ"),
    Answer("best_lambda", "no λ of the grid", STUDY.format("0.5"), "no λ of the grid"),
    Answer("best_lambda", "a text", STUDY.format("'1e-3'"), outcome="wrong type"),
]

# last of their tasks: from here on NeuralNetwork is another class
LOSS_IN_CLASS, GRADIENT_IN_CLASS = (
    Answer(
        "reg_loss",
        "a method of a class of the same name",
        """class NeuralNetwork(NeuralNetwork):
    def loss_reg(self, prediction, target, _half=0.5):
        J = _half * float(((target - prediction) ** 2).sum())
        for W in [self.W1, self.W2]:
            J += float(self.Lambda) * float(np.abs(W).sum())
        self.J = J
        return J
""",
    ),
    Answer(
        "reg_gradient",
        "a method of a class of the same name, arguments by other names",
        """class NeuralNetwork(NeuralNetwork):
    def backward_reg(self, inputs, outputs, targets, penalty=np.sign):
        back = (outputs - targets) * self.sigmoidPrime(self.z3)
        dJdW2 = self.a2.T @ back
        dJdW1 = inputs.T @ ((back @ self.W2.T) * self.sigmoidPrime(self.z2))
        self.dJdW1 = dJdW1 + self.Lambda * penalty(self.W1)
        self.dJdW2 = dJdW2 + self.Lambda * penalty(self.W2)
        return self.dJdW1, self.dJdW2
""",
    ),
)

ANSWERS = [
    *RIGHT_LOSSES,
    *WRONG_LOSSES,
    LOSS_IN_CLASS,
    *RIGHT_GRADIENTS,
    *WRONG_GRADIENTS,
    GRADIENT_IN_CLASS,
    *STUDIES,
]
