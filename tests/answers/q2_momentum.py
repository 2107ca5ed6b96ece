"""Answers to Q2."""

from answers import Answer

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
        "weight decay: not the class velocity",
        f"""
self.v = [{RIGHT} for v, g in zip(self.v, gradient)]
return [0.99 * w + v for w, v in zip(weight_list, self.v)]
""",
        outcome="wrong value",
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
    _optimiser("stub", "raise NotImplementedError()", outcome="not attempted"),
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
    Answer("momentum_comparison", "no figure", SGD + MOM, outcome="no figure"),
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
        outcome="wrong value",
    ),
    Answer(
        "momentum_comparison",
        "made up",
        "sgd_losses, mom_losses = [1.0] * 500, [1.0] + [0.5] * 499" + FIGURE,
        outcome="wrong value",
    ),
    Answer(
        "momentum_comparison",
        "momentum made up",
        SGD + "mom_losses = [sgd_losses[0]] + [0.0] * 499" + FIGURE,
        outcome="wrong value",
    ),
    Answer(
        "momentum_comparison",
        "plain SGD with another learning rate",
        SGD + "mom_losses = train(OptimSGD(lr=1.0), initial_weights(SEED), X, y, EPOCHS)" + FIGURE,
        outcome="wrong value",
    ),
    Answer(
        "momentum_comparison",
        "swapped",
        SGD + MOM + "sgd_losses, mom_losses = mom_losses, sgd_losses" + FIGURE,
        "the two lists are swapped",
    ),
    Answer("momentum_comparison", "deleted", "del sgd_losses, mom_losses", outcome="missing"),
]

ANSWERS = [*OPTIMISERS, *COMPARISONS]
