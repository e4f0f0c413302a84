package import ModelConfig
import ToolBasics

/// Writes the Dockerfile of a build plan.
///
/// One file has all stages. `environment` is everything but the project, for a project that is mounted, and `image`,
/// with project and document, is what is pushed. `document` holds what is found out on the way: it runs the model's code
/// once to describe it, and never becomes part of an image.
/// Only instructions that every BuildKit since Docker 20.10 has built in are used, so nothing is fetched to read it.
package struct Dockerfile {
    /// The stages a build can ask for.
    package enum Stage: String, Sendable {
        case environment = "cog_environment"
        case document = "cog_document"
        case image = "cog_image"
    }

    private let plan: BuildPlan
    private var lines: [String] = []

    package init(_ plan: BuildPlan) {
        self.plan = plan
    }

    /// The whole file, with a newline at its end and no empty lines.
    package static func text(_ plan: BuildPlan) -> String {
        var file = Dockerfile(plan)
        file.environment()
        file.model()
        return file.lines.map { $0 + "\n" }.joined()
    }

    /// The Dockerfile of the image that holds separated weights.
    package static func weightsText(_ paths: [String]) -> String {
        (["FROM scratch"] + paths.map { "COPY \(words([$0], to: "/src/" + $0))" }).map { $0 + "\n" }.joined()
    }

    // MARK: - Stages

    private mutating func environment() {
        if plan.stagesFiles { lines.append("FROM \(plan.filesImage) AS cog_build") }
        if !plan.separateWeights.isEmpty { lines.append("FROM \(plan.weightsImage) AS weights") }
        if plan.strip {
            // The image itself gets no binutils.
            lines += ["FROM \(plan.base.reference) AS cog_strip", apt(["binutils"])]
        }
        lines.append("FROM \(plan.base.reference) AS \(Stage.environment.rawValue)")
        // Seen by every step: Python then makes byte code that doesn't depend on the time of day.
        if plan.timestamp != nil { lines.append("ARG SOURCE_DATE_EPOCH") }
        defaults()
        certificate()
        initProcess()
        userEnvironment()
        systemPackages()
        python()
        projectPackages()
        sdk()
        if plan.config.tracing != nil { lines.append(install(Tracing.packages.joined(separator: " "), files: [])) }
        precompile()
        linkerPaths()
        runSteps()
        let copy = plan.linksCopies ? "COPY --from=weights --link" : "COPY --from=weights"
        for path in plan.separateWeights.paths {
            lines.append("\(copy) \(Self.words(["/src/" + path], to: "/src/" + path))")
        }
        lines += ["WORKDIR /src", "EXPOSE 5000"]
        if let predict = plan.config.predict { lines.append("ENV COG_PREDICT_TYPE_STUB=\"\(predict)\"") }
        if let train = plan.config.train { lines.append("ENV COG_TRAIN_TYPE_STUB=\"\(train)\"") }
        for variable in plan.config.serverVariables { lines.append("ENV \(variable.name)=\(variable.value)") }
        if let tracing = plan.config.tracing { lines += Self.tracing(tracing, filesImage: "cog_build") }
        lines.append("CMD [\"python\", \"-m\", \"cog.server.http\"]")
    }

    /// What tells the server to trace, in any Dockerfile.
    ///
    /// - Parameter filesImage: the image or stage with the staged files.
    package static func tracing(_ tracing: Tracing, filesImage: String) -> [String] {
        let variables = tracing.variables.map { "\($0.name)=\(quoted($0.value))" }.joined(separator: " ")
        let copy = "COPY --from=\(filesImage) \(Tracing.stagedName) \(Tracing.path)"
        return ["ENV \(variables)"] + (tracing.file == nil ? [] : [copy])
    }

    private mutating func model() {
        lines.append("FROM \(Stage.environment.rawValue) AS cog_model")
        project()
        if let name = plan.otherConfigName { lines.append("RUN cp /src/\(name.shellQuoted) /src/cog.yaml") }
        lines += [
            "FROM \(Stage.environment.rawValue) AS cog_freeze",
            "RUN mkdir /cog_document && python -m pip freeze --disable-pip-version-check > /cog_document/pip_freeze.txt",
        ]
        if plan.document == .model {
            let variables = plan.config.exampleVariables.map { "\($0.name)=\($0.value.shellQuoted) " }.joined()
            // Failures of the model's code are files too: the program tells them better than a build log.
            lines += [
                "FROM cog_model AS cog_describe",
                "RUN mkdir /cog_document && cd /cog_document && (cd /src && \(variables)python -m cog.command.openapi_schema) "
                    + "> openapi_schema.json 2> error.txt; echo $? > status; grep -qx 0 status || rm openapi_schema.json",
            ]
        }
        lines += ["FROM scratch AS \(Stage.document.rawValue)", "COPY --from=cog_freeze /cog_document /"]
        if plan.document == .model { lines.append("COPY --from=cog_describe /cog_document /") }
        lines.append("FROM cog_model AS \(Stage.image.rawValue)")
        switch plan.document {
        case .model: lines.append("COPY --from=cog_describe /cog_document/openapi_schema.json \(Self.documentPath)")
        case .given: lines.append("COPY --from=cog_build openapi_schema.json \(Self.documentPath)")
        case .none: break
        }
    }

    /// The project's files, large ones first and in layers of their own: a change of others leaves those as they are.
    private mutating func project() {
        guard !plan.largeFiles.isEmpty else { return lines.append("COPY . /src") }
        for files in LargeFiles.layers(plan.largeFiles) {
            let target = "/src/" + files[0]
            let directory = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "/src/"
            lines.append("COPY \(Self.words(files, to: files.count == 1 ? target : directory))")
        }
        let excluded = plan.largeFiles.map { "--exclude \(("./" + $0).shellQuoted)" }.joined(separator: " ")
        // COPY would take the large files again: only newer frontends can leave some out.
        lines.append(
            "RUN --mount=type=bind,target=\(Self.projectDirectory) (tar --create --directory \(Self.projectDirectory) "
                + "--anchored --no-wildcards \(excluded) . && touch /tmp/cog_complete) "
                + "| tar --extract --directory /src && rm /tmp/cog_complete")
    }

    /// Where the project is seen while it is copied.
    static let projectDirectory = "/cog_project"

    /// Where the server looks for the model's document.
    package static let documentPath = "/src/.cog/openapi_schema.json"

    // MARK: - Steps

    private var isCogBase: Bool { if case .cog = plan.base { true } else { false } }
    private var isCUDABase: Bool { if case .cuda = plan.base { true } else { false } }

    private mutating func defaults() {
        guard !isCogBase else { return }
        lines += [
            "ENV DEBIAN_FRONTEND=noninteractive PYTHONUNBUFFERED=1 NVIDIA_DRIVER_CAPABILITIES=all",
            "ENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/usr/lib/x86_64-linux-gnu:/usr/local/nvidia/lib64:/usr/local/nvidia/bin",
        ]
    }

    private mutating func certificate() {
        guard plan.certificate != nil else { return }
        let bundle = "/etc/ssl/certs/ca-certificates.crt"
        lines += [
            "COPY --from=cog_build cog-ca-cert.crt /usr/local/share/ca-certificates/cog-ca-cert.crt",
            "RUN mkdir -p /etc/ssl/certs && (command -v update-ca-certificates > /dev/null && update-ca-certificates || true) "
                + "&& cat /usr/local/share/ca-certificates/cog-ca-cert.crt >> \(bundle)",
            "ENV SSL_CERT_FILE=\(bundle) REQUESTS_CA_BUNDLE=\(bundle)",
        ]
    }

    private mutating func initProcess() {
        guard !isCogBase else { return }
        if plan.hasInit {
            lines.append("COPY --from=cog_build tini /sbin/tini")
        } else {
            lines.append(apt(["tini"]) + " && ln -s /usr/bin/tini /sbin/tini")
        }
        lines.append("ENTRYPOINT [\"/sbin/tini\", \"--\"]")
    }

    private mutating func userEnvironment() {
        let entries = plan.config.environment.compactMap { entry -> (String, String)? in
            guard let equals = entry.firstIndex(of: "=") else { return nil }
            return (String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
        }
        guard !entries.isEmpty else { return }
        let words = entries.sorted { $0.0 < $1.0 }.map { "\($0.0)=\(Self.quoted($0.1))" }
        lines.append("ENV " + words.joined(separator: " "))
    }

    private mutating func systemPackages() {
        let names = plan.config.build.systemPackages.flatMap { $0.split(separator: " ").map(String.init) }
        let packages = names.filter { !isCogBase || !Self.inCogBase.contains($0) }
        if !packages.isEmpty { lines.append(apt(packages)) }
    }

    private func apt(_ packages: [String]) -> String {
        "RUN --mount=type=cache,sharing=locked,target=/var/cache/apt apt-get -q update && apt-get install -y -q "
            + "--no-install-recommends \(packages.map(\.shellQuoted).joined(separator: " ")) "
            + "&& rm -rf /var/lib/apt/lists/*"
    }

    private mutating func python() {
        let version = plan.config.build.pythonVersion ?? "3.13"
        if case .cog(_, let cuda?) = plan.base, cuda.major >= 13 {
            lines.append("RUN ln -sf /usr/bin/python3 /usr/local/bin/python")
        }
        if isCUDABase { lines.append(apt(["ca-certificates", "curl", "git", "wget", "xz-utils"])) }
        // pip does all of our own installing: where Python is there, uv is for steps that call it.
        guard isCUDABase || plan.config.build.usesUV else { return }
        // Where uv puts Python by default, only root could run it.
        let place = isCUDABase ? " UV_PYTHON_INSTALL_DIR=/opt/python" : ""
        lines += ["COPY --from=\(plan.uvImage) /uv /uvx /usr/local/bin/", "ENV UV_SYSTEM_PYTHON=true" + place]
        guard isCUDABase else { return }
        lines += [
            "RUN uv python install \(version) && for link in /usr/bin/python3 /usr/local/bin/python; do "
                + "ln -sf \"$(uv python find \(version))\" \"$link\"; done",
            // Steps of projects call pip, which is neither linked there nor allowed to install.
            "RUN rm -f \"$(python -c 'import sysconfig; print(sysconfig.get_path(\"stdlib\"))')/EXTERNALLY-MANAGED\" && "
                + "(python -m pip --version > /dev/null 2>&1 || python -m ensurepip) && for name in pip pip3; do "
                + "printf '#!/bin/sh\\nexec python -m pip \"$@\"\\n' > /usr/local/bin/$name && "
                + "chmod 755 /usr/local/bin/$name; done",
            "ENV UV_PYTHON=\(version)",
            "ENV PATH=\"/usr/local/bin:$PATH\"",
        ]
    }

    private mutating func projectPackages() {
        guard plan.requirementsText != nil else { return }
        let artifacts = plan.packages.artifacts.isEmpty ? [] : ["local_package_artifacts"]
        lines.append(
            install(
                "--requirement \(BuildPlan.filesDirectory)/requirements.txt", files: ["requirements.txt"] + artifacts))
        if !plan.packages.artifacts.isEmpty {
            lines.append("RUN python -m pip uninstall --yes\(breakSystem) cog coglet")
        }
    }

    private mutating func sdk() {
        let packages = [("coglet", plan.sources.server), ("cog", plan.sources.sdk)].compactMap { name, source in
            source?.argument(name, directory: BuildPlan.filesDirectory).shellQuoted
        }
        let prerelease = [plan.sources.server, plan.sources.sdk].contains {
            if case .release(_, prerelease: true) = $0 { true } else { false }
        }
        let files = [plan.sources.server, plan.sources.sdk].compactMap { source -> String? in
            if case .file(let path)? = source { BuildPlan.fileName(path) } else { nil }
        }
        lines.append(install((prerelease ? "--pre " : "") + packages.joined(separator: " "), files: files))
        // What SageMaker starts containers by. A package of the project may have a command of this name, as Ray does, and
        // releases of the original's SDK don't know the argument.
        guard plan.sources.server != nil else { return }
        lines.append(
            "RUN command -v serve > /dev/null || { printf '#!/bin/sh\\nexec python -m cog.server.http serve \"$@\"\\n' "
                + "> /usr/local/bin/serve && chmod 755 /usr/local/bin/serve; }")
    }

    private var breakSystem: String { plan.base.managesPython ? " --break-system-packages" : "" }

    /// Staged files are mounted, not copied, and pip's cache is the builder's: neither is left in the image.
    ///
    /// - Parameter files: the staged files that the step reads. It mounts no others, so that changing those doesn't rerun it.
    private func install(_ what: String, files: [String]) -> String {
        var mounts = files.map { name in
            "--mount=type=bind,from=cog_build,source=\(name),target=\(BuildPlan.filesDirectory)/\(name) "
        }.joined()
        var strip = ""
        if plan.strip {
            mounts += "--mount=type=bind,from=cog_strip,source=/usr,target=/cog_strip "
            strip =
                " && find / -xdev -type f -name '*python*.so*' -not -name '*cpython*.so' -exec env "
                + "LD_LIBRARY_PATH=/cog_strip/lib/x86_64-linux-gnu /cog_strip/bin/strip --strip-debug '{}' +"
        }
        return "RUN \(mounts)--mount=type=cache,target=/root/.cache/pip "
            + "CFLAGS=\"-O3 -flto -fno-strict-aliasing -funroll-loops\" python -m pip install"
            + " --disable-pip-version-check --root-user-action=ignore --cache-dir /root/.cache/pip\(breakSystem) \(what)\(strip)"
    }

    private mutating func precompile() {
        guard plan.precompile else { return }
        lines += [
            "RUN find / -xdev -type f -name '*.pyc' -delete && find / -xdev -type f -name '*.py' -exec touch -d @0 '{}' + "
                + "&& (python -m compileall -q -j 0 -o 2 / || true)"
        ]
    }

    private mutating func linkerPaths() {
        guard !isCogBase else { return }
        lines.append(
            "RUN find / -xdev -name '*python*.so' -type f -exec dirname '{}' + | sort -u "
                + "> /etc/ld.so.conf.d/python-libs.conf; ldconfig; "
                // What ldconfig remembers for itself, and the empty directories that older builders leave of mounts.
                + "rm -rf /var/cache/ldconfig/aux-cache \(BuildPlan.filesDirectory) /cog_strip /root/.cache")
    }

    private mutating func runSteps() {
        for step in plan.config.build.steps {
            let mounts = step.mounts.filter { $0.type == "secret" }.map {
                "--mount=type=secret,id=\($0.id),target=\($0.target) "
            }
            lines.append("RUN " + mounts.joined() + step.command.trimmingSpaces)
        }
    }

    /// Packages that a prepared base image already has.
    private static let inCogBase: Set<String> = [
        "build-essential", "cmake", "curl", "ffmpeg", "findutils", "g++", "gcc", "git", "libavcodec-dev",
        "libcairo2-dev", "libfontconfig1", "libgirepository1.0-dev", "libgl1", "libglx-mesa0", "libglib2.0-0",
        "libopencv-dev", "libsm6", "libsndfile1", "libssl-dev", "libunistring-dev", "libxext6", "libxrender1", "sox",
        "unzip", "wget", "zip", "zstd",
    ]
}
