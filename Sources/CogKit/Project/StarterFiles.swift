/// The files that `cog init` writes.
package enum StarterFiles {
    /// Path and text, in the order in which they are written.
    package static let files: [(path: String, text: String)] = [
        (".dockerignore", dockerignore), (".github/workflows/push.yaml", workflow), ("cog.yaml", config),
        ("predict.py", predictor), ("requirements.txt", requirements),
    ]

    private static let config = """
        # Configuration for Cog: docs/cog-yaml.md lists every key.
        build:
          # Whether the model needs a GPU.
          gpu: false

          # Packages of the distribution.
          # system_packages:
          #   - "libgl1"
          #   - "libglib2.0-0"

          # X.Y or X.Y.Z.
          python_version: "3.13"

          # Python packages, one pinned package a line.
          python_requirements: requirements.txt

          # Commands that run after the packages are there.
          # run:
          #   - "echo environment is ready"

        # file.py:Name of the class with the method predict().
        predict: "predict.py:Predictor"

        """

    private static let predictor = """
        # What the model takes and gives is read from the types of predict().
        from cog import BasePredictor, Input, Path


        class Predictor(BasePredictor):
            def setup(self) -> None:
                \"""Load the model once, so that every prediction is fast.\"""
                # self.model = torch.load("./weights.pth")

            def predict(
                self,
                image: Path = Input(description="Grayscale input image"),
                scale: float = Input(description="Factor to scale the image by", ge=0, le=10, default=1.5),
            ) -> Path:
                \"""Run one prediction.\"""
                # processed = preprocess(image)
                # output = self.model(processed, scale)
                # return postprocess(output)
                return image

        """

    private static let requirements = """
        # One pinned package a line, for example:
        # torch==2.8.0
        # pillow==11.3.0

        """

    private static let dockerignore = """
        # Version control
        .git
        .gitignore
        .gitattributes
        .github
        .hg
        .svn

        # Editors, tests and tools
        .DS_Store
        .idea
        .vscode
        .python-version
        __pycache__
        **/__pycache__
        *.pyc
        **/*.pyc
        .cache
        .mypy_cache
        .pytest_cache
        .ruff_cache
        .tox
        .coverage

        # A virtual environment of this project
        /.venv
        /venv

        """

    private static let workflow = """
        name: Push to Replicate

        on:
          workflow_dispatch:
            inputs:
              model_name:
                description: "Model to push to, for example your-name/your-model. Empty: the image in cog.yaml."

        jobs:
          push:
            runs-on: ubuntu-latest
            steps:
              - name: Free disk space
                run: sudo rm -rf /usr/share/dotnet /usr/local/lib/android /opt/ghc

              - name: Check out
                uses: actions/checkout@v4

              - name: Set up Cog
                uses: replicate/setup-cog@v2
                with:
                  token: ${{ secrets.REPLICATE_API_TOKEN }}

              - name: Push
                env:
                  MODEL_NAME: ${{ inputs.model_name }}
                run: |
                  if [ -n "$MODEL_NAME" ]; then
                    cog push "r8.im/$MODEL_NAME"
                  else
                    cog push
                  fi

        """
}
