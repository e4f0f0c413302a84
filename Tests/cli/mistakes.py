"""Kinds of mistakes in projects, and what `cog` says about each: its place and what to do.

The tests go through them, and benchmarks/mistakes.py shows how long each takes to be found.
"""

import textwrap
from dataclasses import dataclass, field

from terminal import CONFIG, MODEL, Project

PYTHON = 'build:\n  python_version: "3.12"\n'
ENTRY = "predict: predict.py:Predictor\n"
REQUIREMENTS = PYTHON + "  python_requirements: requirements.txt\n" + ENTRY


def model(signature: str, before: str = "", body: str = "return ''") -> str:
    """A model whose signature is on line 6, after up to two lines."""
    lines = before.splitlines() + [""] * (2 - len(before.splitlines()))
    return "\n".join(
        [
            "from cog import BasePredictor, File, Input, Path, Secret",
            *lines,
            "",
            "class Predictor(BasePredictor):",
            f"    def predict(self, {signature}:",
            f"        {body}",
            "",
        ]
    )


@dataclass
class Mistake:
    """A project with one mistake, and what is said about it."""

    says: tuple[str, ...]
    config: str = CONFIG
    predict: str = MODEL
    files: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("build",)


def yaml(text: str, *says: str) -> Mistake:
    return Mistake(says, config=text)


def code(text: str, *says: str) -> Mistake:
    return Mistake(says, predict=text)


def requirements(text: str, *says: str) -> Mistake:
    return Mistake(says, config=REQUIREMENTS, files={"requirements.txt": text})


def gpu(text: str, *says: str, more: str = "") -> Mistake:
    """A GPU project with these requirements."""
    config = REQUIREMENTS.replace("build:\n", "build:\n  gpu: true\n" + more)
    return Mistake(says, config=config, files={"requirements.txt": text})


MISTAKES = {
    # The file itself
    "tab": yaml("build:\n\tgpu: true\n", "line 2, column 1: a tab can't indent a line: use spaces", "\n  \tgpu: true\n  ^"),
    "bracket": yaml("build: [\n", "line 2, column 1", "did not find expected node content"),
    "colon": yaml("image: a: b\n", "line 1, column 9", "put a value with", "\n          ^"),
    "at-sign": yaml("image: @a\n", "line 1, column 8", "put the value in quotes"),
    "no-space": yaml("build:\n  gpu:true\n  cuda: '11.8'\n", "line 3, column 7: mapping values are not allowed", "put a space after each colon"),
    "twice": yaml("image: a\nimage: b\n", 'line 1, column 1: duplicate key "image": keep one of them'),
    "two-documents": yaml("image: a\n---\nimage: b\n", "line 2, column 1: the file must have only one document"),
    "deep": yaml("build: " + "[" * 5000, "line 1, column 9: lists and mappings are nested too deeply"),
    "key-list": yaml("? [a]\n: b\n", "line 1, column 3: a key must be text"),
    "list": yaml("- build\n", "line 1, column 1: the file must be a mapping of keys: write"),
    # Types and keys
    "boolean": yaml('build:\n  gpu: "x"\n', "line 2, column 8: build.gpu must be true or false, not", "\n         ^"),
    "list-wanted": yaml("environment: A=1\n", "line 1, column 14: environment must be a list, not"),
    "mapping-wanted": yaml("build: fast\n", "line 1, column 8: build must be a mapping, not"),
    "number-wanted": yaml("concurrency: {max: many}\n", "line 1, column 20: concurrency.max must be a whole number"),
    "unknown-key": yaml(
        CONFIG + "enviroment: []\n", 'cog.yaml:4:1: unknown key "enviroment" (did you mean "environment"?)\n  envir'
    ),
    # Values
    "python-old": yaml('build:\n  python_version: "3.7"\n', "cog.yaml:2:19: invalid", "Python version is 3.10\n", "   ^"),
    "python-short": yaml('build:\n  python_version: "3"\n', "cog.yaml:2:19: ", "must include major and minor"),
    "packages-twice": Mistake(
        ("cog.yaml:4:3: invalid build: only one of",),
        config=REQUIREMENTS.replace(ENTRY, "  python_packages: [six]\n"),
        files={"requirements.txt": ""},
    ),
    "cuda-old": yaml(PYTHON + '  cuda: "10.2"\n', "cog.yaml:3:9: invalid build.cuda", "minimum supported CUDA"),
    "cudnn": yaml(PYTHON + "  gpu: true\n  cuda: 11.8\n  cudnn: 9\n", "cog.yaml:5:10: ", "CuDNN versions are: 8"),
    "environment": yaml(PYTHON + "environment: [A]\n", "cog.yaml:3:15: ", "is not in the KEY=VALUE format"),
    "reserved": yaml(PYTHON + "environment: [PATH=/a]\n", "cog.yaml:3:15: ", "reserved for internal use"),
    "examples-list": yaml(CONFIG + "examples: {s: a}\n", "line 4, column 11: examples must be a list, not a mapping"),
    "examples-item": yaml(CONFIG + "examples: [a]\n", 'line 4, column 12: examples[0] must be a mapping, not "a"'),
    "examples-name": yaml(
        CONFIG + "examples:\n  - s: a\n  - t: 1\n",
        'cog.yaml:6:8: invalid examples[1].t: unknown input "t"; valid inputs are: s\n    - t: 1\n',
    ),
    "examples-type": yaml(
        CONFIG + "examples:\n  - s: 1\n  - s: [x]\n", 'cog.yaml:5:8: invalid examples[0].s: invalid input "s": expected string, got number',
        'cog.yaml:6:5: invalid examples[1].s: invalid input "s": expected string, got array',
    ),
    "examples-limit": Mistake(
        ('cog.yaml:5:8: invalid examples[0].n: invalid input "n": number must be at most 3',),
        config=CONFIG + "examples:\n  - n: 4\n", predict=model("n: int = Input(le=3)) -> str"),
    ),
    "examples-file": Mistake(
        ("cog.yaml:5:8: invalid examples[0].p: a file must be an address",),
        config=CONFIG + "examples:\n  - p: photo.jpg\n", predict=model("p: Path) -> str"),
    ),
    "examples-long": yaml(CONFIG + f"examples: [{{s: {'x' * 33000}}}]\n", "cog.yaml:4:1: invalid examples: they are 33010 bytes"),
    "concurrency": yaml(PYTHON + "concurrency:\n  max: 0\n", "cog.yaml:4:8: ", "must be at least 1"),
    "image-model": yaml(PYTHON + "image: a\nmodel: r.x/a/b\n", "cog.yaml:4:8: ", "cannot both be set"),
    "model-tag": yaml(PYTHON + "model: a/b:c\n", "cog.yaml:3:8: ", "must be a bare repository"),
    "new-line": yaml(PYTHON + "  run:\n    - |\n      a\n      b\n" + ENTRY, "create a new list item"),
    # References
    "reference-form": yaml(PYTHON + "predict: Predictor\n", "cog.yaml:3:10: ", "must be in the form 'predict.py:Predictor'"),
    "two-references": yaml(PYTHON + "run: a.py:B\n" + ENTRY, "cog.yaml:3:6: ", "only one of run or predict can be set"),
    "no-reference": yaml(PYTHON, 'no predict or train reference found in cog.yaml: add run: "run.py:Runner"'),
    "no-file": yaml(
        PYTHON + "run: predct.py:Predictor\n", 'cog.yaml:3:6: invalid run', 'predct.py does not exist (did you mean "predict.py"?)'
    ),
    "no-class": yaml(
        PYTHON + "run: predict.py:Predicter\n", "cog.yaml:3:6: ", 'defines no "Predicter" (did you mean "Predictor"?)'
    ),
    "no-train": Mistake(
        ('cog.yaml names no training: add train: "train.py:train"',), command=("train", "-i", "n=1")
    ),
    "only-train": Mistake(
        ("cog.yaml doesn't name a model for predictions: add run",), config=PYTHON + "train: predict.py:Predictor\n",
        command=("predict",),
    ),
    # Files
    "syntax": code("def predict(s: str) -> str\n    pass\n", "predict.py:1:27: expected ':'", "-> str\n", "  ^"),
    "import": code("from cog import BasePredicter\n" + MODEL.replace("BasePredictor", "BasePredicter").partition("\n\n\n")[2],
                   'predict.py:1:1: cog has no "BasePredicter" (did you mean "BasePredictor"?)'),
    "no-method": code("from cog import BasePredictor\nclass Predictor(BasePredictor):\n    pass\n", "predict.py:2:1: run or predict method not found: Predictor. Define run()"),
    "two-methods": code(
        "class Predictor:\n    def run(self) -> str: ...\n    def predict(self) -> str: ...\n",
        "predict.py:1:1: Predictor must define either run() or predict(), not both. Remove one of them.",
    ),
    # Signatures
    "undefined": code(
        model("a: Optional[str]) -> str"), 'predict.py:6:26: the name "Optional" is not defined: add `from typing import Optional`',
        "a: Optional[str]) -> str:\n" + " " * 27 + "^",
    ),
    "untyped": code(model("a) -> str"), "predict.py:6:23: parameter 'a' of predict(): it has no type annotation", "a: str"),
    "unsupported": code(model("a: bytes) -> str"), "predict.py:6:23: ", "bytes is not supported. Use cog.Path"),
    "tuple": code(model("a: tuple[int, int]) -> str"), "predict.py:6:23: ", "tuple can't be an input. Use list[…]"),
    "array": code(model("a: np.ndarray) -> str", "import numpy as np"), "predict.py:6:26: np.ndarray can't be an input", "Take cog.Path"),
    "picture": code(
        model("a: str) -> Image.Image", "from PIL import Image"), "predict.py:6:34: Image.Image can't be an output", "return cog.Path"
    ),
    "default": code(model("a: int = Input(default='x')) -> str"), "predict.py:6:23: ", "value must be an integer, got 'x'"),
    "plain-default": code(model("a: bool = 'yes') -> str"), "predict.py:6:23: ", "invalid default", "Correct the default"),
    "argument": code(model("a: int = Input(min=1)) -> str"), 'predict.py:6:42: Input() has no argument "min" (did you mean "ge"?)'),
    "limit": code(model("a: int = Input(ge='3')) -> str"), "predict.py:6:23: ", "Write a number."),
    "pattern": code(model("a: str = Input(regex='(')) -> str"), "predict.py:6:23: ", "is not a valid regular expression"),
    "accept": code(model("a: str = Input(accept='x')) -> str"), "predict.py:6:23: ", "only valid on Path or File inputs"),
    "variadic": code(model("**a: str) -> str"), "predict.py:6:25: parameter 'a'", "Declare each input by name."),
    "input-as-type": code(model("a: Input(description='x')) -> str"), "predict.py:6:23: ", "Write the type after the colon"),
    "no-output": code(model("a: str)"), "predict.py:6:5: predict(): it has no return annotation"),
    "default-limit": code(
        model("a: int = Input(default=5, le=3)) -> str"),
        "predict.py:6:23: parameter 'a' of predict(): invalid default: number must be at most 3, got 5",
        "Correct the default or the limits.",
    ),
    "default-choice": code(
        model("a: str = Input(default='x', choices=['y'])) -> str"), "predict.py:6:23: ", "invalid default: 'x' is not one of ['y']"
    ),
    "no-self": code(
        "class Predictor:\n    def predict(a: str) -> str: ...\n",
        "predict.py:2:17: predict() has no self: write predict(self, …)\n      def predict(a: str)",
    ),
    "no-self-alone": code("class Predictor:\n    def predict() -> str: ...\n", "predict.py:2:5: predict() has no self: write predict(self)"),
    "setup-parameter": code(
        "class Predictor:\n    def setup(self, device): ...\n    def predict(self) -> str: ...\n",
        "predict.py:2:21: setup() can't have the parameter 'device': only weights is passed to it. Give it a default",
    ),
    # Names of images
    "image-name": yaml(
        CONFIG + "image: Me/My-Model\n", 'cog.yaml:4:8: invalid image "Me/My-Model": ', "Write a name such as me/my-model\n  image"
    ),
    "image-words": yaml(CONFIG + "image: my model\n", "cog.yaml:4:8: invalid image", "such as registry.example.com/me/my-model:v1"),
    "tag-name": Mistake(('invalid --tag "Me/it": ', "Write a name such as me/it"), command=("build", "-t", "Me/it")),
    "tag-tag": Mistake(('invalid --tag "me/it:": "" is not a tag',), command=("build", "-t", "me/it:")),
    # Requirements
    "no-version-at-all": requirements(
        "six\ntorch==abc\n", 'requirements.txt:2:1: "torch==abc" is not a requirement: abc is not a version. Write numbers, such as "torch==1.0"'
    ),
    "packages-command": yaml(
        PYTHON + "  python_packages:\n    - six\n    - pip install numpy\n" + ENTRY,
        'cog.yaml:5:7: "pip install numpy" is not a requirement: write "numpy"\n      - pip',
    ),
    "packages-equals": yaml(
        PYTHON + "  python_packages: [torch=2.1]\n" + ENTRY, 'cog.yaml:3:21: "torch=2.1" is not a requirement: write "torch==2.1"'
    ),
    "packages-version": yaml(PYTHON + "  python_packages: [torch==abc]\n" + ENTRY, "cog.yaml:3:21: ", "abc is not a version"),
    "requirements-file": yaml(REQUIREMENTS, "cog.yaml:3:24: ", "file does not exist: create it, or correct the path"),
    "one-equals": requirements("six\ntorch=2.1\n", 'requirements.txt:2:1: "torch=2.1" is not a requirement: write "torch==2.1"'),
    "turned-around": requirements("six=>1.0\n", 'requirements.txt:1:1: "six=>1.0" is not a requirement: write "six>=1.0"'),
    "no-version": requirements("six==\n", 'requirements.txt:1:1: "six==" has no version after "=="'),
    "no-name": requirements("six\n==1.0\n", 'requirements.txt:2:1: "==1.0" is not a requirement: write the name of a package first'),
    "shell": requirements("$(cat base.txt)\n", 'requirements.txt:1:1: "$(cat base.txt)" is not a requirement'),
    "no-wheel": requirements("six\n./a.whl\n", 'requirements.txt:2:1: local Python package artifact "./a.whl" not found'),
    "file-address": requirements("six @ file:///a.whl\n", "requirements.txt:1:1: local file URL requirements are not supported"),
    "command": requirements("pip install six\n", 'requirements.txt:1:1: "pip install six" is not a requirement: write "six"'),
    "other-file": requirements("-r base.txt\n", 'requirements.txt:1:1: local requirements option "-r" is not supported: -r base.txt: put its lines here'),
    "pins": requirements("six==1.0\nsix==1.1\n", "requirements.txt:2:1: six is pinned to 1.1 here and to 1.0 on line 1"),
    "module-name": requirements("cv2\n", "requirements.txt:1:1: cv2 is the name of a module: the package is opencv-python-headless"),
    "missing": code(
        "import cv2\n" + MODEL, 'predict.py:1: no requirement provides the module "cv2": add opencv-python-headless to'
    ),
    "torch-without-version": gpu(
        "six\ntorch\n", "requirements.txt:2:1: torch version must be specified when using CUDA: write, for example, torch=="
    ),
    "torch-in-packages": yaml(
        PYTHON + "  gpu: true\n  python_packages:\n    - six\n    - torch\n" + ENTRY, "cog.yaml:6:7: torch version must be specified"
    ),
    "tensorflow-unknown": gpu("tensorflow==1.15.0\n", "requirements.txt:1:1: cog doesn't know what CUDA", "Set build.cuda"),
    "tensorflow-cudnn": gpu("tensorflow==2.15.0\n", "cog.yaml:3:10: the specified cuDNN version 9", "write 8, or leave", more="  cudnn: '9'\n"),
    "cuda-unknown": yaml(PYTHON + "  gpu: true\n  cuda: '12.7'\n" + ENTRY, "cog.yaml:4:9: CUDA 12.7 is not supported", "the nearest are"),
}  # fmt: skip


# Warnings alone keep nobody from building.
WARNINGS = {"unknown-key", "module-name", "missing", "default-limit", "default-choice"}


def arranged(project: Project, mistake: Mistake) -> Project:
    for name, text in {"cog.yaml": mistake.config, "predict.py": mistake.predict, **mistake.files}.items():
        (project.directory / name).write_text(textwrap.dedent(text).lstrip("\n"))
    return project
