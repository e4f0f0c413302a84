import ModelConfig
import ToolBasics

/// The files that `cog init` writes: a project that answers as it is.
package enum StarterFiles {
    /// Path and text, in the order in which they are written.
    package static let files: [(path: String, text: String)] = [
        (".dockerignore", dockerignore), (".github/workflows/push.yaml", workflow),
        ("cog.yaml", ConfigSchema.comment + config), ("requirements.txt", requirements), ("run.py", runner),
    ]

    /// A command to try the project with.
    package static let firstCommand = "cog predict -i name=Ada"

    private static let config = """
        build:
          # true if the model needs a GPU.
          gpu: false

          # Debian packages to install.
          # system_packages:
          #   - "libgl1"
          #   - "libglib2.0-0"

          # The Python version: X.Y or X.Y.Z.
          python_version: "3.13"

          # The file that lists the Python packages.
          python_requirements: requirements.txt

          # Commands to run after the packages are installed.
          # run:
          #   - "echo environment is ready"

        # The file and the class with the method run().
        run: "run.py:Runner"

        """

    private static let runner = """
        # The types of run() define the model's inputs and its output.
        from cog import BaseRunner, Input


        class Runner(BaseRunner):
            def setup(self) -> None:
                \"""Load the model once, so that every prediction is fast.\"""
                # self.model = torch.load("weights.pth")
                self.greeting = "Hello"

            def run(
                self,
                name: str = Input(description="Who to greet", default="world"),
                times: int = Input(description="How many times", ge=1, le=10, default=1),
            ) -> str:
                \"""Run one prediction.\"""
                # return self.model(name)
                return " ".join([f"{self.greeting}, {name}!"] * times)

        """

    private static let requirements = """
        # One pinned package per line, for example:
        # torch==2.8.0
        # pillow==11.3.0

        """

    private static let dockerignore = """
        # Secrets
        .env
        .env.*
        **/.env

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
        # Builds the model and pushes it. Under Settings > Secrets and variables > Actions it needs
        # - the variable COG_RELEASE: the address of a release of cog, with install.sh and SHA256SUMS,
        # - the variable REGISTRY: the registry's host, such as ghcr.io,
        # - the secrets REGISTRY_USERNAME and REGISTRY_TOKEN.
        name: Push the model

        on:
          workflow_dispatch:
            inputs:
              model_name:
                description: "Image to push to, such as your-name/your-model. Empty: the image in cog.yaml."

        jobs:
          push:
            runs-on: ubuntu-latest
            env:
              REGISTRY: ${{ vars.REGISTRY }}
            steps:
              - name: Free disk space
                run: sudo rm -rf /usr/share/dotnet /usr/local/lib/android /opt/ghc

              - name: Check out
                uses: actions/checkout@v4

              - name: Install cog
                env:
                  COG_RELEASE: ${{ vars.COG_RELEASE }}
                run: |
                  curl -fsSL -o "$RUNNER_TEMP/install.sh" "$COG_RELEASE/install.sh"
                  sh "$RUNNER_TEMP/install.sh" --from "$COG_RELEASE" --prefix "$RUNNER_TEMP/cog"
                  echo "$RUNNER_TEMP/cog/bin" >> "$GITHUB_PATH"

              - name: Log in
                env:
                  USERNAME: ${{ secrets.REGISTRY_USERNAME }}
                  TOKEN: ${{ secrets.REGISTRY_TOKEN }}
                run: printf %s "$TOKEN" | docker login "$REGISTRY" --username "$USERNAME" --password-stdin

              - name: Push
                env:
                  MODEL_NAME: ${{ inputs.model_name }}
                run: |
                  if [ -n "$MODEL_NAME" ]; then
                    cog push "$REGISTRY/$MODEL_NAME"
                  else
                    cog push
                  fi

        """
}
