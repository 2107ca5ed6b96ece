"""Hidden test of Q5, task 3: the accuracy reached on private images."""

from nbjudge import Anything, Case, HiddenTest

from ...shared.predictions import Labels, ask_predict
from .images import draw_images

PRIVATE_IMAGES = 2000
LOGITS = "the labels are four numbers for each image"


def are_logits(numbers, images):
    """Return whether there are four numbers for each image."""
    return numbers.shape == (images, 4)


asked = Labels(
    row="image",
    labels="0, 1, 2 and 3",
    classes=4,
    steps=(0.45, 0.70, 0.85, 0.94),  # docs/calibration.md
    given="images",
    instead={LOGITS: are_logits},
)


def measure_predict(answer, X, shape, few):
    """Return the accuracy, and what else is asked of labels."""
    return asked.measure(answer, X, shape, few)


def draw_predict(rng):
    """Draw the private images; their labels stay here."""
    images, labels = draw_images(PRIVATE_IMAGES, rng)
    known = {"X": images, "few": 50}
    return [Case(f"{PRIVATE_IMAGES:,} private images", known, private={"shape": labels})]


conv_predict = HiddenTest(
    title="Accuracy on private images",
    marking="Of the 2,000 images, 94 % right earn 4 points, 85 % 3, 70 % 2, and 45 % 1 point. "
    "Where predict changes images or net, or an image's label depends on the others, at most 3.",
    points=4,
    ask=ask_predict,
    cases=draw_predict,
    expect=lambda **case: asked.expect(),
    measure=measure_predict,
    credit=lambda cases, answers: asked.credit(measure_predict(answers[0], **cases[0].known)),
    partial_credit=False,
    depends_on=("conv_model",),
    mistakes={
        "the label of an image depends on the others": asked.mistake(
            "The same image has another label in other company: is something computed from all "
            "images together, or is a layer in training mode? net takes them as they are.",
            (0, 1),
            **{asked.alone: False},
        ),
        "net is changed": asked.mistake(
            "predict changes the parameters of net: train it in the cell before.",
            (0, 1),
            **{asked.kept_net: False, asked.alone: Anything()},
        ),
        "images are changed": asked.mistake(
            "predict changes the images that it is given: -= and /= work in place, and "
            "torch.from_numpy shares the array's memory. Make new arrays.",
            (0, 1),
            **{asked.kept: False},
        ),
        "the same label for every image": asked.mistake(
            "Every image gets the same label: is net the one that was trained? Take the argmax "
            "over the classes, dim=1.",
            (0, 0.5),
            **{asked.all_occur: False, asked.alone: Anything()},
        ),
        "no better than guessing": asked.mistake(
            "About every fourth label is right, as if guessed: is net the one that was trained, "
            "and are the images passed on as they are?",
            (0.15, 0.35),
        ),
        "logits instead of labels": asked.no_labels(
            "predict returns one label for each image: argmax(dim=1) makes it of the logits.",
            **{LOGITS: True},
        ),
        "not one label, 0 to 3, for each image": asked.no_labels(
            "predict returns a label for each image, a place in SHAPES, 0 to 3; shape (n,).",
            **{LOGITS: False},
        ),
        "less than convolution reaches": asked.mistake(
            "94 % are within reach: the network of task 2 with 8 channels, trained on all of "
            "X_train for 30 epochs. A dense network stays near 76 %.",
            (0.35, asked.steps[-1]),
        ),
    },
)
