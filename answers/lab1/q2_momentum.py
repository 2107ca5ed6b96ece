"""Answers to Q2."""

from nbjudge.authoring.answers import Answer

CLASS = """class OptimMom:
    def __init__(self, lr=0.1, momTerm=0.5):
        self.lr, self.mu = lr, momTerm
        {init}

    def step(self, weight_list, gradient):
        {step}
"""


def _optimiser(name, step, mistake=None, init="self.v = None", outcome="passed"):
    start = "if self.v is None: self.v = [np.zeros_like(w) for w in weight_list]\n"
    body = (start if init == "self.v = None" else "") + step.strip("\n")
    source = CLASS.format(init=init, step=body.replace("\n", "\n        "))
    return Answer("optim_mom", name, source, mistake, outcome)


def _wrong(name, velocity, mistake, move="w + v"):
    return _optimiser(
        name,
        f"""
self.v = [{velocity} for v, g in zip(self.v, gradient)]
return [{move} for w, v, g in zip(weight_list, self.v, gradient)]
""",
        mistake,
    )


RIGHT = "self.mu * v - self.lr * g"
OPTIMISERS = [
    _optimiser(
        "v = μv + g, θ - αv",
        """
self.v = [self.mu * v + g for v, g in zip(self.v, gradient)]
return [w - self.lr * v for w, v in zip(weight_list, self.v)]
""",
    ),
    _optimiser(
        "a loop, velocities in a dictionary by position",
        """
new = []
for i in range(len(weight_list)):
    self.v[i] = self.mu * self.v.get(i, 0) - self.lr * gradient[i]
    new.append(weight_list[i] + self.v[i])
return new
""",
        init="self.v = {}",
    ),
    _optimiser(
        "a tuple, float32",
        """
g32 = [np.asarray(g, np.float32) for g in gradient]
self.v = [np.float32(self.mu) * v.astype(np.float32) - np.float32(self.lr) * g for v, g in zip(self.v, g32)]
return tuple(w.astype(np.float32) + v for w, v in zip(weight_list, self.v))
""",
    ),
    _optimiser(
        "v started as 0, a number; the step as the last change of the weights",
        """
v = self.v or [0] * len(gradient)
self.v = [self.mu * a - self.lr * g for a, g in zip(v, gradient)]
return list(map(np.add, weight_list, self.v))
""",
        init="self.v = []",
    ),
    _optimiser(
        "own velocity changed in place, prints a progress bar",
        """
import sys
for v, g in zip(self.v, gradient):
    v *= self.mu
    v -= self.lr * g
print("step", file=sys.stderr)
return [w + v for w, v in zip(weight_list, self.v)]
""",
    ),
    Answer(
        "optim_mom",
        "a subclass of OptimSGD, velocities on first use",
        """class OptimMom(OptimSGD):
    def __init__(self, lr=0.1, momTerm=0.5, nesterov=False):
        super().__init__(lr)
        self.momTerm = momTerm
    def step(self, params, grads):
        if not hasattr(self, "velocities"):
            self.velocities = {}
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            v = self.velocities.setdefault(i, np.zeros(np.shape(p)))
            self.velocities[i] = self.momTerm * v - self.lr * g
            out += [p + self.velocities[i]]
        return out
""",
    ),
    Answer(
        "optim_mom",
        "a dataclass",
        """from dataclasses import dataclass, field
@dataclass
class OptimMom:
    lr: float = 0.1
    momTerm: float = 0.5
    v: list = field(default_factory=list)
    def step(self, weight_list, gradient):
        self.v = self.v or [0.0] * len(weight_list)
        self.v = [np.multiply(self.momTerm, v) - np.multiply(self.lr, g) for v, g in zip(self.v, gradient)]
        return [np.add(*both) for both in zip(weight_list, self.v)]
""",
    ),
    _optimiser(
        "one flat vector for all arrays",
        """
sizes = np.cumsum([w.size for w in weight_list])[:-1]
flat = np.concatenate([np.ravel(g) for g in gradient])
self.v = self.mu * self.v - self.lr * flat
parts = np.split(self.v, sizes)
return [w + part.reshape(w.shape) for w, part in zip(weight_list, parts)]
""",
        init="self.v = 0",
    ),
    _optimiser(
        "all gradients kept, summed with powers of μ",
        """
self.history.append([g.copy() for g in gradient])
new = []
for i, w in enumerate(weight_list):
    v = 0
    for age, old in enumerate(reversed(self.history)):
        v = v - self.lr * self.mu**age * old[i]
    new.append(w + v)
return new
""",
        init="self.history = []",
    ),
    _optimiser(
        "the first step apart, copies changed in place",
        """
if self.v is None:
    self.v = [-self.lr * g for g in gradient]
else:
    for i, g in enumerate(gradient):
        self.v[i] *= self.mu
        self.v[i] -= self.lr * g
new = [w.copy() for w in weight_list]
for w, v in zip(new, self.v):
    w += v
return new
""",
        init="self.v = None; self.first = True",
    ),
    Answer(
        "optim_mom",
        "a closure, and slots",
        """class OptimMom:
    __slots__ = ("step",)
    def __init__(self, lr=0.1, momTerm=0.5):
        v = []
        def step(weight_list, gradient):
            v[:] = [momTerm * a - lr * g for a, g in zip(v or [0] * len(gradient), gradient)]
            return [w + a for w, a in zip(weight_list, v, strict=True)]
        self.step = step
""",
    ),
    _optimiser(
        "reset",
        "return [w - self.lr * g for w, g in zip(weight_list, gradient)]",
        "the velocity is reset at each step",
    ),
    _optimiser(
        "v local",
        "v = [0 * w for w in weight_list]\nv = [self.mu * a - self.lr * g for a, g in zip(v, gradient)]\n"
        "return [w + a for w, a in zip(weight_list, v)]",
        "the velocity is reset at each step",
    ),
    _wrong("running mean", "self.mu * v - self.lr * (1 - self.mu) * g", "running mean, (1 - μ)·g"),
    _wrong("Nesterov", RIGHT, "Nesterov momentum", "w + self.mu * v - self.lr * g"),
    _wrong("μθ", "-self.lr * g", "μ applied to the weights", "self.mu * w + v"),
    _wrong("α twice", RIGHT, "α applied twice", "w + self.lr * v"),
    _wrong("no α", "self.mu * v - g", "α not used"),
    _wrong("climbs", "self.mu * v + self.lr * g", "the sign of the gradient"),
    _wrong("θ - v with v = μv - αg", RIGHT, "the sign of the gradient", "w - v"),
    _wrong("-μ", "-self.mu * v - self.lr * g", "the sign of the momentum"),
    _wrong("swapped", "self.lr * v - self.mu * g", "μ and α swapped"),
    _wrong("1 - μ", "(1 - self.mu) * v - self.lr * g", "1 - μ instead of μ"),
    _wrong("no μ", "v - self.lr * g", "μ not used"),
    _wrong("μ(v - αg)", "self.mu * (v - self.lr * g)", "μ applied to the gradient too"),
    _wrong("fixed lr", "self.mu * v - 0.1 * g", "lr is fixed at 0.1"),
    _wrong("fixed μ", "0.5 * v - self.lr * g", "momTerm is fixed at 0.5"),
    _wrong("fixed lr and μ", "0.5 * v - 0.1 * g", "lr and momTerm are fixed at 0.1 and 0.5"),
    _wrong("returns v", RIGHT, "step returns the velocity", "v"),
    _optimiser(
        "old velocity",
        """
new = [w + v for w, v in zip(weight_list, self.v)]
self.v = [self.mu * v - self.lr * g for v, g in zip(self.v, gradient)]
return new
""",
        "the step is made with the old velocity",
    ),
    _optimiser(
        "only -αg of the last step is kept",
        """
new = [w - self.lr * g + self.mu * v for w, g, v in zip(weight_list, gradient, self.v)]
self.v = [-self.lr * g for g in gradient]
return new
""",
        "only the last gradient is kept",
    ),
    _optimiser(
        "the last gradients are kept, copied",
        """
last = self.last or [0 * g for g in gradient]
self.last = [g.copy() for g in gradient]
steps = [self.lr * (g + self.mu * before) for g, before in zip(gradient, last)]
return [w - step for w, step in zip(weight_list, steps)]
""",
        "only the last gradient is kept",
        init="self.last = []",
    ),
    _optimiser(
        "the last step is kept, μ·v included",
        """
new = [w - self.lr * g + self.mu * v for w, g, v in zip(weight_list, gradient, self.v)]
self.v = [after - before for after, before in zip(new, weight_list)]
return new
""",
    ),
    _optimiser(
        "heavy ball by the weights of the step before",
        """
new = [w - self.lr * g + self.mu * (w - p) for w, g, p in zip(weight_list, gradient, self.p or weight_list)]
self.p = [w.copy() for w in weight_list]
return new
""",
        init="self.p = None",
    ),
    _wrong("v = μv + g returned", "self.mu * v + g", "step returns the velocity μ·v + g", "v"),
    _wrong("αv returned", "self.mu * v + g", "step returns α·v", "self.lr * v"),
    _wrong("-αv returned", "self.mu * v + g", "step returns the velocity", "-self.lr * v"),
    _wrong("μθ + v", RIGHT, "μ applied to the weights, with the velocity kept", "self.mu * w + v"),
    _wrong("μ(θ + v)", RIGHT, "μ applied to θ + v", "self.mu * (w + v)"),
    _optimiser(
        "weight decay",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [0.99 * w + v for w, v in zip(weight_list, self.v)]
""",
        "the weights shrink by 1 % at each step",
    ),
    _optimiser(
        "v begins as the first step",
        f"""
self.v = self.v or [-self.lr * g for g in gradient]
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [w + v for w, v in zip(weight_list, self.v)]
""",
        "the velocity starts at the first gradient",
        init="self.v = []",
    ),
    _optimiser(
        "v begins as the first gradient, without α",
        f"""
self.v = self.v or gradient
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [w + v for w, v in zip(weight_list, self.v)]
""",
        "the velocity starts at the first gradient, without α",
        init="self.v = []",
    ),
    _optimiser(
        "one v for the whole list",
        """
out = []
for w, g in zip(weight_list, gradient):
    self.v = self.mu * self.v - self.lr * g
    out.append(w + self.v)
return out
""",
        "one velocity for all arrays",
        init="self.v = 0",
    ),
    Answer(
        "optim_mom",
        "velocity as a default argument",
        """class OptimMom:
    def __init__(self, lr=0.1, momTerm=0.5, v=[]):
        self.lr, self.mu, self.v = lr, momTerm, v
    def step(self, weight_list, gradient):
        if not self.v:
            self.v.extend(np.zeros_like(w) for w in weight_list)
        for i, g in enumerate(gradient):
            self.v[i] = self.mu * self.v[i] - self.lr * g
        return [w + v for w, v in zip(weight_list, self.v)]
""",
        "the velocity is shared by all optimisers",
    ),
    Answer(
        "optim_mom",
        "velocity in the class",
        """class OptimMom:
    v = {}
    def __init__(self, lr=0.1, momTerm=0.5):
        self.lr, self.mu = lr, momTerm
    def step(self, weight_list, gradient):
        out = []
        for i, (w, g) in enumerate(zip(weight_list, gradient)):
            old = OptimMom.v.get((i, w.shape), np.zeros(w.shape))
            OptimMom.v[i, w.shape] = self.mu * old - self.lr * g
            out.append(w + OptimMom.v[i, w.shape])
        return out
""",
        "the velocity is shared by all optimisers",
    ),
    Answer(
        "optim_mom",
        "default momentum 0.9",
        CLASS.replace("momTerm=0.5", "momTerm=0.9").format(
            init="self.v = None",
            step="if self.v is None: self.v = [0 * w for w in weight_list]\n"
            f"        self.v = [{RIGHT} for v, g in zip(self.v, gradient)]\n"
            "        return [w + v for w, v in zip(weight_list, self.v)]",
        ),
        "other default values",
    ),
    _optimiser(
        "changes the weights in place",
        """
self.v = [self.mu * v - self.lr * g for v, g in zip(self.v, gradient)]
for w, v in zip(weight_list, self.v):
    w += v
return weight_list
""",
        outcome="changed its arguments in place",
    ),
    _optimiser(
        "changes the gradients in place",
        """
for g in gradient:
    g *= self.lr
self.v = [self.mu * v - g for v, g in zip(self.v, gradient)]
return [w + v for w, v in zip(weight_list, self.v)]
""",
        outcome="changed its arguments in place",
    ),
    _optimiser(
        "forgot return",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
weight_list = [w + v for w, v in zip(weight_list, self.v)]
""",
        outcome="wrong type",
    ),
    _optimiser("returns nothing", "self.v = 0", outcome="wrong type"),
    _optimiser("one array", "return weight_list[0] - self.lr * gradient[0]", outcome="wrong type"),
    _optimiser(
        "fixed lr 0.01",
        "self.v = [self.mu * v - 0.01 * g for v, g in zip(self.v, gradient)]\n"
        "return [w + v for w, v in zip(weight_list, self.v)]",
        "lr is fixed at 0.01",
    ),
    _wrong("fixed μ 0.9", "0.9 * v - self.lr * g", "momTerm is fixed at 0.9"),
    _wrong(
        "g.mean()",
        "self.mu * v - self.lr * g.mean()",
        "the mean of the gradient instead of the gradient",
    ),
    _wrong("α(μv - g)", "self.lr * (self.mu * v - g)", "α applied to the old velocity too"),
    _wrong("v = μv - αg, θ - αv", RIGHT, "v = μ·v - α·g, but the step is -α·v", "w - self.lr * v"),
    _wrong(
        "v = μv + αg, θ - αv", "self.mu * v + self.lr * g", "α applied twice", "w - self.lr * v"
    ),
    _wrong("v = μv + g, θ - v", "self.mu * v + g", "α not used", "w - v"),
    _wrong("v = μv + g, θ + αv", "self.mu * v + g", "the sign of the gradient", "w + self.lr * v"),
    _wrong(
        "a running mean of gradients, then α",
        "self.mu * v + (1 - self.mu) * g",
        "running mean, (1 - μ)·g",
        "w - self.lr * v",
    ),
    _wrong(
        "a running mean without α",
        "self.mu * v + (1 - self.mu) * g",
        "running mean, (1 - μ)·g, and α not used",
        "w - v",
    ),
    _optimiser(
        "velocities by shape",
        """
out = []
for w, g in zip(weight_list, gradient):
    self.v[w.shape] = self.mu * self.v.get(w.shape, 0) - self.lr * g
    out.append(w + self.v[w.shape])
return out
""",
        "one velocity for all arrays of one shape",
        init="self.v = {}",
    ),
    _optimiser(
        "only the first array",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [weight_list[0] + self.v[0]] + list(weight_list[1:])
""",
        "only the first array moves",
    ),
    _optimiser(
        "four velocities, as Q2's network has",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [w + v for w, v in zip(weight_list, self.v)]
""",
        init="self.v = [0, 0, 0, 0]",
        outcome="wrong shape",
    ),
    _optimiser(
        "one array of all velocities",
        """
if self.v is None:
    self.v = np.zeros_like(np.array(weight_list))
self.v = self.mu * self.v - self.lr * np.array(gradient)
return [w + v for w, v in zip(weight_list, self.v)]
""",
        init="self.v = None\n        self.other = 0",
        outcome="raised an error",
    ),
    _optimiser(
        "in place from the second step on",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
if not hasattr(self, "own"):
    self.own = [w.copy() for w in weight_list]
else:
    self.own = weight_list
for w, v in zip(self.own, self.v):
    w += v
return self.own
""",
        outcome="changed its arguments in place",
    ),
    _optimiser(
        "the list is given back with new arrays in it",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
for i, v in enumerate(self.v):
    weight_list[i] = weight_list[i] + v
return weight_list
""",
        outcome="changed its arguments in place",
    ),
    _optimiser(
        "a generator",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return (w + v for w, v in zip(weight_list, self.v))
""",
        outcome="wrong type",
    ),
    _optimiser(
        "weights and velocities",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [w + v for w, v in zip(weight_list, self.v)], self.v
""",
        outcome="raised an error",
    ),
    _optimiser(
        "lists of numbers",
        """
self.v = [self.mu * v - self.lr * np.asarray(g) for v, g in zip(self.v, gradient)]
return [(np.asarray(w) + v).tolist() for w, v in zip(weight_list, self.v)]
""",
        outcome="wrong type",
    ),
    _optimiser(
        "a name forgotten", "return [w + velocity for w in weight_list]", outcome="raised an error"
    ),
    Answer(
        "optim_mom",
        "velocity in the class, begun anew by __init__",
        """class OptimMom:
    def __init__(self, lr=0.1, momTerm=0.5):
        self.lr, self.mu = lr, momTerm
        OptimMom.v = None
    def step(self, weight_list, gradient):
        if OptimMom.v is None:
            OptimMom.v = [np.zeros_like(w) for w in weight_list]
        OptimMom.v = [self.mu * v - self.lr * g for v, g in zip(OptimMom.v, gradient)]
        return [w + v for w, v in zip(weight_list, OptimMom.v)]
""",
        "the velocity is shared by all optimisers",
    ),
    Answer(
        "optim_mom",
        "velocity in a list of the class",
        """class OptimMom:
    v = []
    def __init__(self, lr=0.1, momTerm=0.5):
        self.lr, self.mu = lr, momTerm
    def step(self, weight_list, gradient):
        if not self.v:
            self.v += [np.zeros_like(w) for w in weight_list]
        self.v[:] = [self.mu * v - self.lr * g for v, g in zip(self.v, gradient)]
        return [w + v for w, v in zip(weight_list, self.v)]
""",
        "the velocity is shared by all optimisers",
    ),
    Answer(
        "optim_mom",
        "velocity in a global variable",
        """velocity = None
class OptimMom:
    def __init__(self, lr=0.1, momTerm=0.5):
        self.lr, self.mu = lr, momTerm
    def step(self, weight_list, gradient):
        global velocity
        if velocity is None:
            velocity = [np.zeros_like(w) for w in weight_list]
        velocity = [self.mu * v - self.lr * g for v, g in zip(velocity, gradient)]
        return [w + v for w, v in zip(weight_list, velocity)]
""",
        "the velocity is shared by all optimisers",
    ),
    Answer(
        "optim_mom",
        "default lr 0.01, as in PyTorch's examples",
        CLASS.replace("lr=0.1", "lr=0.01").format(
            init="self.v = None",
            step="if self.v is None: self.v = [0 * w for w in weight_list]\n"
            f"        self.v = [{RIGHT} for v, g in zip(self.v, gradient)]\n"
            "        return [w + v for w, v in zip(weight_list, self.v)]",
        ),
        "other default values",
    ),
    Answer(
        "optim_mom",
        "plain SGD under the name",
        "class OptimMom(OptimSGD):\n    def __init__(self, lr=0.1, momTerm=0.5):\n"
        "        super().__init__(lr)\n",
        "the velocity is reset at each step",
    ),
    _optimiser("stub", "raise NotImplementedError()", outcome="not attempted"),
    Answer(
        "optim_mom",
        "lr and momTerm in the class",
        """class OptimMom:
    def __init__(self, lr=0.1, momTerm=0.5):
        OptimMom.lr = lr
        OptimMom.momTerm = momTerm
        self.v = None
    def step(self, weight_list, gradient):
        if self.v is None:
            self.v = [0 * w for w in weight_list]
        self.v = [self.momTerm * v - self.lr * g for v, g in zip(self.v, gradient)]
        return [w + v for w, v in zip(weight_list, self.v)]
""",
        "lr and momTerm are shared by all optimisers",
    ),
    _optimiser(
        "weights of its own from the first step on",
        f"""
if not hasattr(self, "w"):
    self.w = [w.copy() for w in weight_list]
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
self.w = [w + v for w, v in zip(self.w, self.v)]
return list(self.w)
""",
        "the weights that step is given are not used",
    ),
    _optimiser(
        "the velocity begins as the list of gradients, then in place",
        """
if not self.v:
    self.v = [g for g in gradient]
else:
    for v, g in zip(self.v, gradient):
        v *= self.mu
        v += g
return [w - self.lr * v for w, v in zip(weight_list, self.v)]
""",
        init="self.v = []",
        outcome="changed its arguments in place",
    ),
    _optimiser(
        "the velocity is reset at each fourth step",
        f"""
self.t = getattr(self, "t", 0) + 1
if self.t % 4 == 0:
    self.v = [0 * v for v in self.v]
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [w + v for w, v in zip(weight_list, self.v)]
""",
        outcome="wrong value",
    ),
]

FIGURE = "\nfig, ax = plt.subplots()\nplot_comparison(ax, {'SGD': sgd_losses, 'momentum': mom_losses})\nplt.show()\n"
SGD = "sgd_losses = train(OptimSGD(lr=LR), initial_weights(SEED), X, y, EPOCHS)\n"
MOM = "mom_losses = train(OptimMom(LR, MOMENTUM), initial_weights(SEED), X, y, EPOCHS)\n"
COMPARISONS = [
    Answer("momentum_comparison", "in the other order", MOM + SGD + FIGURE),
    Answer(
        "momentum_comparison",
        "as NumPy arrays",
        SGD + MOM + "sgd_losses, mom_losses = np.array(sgd_losses), np.array(mom_losses)" + FIGURE,
    ),
    Answer(
        "momentum_comparison",
        "a loop of their own",
        """def run(opt):
    w, out = initial_weights(SEED), []
    for _ in range(EPOCHS):
        loss, g = loss_and_gradient(w, X, y)
        out += [loss]
        w = opt.step(w, g)
    return out
sgd_losses, mom_losses = run(OptimSGD(LR)), run(OptimMom(lr=LR, momTerm=MOMENTUM))
plt.plot(sgd_losses); plt.plot(mom_losses); plt.show()
""",
    ),
    Answer(
        "momentum_comparison",
        "SGD as momentum 0, tuples, a seaborn-like style",
        """with plt.style.context("ggplot"):
    sgd_losses = tuple(train(OptimMom(lr=LR, momTerm=0.0), initial_weights(), X, y, EPOCHS))
    mom_losses = tuple(train(OptimMom(momTerm=MOMENTUM), initial_weights(), X, y, EPOCHS))
    plot_comparison(plt.gca(), dict(SGD=sgd_losses, momentum=mom_losses))
    plt.show()
""",
    ),
    Answer(
        "momentum_comparison",
        "pandas",
        """start = initial_weights(SEED)
curves = pd.DataFrame({
    "sgd": train(OptimSGD(), start, X, y, EPOCHS),
    "mom": train(OptimMom(LR, MOMENTUM), start, X, y, EPOCHS),
})
sgd_losses, mom_losses = curves["sgd"], curves["mom"]
curves.plot()
plt.show()
""",
    ),
    Answer(
        "momentum_comparison",
        "no figure",
        SGD + MOM,
        outcome="no figure",
        secret="what a cell has drawn is in its output, which code does not see",
    ),
    Answer(
        "momentum_comparison",
        "the default momentum",
        SGD + MOM.replace("LR, MOMENTUM", "lr=LR") + FIGURE,
        "mom_losses are not those of your OptimMom",
    ),
    Answer(
        "momentum_comparison",
        "an optimiser that has trained before",
        SGD + "optimiser = OptimMom(LR, MOMENTUM)\n"
        "for _ in range(2):\n"
        "    mom_losses = train(optimiser, initial_weights(SEED), X, y, EPOCHS)" + FIGURE,
        "mom_losses are not those of your OptimMom",
    ),
    Answer(
        "momentum_comparison",
        "another learning rate for SGD",
        SGD.replace("lr=LR", "lr=0.01") + MOM + FIGURE,
        "sgd_losses are not those of plain SGD",
    ),
    Answer(
        "momentum_comparison",
        "the settings changed",
        "LR = 0.5\n" + SGD + MOM + "LR = 0.1" + FIGURE,
        "sgd_losses are not those of plain SGD",
    ),
    Answer(
        "momentum_comparison",
        "another seed for both",
        (SGD + MOM).replace("SEED", "42") + FIGURE,
        "sgd_losses are not those of plain SGD",
    ),
    Answer(
        "momentum_comparison",
        "both from OptimSGD",
        SGD + SGD.replace("sgd_losses", "mom_losses") + FIGURE,
        "momentum does not end lower",
    ),
    Answer(
        "momentum_comparison",
        "the last losses only",
        SGD + MOM + "sgd_losses, mom_losses = sgd_losses[-1], mom_losses[-1]" + FIGURE,
        outcome="raised an error",
    ),
    Answer(
        "momentum_comparison",
        "momentum left out",
        SGD + MOM.replace("MOMENTUM", "0.0") + FIGURE,
        "momentum does not end lower",
    ),
    Answer(
        "momentum_comparison",
        "another start",
        SGD + MOM.replace("(SEED)", "(SEED + 1)") + FIGURE,
        "the two trainings start from different weights",
    ),
    Answer(
        "momentum_comparison",
        "too few epochs",
        SGD.replace("EPOCHS", "100") + MOM.replace("EPOCHS", "100") + FIGURE,
        "not one loss for each epoch",
    ),
    Answer(
        "momentum_comparison",
        "made up",
        "sgd_losses, mom_losses = [1.0] * 500, [1.0] + [0.5] * 499" + FIGURE,
        "sgd_losses are not those of plain SGD",
    ),
    Answer(
        "momentum_comparison",
        "momentum made up",
        SGD + "mom_losses = [sgd_losses[0]] + [0.0] * 499" + FIGURE,
        "mom_losses are not those of your OptimMom",
    ),
    Answer(
        "momentum_comparison",
        "plain SGD with another learning rate",
        SGD + "mom_losses = train(OptimSGD(lr=1.0), initial_weights(SEED), X, y, EPOCHS)" + FIGURE,
        "mom_losses are not those of your OptimMom",
    ),
    Answer(
        "momentum_comparison",
        "swapped",
        SGD + MOM + "sgd_losses, mom_losses = mom_losses, sgd_losses" + FIGURE,
        "the two lists are swapped",
    ),
    Answer(
        "momentum_comparison",
        "one epoch too many",
        SGD.replace("EPOCHS", "EPOCHS + 1") + MOM.replace("EPOCHS", "EPOCHS + 1") + FIGURE,
        "not one loss for each epoch",
    ),
    Answer(
        "momentum_comparison",
        "mom_losses rounded",
        SGD + MOM + "mom_losses = [round(loss, 3) for loss in mom_losses]" + FIGURE,
        "the losses are rounded",
    ),
    Answer(
        "momentum_comparison",
        "both rounded, as arrays",
        SGD
        + MOM
        + "sgd_losses, mom_losses = np.round(sgd_losses, 2), np.round(mom_losses, 2)"
        + FIGURE,
        "the losses are rounded",
    ),
    Answer("momentum_comparison", "deleted", "del sgd_losses, mom_losses", outcome="missing"),
]

ANSWERS = [*OPTIMISERS, *COMPARISONS]
