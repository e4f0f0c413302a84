"""Mistakes that are found before an engine is asked for anything: each with its place and what to do."""

import textwrap

import pytest
from mistakes import ENTRY, MISTAKES, PYTHON, REQUIREMENTS, WARNINGS, arranged, model
from terminal import ENGINE_ASKED, MODEL


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(project, name):
    mistake = MISTAKES[name]
    result = arranged(project, mistake).cog(*mistake.command).fails(*mistake.says)
    assert (ENGINE_ASKED in result.err) == (name in WARNINGS)


# MARK: - What the source doesn't tell

GUESSES = {
    "an import": model("a: Kind) -> str", "from kinds import Kind"),
    "a call": model("a: str = Input(choices=names())) -> str", "from kinds import names"),
    "a decorator": model("a: str) -> str").replace("    def", "    @kinds.wrap\n    def").replace("\n\n\n", "\nimport kinds\n\n"),
    "a changed table": model("a: str = Input(choices=KINDS)) -> str", "KINDS = []\nKINDS.append('a')"),
    "a star": "from kinds import *\n" + model("a: Kind) -> str"),
    "a base": "from kinds import Base\nclass Predictor(Base):\n    pass\n",
    "a condition": "import sys\nif sys.platform == 'linux':\n    from kinds import Predictor\n",
    "an assignment": "import kinds\nPredictor = kinds.make()\n",
    "another output": model("a: str) -> Kind", "from kinds import Kind"),
}  # fmt: skip


@pytest.mark.parametrize("name", GUESSES)
def test_what_depends_on_more_than_the_source_is_left_to_running_it(project, name):
    project.write("kinds.py", "Kind = str\n")
    (project.directory / "predict.py").write_text(GUESSES[name])
    project.cog("build").fails(ENGINE_ASKED)


def test_nothing_of_the_model_is_run(project):
    project.write("predict.py", "open('ran', 'w')\n" + textwrap.dedent(MODEL))
    project.cog("predict", "-i", "s=x").fails(ENGINE_ASKED)
    assert not (project.directory / "ran").exists()


def test_inputs_are_checked_before_anything_is_built(project):
    project.write(
        "predict.py",
        """
        from enum import Enum
        from typing import Literal, Optional
        import torch
        from cog import BasePredictor, Input
        from diffusers import DDIMScheduler, PNDMScheduler

        SCHEDULERS = {"DDIM": DDIMScheduler, "PNDM": PNDMScheduler.from_config}
        LIMIT = 2**4

        class Size(Enum):
            SMALL = "small"

        class Predictor(BasePredictor):
            @torch.inference_mode()
            def predict(
                self,
                scheduler: str = Input(choices=SCHEDULERS.keys(), default="DDIM"),
                steps: int = Input(ge=1, le=LIMIT, default=4),
                size: Size = Size.SMALL,
                mode: Literal["a", "b"] = "a",
                seed: Optional[int] = None,
            ) -> torch.Tensor | str:
                return self.pipe(scheduler)
        """.replace("torch.Tensor | str", "str"),
    )
    for wrong, text in [
        ("scheduler=LMS", "DDIM"),
        ("steps=17", "number must be at most 16"),
        ("size=big", "small"),
        ("mode=c", "must be one of: a, b"),
        ("sed=1", 'unknown input "sed"'),
    ]:
        result = project.cog("predict", "-i", wrong).fails(text)
        assert ENGINE_ASKED not in result.err
    project.cog("predict", "-i", "scheduler=PNDM", "-i", "steps=16", "-i", "seed=1").fails(ENGINE_ASKED)


def test_without_a_python_the_model_is_left_to_running_it(project):
    project.write("predict.py", model("a: bytes) -> str"))
    project.cog("build", env={"PATH": "/nonexistent"}).fails(ENGINE_ASKED)


def test_a_python_that_is_too_old_is_none(project):
    project.write("predict.py", model("a: bytes) -> str"))
    tools = project.tools(python3="exit 77")
    project.cog("build", env={"PATH": tools["PATH"].partition(":")[0]}).fails(ENGINE_ASKED)


def test_a_dockerfile_of_ones_own_may_bring_the_model(project):
    project.config(PYTHON + "predict: made.py:Predictor\n")
    project.write("Dockerfile", "FROM scratch\n")
    project.cog("build", "--dockerfile", "Dockerfile").fails(ENGINE_ASKED)
    project.cog("build").fails("made.py does not exist")


def test_a_given_document_needs_no_signature(project):
    project.write("predict.py", model("a: bytes) -> str"))
    project.write("document.json", '{"openapi": "3.0.2", "info": {}, "paths": {}}')
    project.cog("build", "--openapi-schema", "document.json").fails(ENGINE_ASKED)


SELVES = {
    "another name": "def predict(this, a: str) -> str: ...",
    "a static method": "@staticmethod\n    def predict(a: str) -> str: ...",
    "any arguments": "def setup(*args): ...\n    def predict(self) -> str: ...",
    "weights": "def setup(self, weights): ...\n    def predict(self) -> str: ...",
    "a default": "def setup(self, device='cuda', *, size=1, **more): ...\n    def predict(self) -> str: ...",
}


@pytest.mark.parametrize("name", SELVES)
def test_methods_that_are_right(project, name):
    (project.directory / "predict.py").write_text(f"class Predictor:\n    {SELVES[name]}\n")
    project.cog("build").fails(ENGINE_ASKED)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "six==1.17.0",
            "six==1.*",
            "six>=1.0,<2",
            "six~=1.4rc1",
            "six!=1.0.post1",
            "six==1!2.0.dev3+cu118",
            "six==v1",
        ),
        *("six===anything", "six==${VERSION}", "six (>=1.0)", "six[a,b]==1.0-1 ; python_version > '3'", "six == 1.0"),
    ],
)
def test_versions_that_are_right(project, line):
    project.write("requirements.txt", line + "\n")
    project.config(REQUIREMENTS).cog("debug").ok()
    project.config(PYTHON + f'  python_packages: ["{line}"]\n' + ENTRY).cog("debug").ok()


def test_the_name_of_an_image_is_no_matter_where_it_gets_none(project):
    """Templates have names to fill in; a prediction needs none."""
    project.config(project.read("cog.yaml") + 'image: "r8.im/<you>/<model>"\n')
    project.cog("predict", "-i", "s=x").fails(ENGINE_ASKED)
    project.cog("build", "-t", "mine").fails(ENGINE_ASKED)
    project.cog("push").fails('cog.yaml:4:8: invalid image "r8.im/<you>/<model>"')


# MARK: - Imports


def test_what_the_sdk_once_brought_is_installed_with_a_note(project):
    project.write("predict.py", "import requests, yaml\n" + textwrap.dedent(MODEL))
    result = project.cog("debug").ok()
    assert "predict.py:1: adding requests, which the model imports" in result.err
    assert project.context().read("files/requirements.txt") == "requests\npyyaml\n"


def test_imports_that_something_provides(project):
    project.write(
        "predict.py",
        """
        import json
        import numpy as np
        import helper
        from PIL import Image
        from cog import BasePredictor
        try:
            import xformers
        except ImportError:
            pass

        class Predictor(BasePredictor):
            def setup(self):
                import tool
                '''
                import nothing
                '''

            def predict(self, s: str) -> str:
                return s
        """,
    )
    project.write("helper.py", "import sklearn.svm\n\ndef later():\n    import never\n")
    project.write("requirements.txt", "torchvision==0.20.0\nscikit_learn==1.5\n")
    project.build('python_version: "3.12"', "python_requirements: requirements.txt", "run: [pip install tool]")
    assert "no requirement provides" not in project.cog("debug").ok().err
    project.write("requirements.txt", "torchvision==0.20.0\n")
    assert 'helper.py:1: no requirement provides the module "sklearn": add scikit-learn' in project.cog("debug").err


# MARK: - Places


def test_a_long_line_is_shown_around_the_place(project):
    project.config(PYTHON + "environment: [" + ", ".join(f"A{n}=1" for n in range(60)) + ", B]\n" + ENTRY)
    line, caret = project.cog("debug").fails("is not in the KEY=VALUE format").err.splitlines()[1:3]
    assert line.startswith("  …")
    assert line[caret.index("^")] == "B"


def test_paths_are_relative_to_the_file_with_a_relative_name_too(project):
    project.write("deep/model/cog.yaml", REQUIREMENTS)
    project.write("deep/model/requirements.txt", "six==1.17.0\n")
    project.write("deep/model/predict.py", MODEL)
    assert "requirements.txt" in project.cog("debug", "-f", "deep/model/cog.yaml").ok().out
    project.cog("build", "-f", "deep/model/cog.yaml").fails(ENGINE_ASKED)
