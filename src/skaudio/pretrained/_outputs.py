"""Selection of a model's output by name."""

from collections.abc import Sequence

from skaudio.pretrained._model_error import ModelError

# Words in the names of the outputs of published models.
WORDS = {"embedding": ("embed", "feature", "hidden"), "scores": ("score", "logit", "prediction", "class", "prob")}


def named_output(names: Sequence[str], output: str | int) -> str:
    """Find an output.

    Parameters
    ----------
    names : sequence of str
        Names of all outputs, in order.
    output : str or int
        A name or an index; or ``"embedding"`` or ``"scores"``: the only output, or the only one with a similar name.

    Raises
    ------
    ModelError
        If no output matches, or more than one.
    """
    if isinstance(output, int) and output < len(names):
        return names[output]
    if isinstance(output, str) and output in names:
        return output
    if output in WORDS:
        likely = [name for name in names if any(word in name.lower() for word in WORDS[output])]
        if len(names) == 1 or len(likely) == 1:
            return (likely or names)[0]
    raise ModelError(f"output={output!r}; expected the name or index of one of the model's outputs {list(names)}.")
