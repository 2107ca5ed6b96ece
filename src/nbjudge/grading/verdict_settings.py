"""Which settings of the judge can change a verdict: they are part of each audit line's digest."""

from __future__ import annotations

from traitlets.config import Config, LoggingConfigurable

# what only says how a machine does it (a class may be graded on two machines), or what the report
# on a class is given
_NO_VERDICT = (
    ("BoxProvisioner", ("preload", "run_as", "start_seconds", "own_proc", "course_files", "ahead")),
    ("JudgeExecute", ("boxed", "hidden_tests", "reads", "fingerprint_seconds")),
    ("JudgeAutograde", ("grader_seconds", "workers", "scheduler", "regrade_diff", "apply")),
)


def settings_of(config: Config, *judges: type[LoggingConfigurable]) -> dict[str, str]:
    """Return every setting that can change a verdict, as ``Class.trait`` to its value's text.

    Args:
        config: of the course.
        judges: the classes of nbjudge whose own settings count.
    """
    left_out = {f"{name}.{trait}" for name, traits in _NO_VERDICT for trait in traits}
    found = {}
    for judge in judges:
        instance = judge(config=config)
        own = [each for each in judge.__mro__ if each.__module__.startswith("nbjudge.")]
        for trait in sorted({name for each in own for name in each.class_own_traits(config=True)}):
            found[f"{judge.__name__}.{trait}"] = repr(getattr(instance, trait))
    return {name: value for name, value in sorted(found.items()) if name not in left_out}
