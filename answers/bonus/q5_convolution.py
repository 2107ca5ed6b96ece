"""Answers to Q5."""

from nbjudge.authoring.answers import Answer


def _answer(test, head):
    def make(name, body, mistake=None, outcome="passed", secret=""):
        text = body.strip("\n").replace("\n", "\n    ")
        return Answer(test, name, f"{head}\n    {text}\n", mistake, outcome, secret)

    return make


_convolve = _answer("conv_filter", "def convolve(image, kernel):")
SIZES = "(H, W), (h, w) = image.shape, kernel.shape\n"
PLACES = SIZES + "Z = np.zeros((H - h + 1, W - w + 1))\n"
LOOP = PLACES + "for i in range(H - h + 1):\n    for j in range(W - w + 1):\n        "
CONVOLUTIONS = [
    _convolve(
        "four loops",
        LOOP
        + "for a in range(h):\n            for b in range(w):\n                Z[i, j] += image[i + a, j + b] * kernel[a, b]\nreturn Z",
    ),
    _convolve(
        "a loop over the kernel",
        PLACES
        + "for a in range(h):\n    for b in range(w):\n        Z += kernel[a, b] * image[a : a + H - h + 1, b : b + W - w + 1]\nreturn Z",
    ),
    _convolve(
        "sliding windows",
        "windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)\nreturn np.einsum('ijab,ab->ij', windows, kernel)",
    ),
    _convolve(
        "torch, in double precision",
        "Z = F.conv2d(torch.tensor(image)[None, None], torch.tensor(kernel)[None, None])\nreturn Z[0, 0].numpy()",
    ),
    _convolve(
        "torch, in single precision",
        "i, k = (torch.tensor(a, dtype=torch.float32)[None, None] for a in (image, kernel))\nreturn F.conv2d(i, k).numpy()[0, 0]",
    ),
    _convolve(
        "a list that becomes an array",
        SIZES
        + "return np.array([[(image[i : i + h, j : j + w] * kernel).sum() for j in range(W - w + 1)] for i in range(H - h + 1)])",
    ),
    _convolve(
        "a matrix product of unrolled windows",
        SIZES
        + "columns = np.stack([image[i : i + h, j : j + w].ravel() for i in range(H - h + 1) for j in range(W - w + 1)])\nreturn (columns @ kernel.ravel()).reshape(H - h + 1, W - w + 1)",
    ),
    _convolve(
        "nested lists",
        SIZES
        + "return [[float((image[i : i + h, j : j + w] * kernel).sum()) for j in range(W - w + 1)] for i in range(H - h + 1)]",
        outcome="wrong type",
    ),
    _convolve(
        "the mathematicians' convolution",
        "kernel = kernel[::-1, ::-1]\n"
        + LOOP
        + "Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)\nreturn Z",
        "the kernel is turned",
    ),
    _convolve(
        "upside down",
        LOOP + "Z[i, j] = np.sum(image[i : i + h, j : j + w] * np.flipud(kernel))\nreturn Z",
        "the kernel is turned upside down",
    ),
    _convolve(
        "left to right",
        LOOP + "Z[i, j] = np.sum(image[i : i + h, j : j + w] * np.fliplr(kernel))\nreturn Z",
        "the kernel is turned left to right",
    ),
    _convolve(
        "H - h places",
        SIZES
        + "Z = np.zeros((H - h, W - w))\nfor i in range(H - h):\n    for j in range(W - w):\n        Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)\nreturn Z",
        "one place too few in each direction",
    ),
    _convolve(
        "the mean",
        LOOP + "Z[i, j] = np.mean(image[i : i + h, j : j + w] * kernel)\nreturn Z",
        "the mean instead of the sum",
    ),
    _convolve(
        "the maximum",
        LOOP + "Z[i, j] = np.max(image[i : i + h, j : j + w] * kernel)\nreturn Z",
        "the largest product instead of the sum",
    ),
    _convolve(
        "the kernel is forgotten",
        LOOP + "Z[i, j] = np.sum(image[i : i + h, j : j + w])\nreturn Z",
        "the image is summed, and the kernel not used",
    ),
    _convolve(
        "with a ReLU",
        LOOP + "Z[i, j] = max(0, np.sum(image[i : i + h, j : j + w] * kernel))\nreturn Z",
        "negative sums are set to zero",
    ),
    _convolve(
        "absolute",
        LOOP + "Z[i, j] = abs(np.sum(image[i : i + h, j : j + w] * kernel))\nreturn Z",
        "absolute values",
    ),
    _convolve(
        "padded to the same size",
        SIZES
        + "top, left = (h - 1) // 2, (w - 1) // 2\nX = np.pad(image, ((top, h - 1 - top), (left, w - 1 - left)))\nreturn np.array([[(X[i : i + h, j : j + w] * kernel).sum() for j in range(W)] for i in range(H)])",
        "the output is as large as the image",
    ),
    _convolve(
        "padded to the same size, turned",
        SIZES
        + "top, left = (h - 1) // 2, (w - 1) // 2\nX = np.pad(image, ((top, h - 1 - top), (left, w - 1 - left)))\nreturn np.array([[(X[i : i + h, j : j + w] * kernel[::-1, ::-1]).sum() for j in range(W)] for i in range(H)])",
        "the output is as large as the image, the kernel turned",
    ),
    _convolve(
        "full",
        SIZES
        + "X = np.pad(image, ((h - 1, h - 1), (w - 1, w - 1)))\nreturn np.array([[(X[i : i + h, j : j + w] * kernel).sum() for j in range(W + w - 1)] for i in range(H + h - 1)])",
        "the output is larger than the image",
    ),
    _convolve(
        "full, each pixel spreads the kernel",
        SIZES
        + "Z = np.zeros((H + h - 1, W + w - 1))\nfor i in range(H):\n    for j in range(W):\n        Z[i : i + h, j : j + w] += image[i, j] * kernel\nreturn Z",
        "the output is larger than the image, the kernel turned",
    ),
    _convolve(
        "blocks",
        SIZES
        + "return np.array([[(image[i : i + h, j : j + w] * kernel).sum() for j in range(0, W - w + 1, w)] for i in range(0, H - h + 1, h)])",
        "the kernel moves by its own size",
    ),
    _convolve(
        "stride two",
        SIZES
        + "return np.array([[(image[i : i + h, j : j + w] * kernel).sum() for j in range(0, W - w + 1, 2)] for i in range(0, H - h + 1, 2)])",
        "the kernel moves by two pixels",
    ),
    _convolve(
        "zeros", LOOP + "z = np.sum(image[i : i + h, j : j + w] * kernel)\nreturn Z", "only zeros"
    ),
    _convolve(
        "a dtype of whole numbers",
        LOOP.replace("w + 1))", "w + 1), dtype=int)")
        + "Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)\nreturn Z",
        "the sums are cut to whole numbers",
    ),
    _convolve(
        "only square kernels",
        "h = kernel.shape[0]\n(H, W) = image.shape\nZ = np.zeros((H - h + 1, W - h + 1))\nfor i in range(H - h + 1):\n    for j in range(W - h + 1):\n        Z[i, j] = np.sum(image[i : i + h, j : j + h] * kernel)\nreturn Z",
        outcome="raised an error",
    ),
    _convolve(
        "only 3 × 3",
        "(H, W) = image.shape\nZ = np.zeros((H - 2, W - 2))\nfor i in range(H - 2):\n    for j in range(W - 2):\n        Z[i, j] = np.sum(image[i : i + 3, j : j + 3] * kernel)\nreturn Z",
        outcome="raised an error",
    ),
    _convolve(
        "the image becomes the output",
        LOOP
        + "Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)\nimage[: H - h + 1, : W - w + 1] = Z\nreturn Z",
        outcome="changed its arguments in place",
    ),
    _convolve(
        "no return",
        LOOP + "Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)",
        outcome="wrong type",
    ),
    _convolve("a plain product", "return image * kernel", outcome="raised an error"),
    _convolve(
        "one sum over all",
        "h, w = kernel.shape\nreturn np.sum(image[:h, :w] * kernel)",
        outcome="wrong type",
    ),
    _convolve(
        "rows and columns of the image exchanged",
        "W, H = image.shape\nh, w = kernel.shape\nZ = np.zeros((H - h + 1, W - w + 1))\nfor i in range(H - h + 1):\n    for j in range(W - w + 1):\n        Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)\nreturn Z",
        outcome="raised an error",
    ),
]

_build = _answer("conv_model", "def build_cnn(channels, classes):")


def _sequential(
    first="nn.Conv2d(1, channels, 3, padding=1)",
    act="nn.ReLU()",
    pool="nn.MaxPool2d(2)",
    second="nn.Conv2d(channels, 2 * channels, 3, padding=1)",
    act2="",
    pool2="",
    last="nn.Flatten(), nn.Linear(2 * channels * 16, classes)",
):
    """Return a network as students write it; with an empty part the layer is left out."""
    parts = (first, act, pool, second, act2 or act, pool2 or pool, last)
    return f"return nn.Sequential({', '.join(part for part in parts if part and part != '-')})"


CLASS = """class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.last = nn.Linear(32 * channels, classes)

    def forward(self, X):
        X = F.max_pool2d(F.relu(self.first(X)), 2)
        X = F.max_pool2d(F.relu(self.second(X)), 2)
        return self.last({flat})
return Network()"""
MODELS = [
    _build("a class", CLASS.format(flat="X.view(len(X), -1)")),
    _build("a class that flattens by start_dim", CLASS.format(flat="torch.flatten(X, 1)")),
    _build("pooled before ReLU", _sequential(act="nn.MaxPool2d(2)", pool="nn.ReLU()")),
    _build(
        "padding by name",
        _sequential(first="nn.Conv2d(1, channels, kernel_size=(3, 3), padding='same')"),
    ),
    _build("a lazy linear layer", _sequential(last="nn.Flatten(), nn.LazyLinear(classes)")),
    _build(
        "rounds in a function",
        "def part(i, o):\n    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2))\nreturn nn.Sequential(part(1, channels), part(channels, channels * 2), nn.Flatten(), nn.Linear(channels * 2 * 4 * 4, classes))",
    ),
    _build(
        "dropout of nothing",
        _sequential(last="nn.Dropout(0.0), nn.Flatten(), nn.Linear(2 * channels * 16, classes)"),
    ),
    _build("no ReLU", _sequential(act="-"), "no ReLU"),
    _build(
        "ReLU at the end only",
        _sequential(act="-", act2="nn.ReLU()"),
        "no ReLU after the first convolution",
    ),
    _build(
        "ReLU at the beginning only", _sequential(act2="-"), "no ReLU after the second convolution"
    ),
    _build("sigmoids", _sequential(act="nn.Sigmoid()"), "the sigmoid instead of ReLU"),
    _build("tanh", _sequential(act="nn.Tanh()"), "tanh instead of ReLU"),
    _build(
        "average",
        _sequential(pool="nn.AvgPool2d(2)"),
        "the mean of each 2 × 2 instead of the largest",
    ),
    _build(
        "strides",
        _sequential(
            first="nn.Conv2d(1, channels, 3, padding=1, stride=2)",
            second="nn.Conv2d(channels, 2 * channels, 3, padding=1, stride=2)",
            pool="-",
        ),
        "one pixel of each 2 × 2, not the largest",
    ),
    _build(
        "softmax",
        _sequential(last="nn.Flatten(), nn.Linear(32 * channels, classes), nn.Softmax(dim=1)"),
        "softmax at the end",
    ),
    _build(
        "log-softmax",
        _sequential(last="nn.Flatten(), nn.Linear(32 * channels, classes), nn.LogSoftmax(dim=1)"),
        "log-softmax at the end",
    ),
    _build(
        "a sigmoid at the end",
        _sequential(last="nn.Flatten(), nn.Linear(32 * channels, classes), nn.Sigmoid()"),
        "the sigmoid at the end",
    ),
    _build(
        "a ReLU at the end",
        _sequential(last="nn.Flatten(), nn.Linear(32 * channels, classes), nn.ReLU()"),
        "ReLU at the end",
    ),
    _build(
        "no biases",
        _sequential(
            first="nn.Conv2d(1, channels, 3, padding=1, bias=False)",
            second="nn.Conv2d(channels, 2 * channels, 3, padding=1, bias=False)",
            last="nn.Flatten(), nn.Linear(32 * channels, classes, bias=False)",
        ),
        "no biases",
    ),
    _build(
        "frozen kernels",
        _sequential().replace("return ", "m = ")
        + "\nfor p in m[0].parameters():\n    p.requires_grad_(False)\nreturn m",
        "the logits cannot be differentiated by all parameters",
    ),
    _build(
        "no padding",
        _sequential(
            first="nn.Conv2d(1, channels, 3)",
            second="nn.Conv2d(channels, 2 * channels, 3)",
            last="nn.Flatten(), nn.Linear(2 * channels * 4, classes)",
        ),
        "no padding",
    ),
    _build(
        "pooled once",
        _sequential(pool2="-", last="nn.Flatten(), nn.Linear(2 * channels * 64, classes)"),
        "pooled only once",
    ),
    _build(
        "not pooled",
        _sequential(pool="-", last="nn.Flatten(), nn.Linear(2 * channels * 256, classes)"),
        "not pooled",
    ),
    _build(
        "pooled over all",
        _sequential(last="nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(2 * channels, classes)"),
        "pooled over the whole image",
    ),
    _build(
        "as many channels again",
        _sequential(
            second="nn.Conv2d(channels, channels, 3, padding=1)",
            last="nn.Flatten(), nn.Linear(16 * channels, classes)",
        ),
        "the second convolution has as many channels as the first",
    ),
    _build(
        "5 × 5",
        _sequential(
            first="nn.Conv2d(1, channels, 5, padding=2)",
            second="nn.Conv2d(channels, 2 * channels, 5, padding=2)",
        ),
        "kernels of 5 × 5",
    ),
    _build(
        "one convolution",
        "return nn.Sequential(nn.Conv2d(1, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * channels, classes))",
        "one convolution only",
    ),
    _build(
        "always 8 channels", "channels = 8\n" + _sequential(), "8 channels whatever channels says"
    ),
    _build("always 4 classes", "classes = 4\n" + _sequential(), "4 classes whatever classes says"),
    _build(
        "the network of the notebook",
        "channels, classes = 8, 4\n" + _sequential(),
        "8 channels and 4 classes whatever is asked for",
    ),
    _build(
        "not flattened",
        _sequential(last="nn.Linear(32 * channels, classes)"),
        outcome="raised an error",
    ),
    _build(
        "sizes that do not fit",
        _sequential(last="nn.Flatten(), nn.Linear(2 * channels, classes)"),
        outcome="raised an error",
    ),
    _build("no return", _sequential().replace("return ", "m = "), outcome="wrong type"),
    _build(
        "dense",
        "return nn.Sequential(nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, classes))",
        outcome="wrong value",
    ),
]

_predict = _answer("conv_predict", "def predict(images):")
P = "with torch.no_grad():\n    p = net(torch.tensor(images))\n"


def _net(name, making, mistake=None, outcome="passed"):
    """Return an answer that trains a `net` of its own; the answers after it find that one."""
    body = P + "return p.argmax(1).numpy()"
    return Answer(
        "conv_predict",
        name,
        f"{making}\n\n\ndef predict(images):\n    " + body.replace("\n", "\n    ") + "\n",
        mistake,
        outcome,
    )


DENSE = "nn.Sequential(nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 4))"
PREDICTIONS = [
    _predict("a list of ints", P + "return [int(row.argmax()) for row in p]"),
    _predict("a tensor", P + "return torch.max(p, 1).indices"),
    _predict("softmax before", P + "return torch.softmax(p, 1).numpy().argmax(axis=1)"),
    _predict("shape (n, 1)", P + "return p.argmax(1, keepdim=True).numpy()"),
    _predict(
        "image by image",
        "return np.array([net(torch.tensor(i[None])).argmax().item() for i in images])",
    ),
    _predict("logits", P + "return p.numpy()", "logits instead of labels"),
    _predict("probabilities", P + "return p.softmax(1).numpy()", "logits instead of labels"),
    _predict(
        "names", P + "return np.array(SHAPES)[p.argmax(1).numpy()]", outcome="raised an error"
    ),
    _predict(
        "labels from one",
        P + "return p.argmax(1).numpy() + 1",
        "not one label, 0 to 3, for each image",
    ),
    _predict(
        "argmax over the images",
        P + "return p.argmax(0).numpy()",
        "not one label, 0 to 3, for each image",
    ),
    _predict(
        "the largest logit",
        P + "return p.max(1).values.numpy()",
        "not one label, 0 to 3, for each image",
    ),
    _predict(
        "one label for all",
        P + "return np.full(len(images), p.argmax(1)[0])",
        "the same label for every image",
    ),
    _predict("the smallest logit", P + "return p.argmin(1).numpy()", outcome="wrong value"),
    _predict(
        "negatives",
        "with torch.no_grad():\n    return net(1 - torch.tensor(images)).argmax(1).numpy()",
        "the same label for every image",
    ),
    _predict(
        "scaled by all images",
        "X = torch.tensor(images)\nX = (X - X.mean((0, 2, 3), keepdim=True)) / X.std(0, keepdim=True)\nwith torch.no_grad():\n    return net(X.nan_to_num()).argmax(1).numpy()",
        "the label of an image depends on the others",
    ),
    _predict(
        "clips in place",
        "X = torch.from_numpy(images).clamp_(0, 1)\nwith torch.no_grad():\n    return net(X).argmax(1).numpy()",
        "images are changed",
    ),
    _predict(
        "goes on training",
        "net[0].weight.data += 1e-4\n" + P + "return p.argmax(1).numpy()",
        "net is changed",
    ),
    _predict("nothing", P + "p.argmax(1)", "not one label, 0 to 3, for each image"),
    _net(
        "16 channels",
        "torch.manual_seed(1)\nnet = build_cnn(16, 4)\nshares = train(net, X_train, y_train, epochs=15)",
    ),
    _net(
        "SGD of one's own",
        "torch.manual_seed(0)\nnet = build_cnn(8, 4)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)\nfor _ in range(30):\n    for batch in torch.randperm(2000).split(32):\n        optimizer.zero_grad()\n        F.cross_entropy(net(X_train[batch]), y_train[batch]).backward()\n        optimizer.step()",
    ),
    _net("never trained", "torch.manual_seed(0)\nnet = build_cnn(8, 4)", "no better than guessing"),
    _net(
        "dense",
        f"torch.manual_seed(0)\nnet = {DENSE}\nshares = train(net, X_train, y_train)",
        "less than convolution reaches",
    ),
    _net(
        "three epochs",
        "torch.manual_seed(0)\nnet = build_cnn(8, 4)\nshares = train(net, X_train, y_train, epochs=3)",
        "less than convolution reaches",
    ),
]
ANSWERS = [*CONVOLUTIONS, *MODELS, *PREDICTIONS]
