import ChildProcesses
import ContainerEngine
import Foundation
import ImagePlans
import ModelConfig
import Projects
import PythonPackages
import ToolBasics

/// Checks of this machine.
extension Doctor {
    /// - Parameters:
    ///   - pythonVersion: what the configuration says.
    ///   - project: nil where something is wrong with the configuration.
    func machine(
        pythonVersion: String?, _ configName: String, _ project: Project?, _ report: inout DoctorReport
    ) async {
        let usesGPU = !isSet(.skipGPUCheck) && project?.config.build.gpu == true
        if !isSet(.skipEngineCheck) {
            let (check, engine) = await docker()
            report.record(check)
            if let engine, usesGPU { report.recordFindings(await toolkit(engine)) }
            report.recordFindings(await disk(engine))
        }
        report.record(await python(configured: pythonVersion, in: configName))
        if usesGPU, let project { report.record(await gpu(project)) }
    }

    private func isSet(_ variable: EnvironmentVariable) -> Bool { !(environment[variable] ?? "").isEmpty }

    private func docker() async -> (DoctorCheck, Engine?) {
        var check = DoctorCheck(.engine)
        do {
            return (check, try await Engine.connect(environment))
        } catch {
            check.findings = [.init("Docker is not available: \(error.report)")]
            return (check, nil)
        }
    }

    /// Whether the engine can give containers a GPU.
    private func toolkit(_ engine: Engine) async -> DoctorCheck {
        var check = DoctorCheck(.toolkit)
        // An engine that doesn't tell is not suspected.
        guard !engine.isPodman,
            let runtimes = try? await engine.client.answer(["info", "--format", "{{json .Runtimes}}"]),
            runtimes.succeeded, runtimes.output.contains("runc"), !runtimes.output.contains("nvidia")
        else { return check }
        check.findings = [.init("build.gpu is true, and the engine has no runtime for NVIDIA's GPUs")]
        return check
    }

    /// What is too little for most images.
    private static let leastDiskBytes = 5_000_000_000

    /// Whether there is room for an image where the engine keeps them.
    private func disk(_ engine: Engine?) async -> DoctorCheck {
        var check = DoctorCheck(.disk)
        guard let engine, !engine.isRemote, !engine.isPodman,
            let root = try? await engine.client.answer(["info", "--format", "{{.DockerRootDir}}"]), root.succeeded
        else { return check }
        let place = root.output.trimmingSpaces
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: place)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, free < Self.leastDiskBytes else {
            return check
        }
        check.findings = [.init("\(ByteSize.text(free)) are free in \(place), where the engine keeps images")]
        return check
    }

    private func python(configured: String?, in configName: String) async -> DoctorCheck {
        var check = DoctorCheck(.python)
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
        var check = DoctorCheck(.kernels)
        guard let pin = project.requirements.version(of: "torch"), let torch = Version(pin),
            // A build reports a combination that can't be resolved.
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
