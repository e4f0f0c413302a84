/// Checks of this machine.
extension Doctor {
    /// - Parameters:
    ///   - pythonVersion: what the configuration says.
    ///   - project: nil where something is wrong with the configuration.
    func machine(
        pythonVersion: String?, _ configName: String, _ project: Project?, _ report: inout DoctorReport
    ) async {
        if !isSet("COG_SKIP_DOCKER_CHECK") { report.record(await docker()) }
        report.record(await python(configured: pythonVersion, in: configName))
        if !isSet("COG_SKIP_GPU_CHECK"), let project, project.config.build.gpu { report.record(await gpu(project)) }
    }

    private func isSet(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }

    private func docker() async -> DoctorCheck {
        var check = DoctorCheck(title: "Docker", isError: true)
        do {
            _ = try await Engine.connect(environment)
        } catch {
            check.findings = [.init("Docker is not available: \(error)")]
        }
        return check
    }

    private func python(configured: String?, in configName: String) async -> DoctorCheck {
        var check = DoctorCheck(title: "Python version", isError: false)
        let question = "import sys; print('%d.%d' % sys.version_info[:2])"
        guard let found = await answer("python3", ["-c", question]) else {
            check.findings = [.init("no Python found on PATH")]
            return check
        }
        if let wanted = configured.flatMap(Version.init)?.minorText, wanted != found {
            check.findings = [.init("local Python is \(found) but \(configName) specifies \(wanted)")]
        }
        return check
    }

    /// What a program says on standard output; nil where it isn't there or fails.
    private func answer(_ program: String, _ arguments: [String]) async -> String? {
        guard let answer = try? await Tool(program).answer(arguments), answer.succeeded else { return nil }
        return answer.output.trimmingSpaces
    }

    // MARK: - GPU

    /// Whether the pinned torch has kernels for the GPUs of this machine.
    private func gpu(_ project: Project) async -> DoctorCheck {
        var check = DoctorCheck(title: "GPU compatibility", isError: false)
        guard let pin = project.requirements.version(of: "torch"), let torch = Version(pin),
            // A combination that can't be resolved is told by whatever builds.
            let packages = try? ResolvedPackages(
                config: project.config, requirements: project.requirements, sdkName: "cog"),
            let cuda = packages.cuda.flatMap(Version.init),
            let capabilities = await answer("nvidia-smi", ["--query-gpu=compute_cap", "--format=csv,noheader"])
        else { return check }
        for device in Set(capabilities.split(separator: "\n").compactMap { Version($0.trimmingSpaces) }).sorted() {
            guard let floor = Self.floors.last(where: { floor in Version(floor.device).map { $0 <= device } ?? false }),
                let oldestTorch = Version(floor.torch), let oldestCUDA = Version(floor.cuda),
                torch < oldestTorch || cuda < oldestCUDA
            else { continue }
            check.findings.append(
                .init(
                    "torch==\(pin) (CUDA \(cuda.minorText)) ships no kernels for sm_\(device.major)\(device.minor), the "
                        + "GPU of this machine: use torch \(floor.torch) with CUDA \(floor.cuda), or newer"))
        }
        return check
    }

    /// The first torch and CUDA for generations of GPUs by their compute capability, ascending.
    private static let floors: [(device: String, torch: String, cuda: String)] = [
        ("9.0", "2.0.1", "11.8"), ("10.0", "2.7.0", "12.8"), ("12.0", "2.7.0", "12.8"),
    ]
}
