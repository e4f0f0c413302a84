"""Sources of models that tests of predictions share; each is about one kind of input or output."""


def model(signature: str, *body: str, before: str = "", setup: str = "") -> str:
    """The text of a predict.py whose method has this signature and these lines."""
    lines = [
        "import json, os, sys, time, typing",
        "from cog import *",
        before,
        "",
        "class Predictor(BasePredictor):",
        f"    def setup(self) -> None:\n        {setup}" if setup else "",
        f"    def predict(self{', ' if not signature.startswith(')') else ''}{signature}:",
        *(f"        {line}" for line in body),
    ]
    return "\n".join(line for line in lines if line) + "\n"


HELLO = model("s: str) -> str", "return 'hello ' + s")
