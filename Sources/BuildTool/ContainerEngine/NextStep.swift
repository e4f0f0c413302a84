/// What a person can do about a failure, by the words in which other programs report it.
package enum NextStep {
    /// The advice for a text; nil if there is none.
    package static func after(_ text: String) -> String? {
        let text = text.lowercased()
        return rules.first { rule in rule.words.contains { text.contains($0) } }?.advice
    }

    /// The first that fits counts: what says more comes first.
    private static let rules: [(words: [String], advice: String)] = [
        (
            ["no space left on device", "disk quota exceeded"],
            "The disk is full. See what takes the space with: docker system df. Free some with: docker builder prune"
        ),
        (
            [
                "permission denied while trying to connect",
                "dial unix /var/run/docker.sock: connect: permission denied",
            ],
            "You don't have permission to use the engine. Join its group with: sudo usermod -aG docker \"$USER\", and log in again. "
                + "Or run the model without an engine: cog predict --local"
        ),
        (
            ["could not select device driver", "nvidia-container-cli", "nvidia-container-runtime"],
            "The engine has no access to a GPU. Install the NVIDIA Container Toolkit and restart the engine, or leave "
                + "--gpus out. To look at this machine: cog doctor"
        ),
        (
            ["port is already allocated", "address already in use", "ports are not available"],
            "Another program has the port. Choose a different one with --port"
        ),
        (
            [
                "exec format error", "does not match the specified platform", "no matching manifest for linux/amd64",
                "is not a supported wheel on this platform",
            ],
            "Images and servers are for Linux on x86-64. On another machine the engine needs emulation: "
                + "docker run --privileged --rm tonistiigi/binfmt --install amd64"
        ),
        (
            ["version `glibc_"],
            "The C library of this system is too old for the server. Leave --local out to run it in a container"
        ),
        (
            [
                "temporary failure in name resolution", "name or service not known", "no such host",
                "network is unreachable", "could not resolve host", "i/o timeout", "tls handshake timeout",
                "failed to establish a new connection", "temporary failure resolving", "client.timeout exceeded",
                "connection timed out", "lookup registry", "error sending request",
            ],
            "The network or a server can't be reached. Check the connection, and HTTPS_PROXY if this machine needs a proxy"
        ),
        (
            ["exporter \"oci\"", "exporter for the docker driver", "oci exporter is not supported"],
            "This engine's builder can't write that. Create one that can, and use it: docker buildx create --use"
        ),
        (
            ["manifest unknown", "manifest for ", ": not found"],
            "The image does not exist. If it is a base image, change build.cuda, build.cudnn or build.python_version"
        ),
        (
            [
                "unauthorized", "authentication required", "no basic auth credentials", "denied: requested access",
                "pull access denied", "insufficient_scope", "403 forbidden", "401 unauthorized", "denied:",
            ],
            "The registry refused access. Log in with: cog login --registry HOST, and check the image's name"
        ),
        (
            ["no matching distribution found", "resolutionimpossible", "could not find a version that satisfies"],
            "pip can't find these packages for this Python. Correct the versions, or change build.python_version"
        ),
        (
            ["externally-managed-environment"],
            "The base image's Python doesn't allow pip. Install packages with build.python_requirements instead of build.run"
        ),
        (
            ["unable to locate package"],
            "A package in build.system_packages does not exist in the base image's distribution. Correct its name"
        ),
        (
            ["cannot connect to the docker daemon", "is the docker daemon running", "connection refused"],
            noEngine
        ),
    ]

    /// For an engine that isn't there.
    package static let noEngine =
        "Start the engine, or install one: https://docs.docker.com/engine/install. Without an engine run the model with: "
        + "cog predict --local. To look at this machine: cog doctor"
}
