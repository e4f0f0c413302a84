internal import Glibc
internal import JSON
internal import WorkerProtocol

/// How a worker is started: the program, its arguments, and its environment.
struct WorkerLaunch {
    let executable: String
    let arguments: [String]
    /// Variables in which it differs from this process, as `NAME=value`.
    let environment: [String]
    /// Whether the process may become a template.
    let isTemplate: Bool
}

extension PoolSettings {
    /// How worker `index` is started: with this process's environment, its own index, its share of the GPUs, and a
    /// folder for its temporary files.
    func launch(
        ofWorker index: Int, _ temporaryFolder: String, _ start: WorkerStart, setupTrace: String? = nil
    ) -> WorkerLaunch {
        WorkerLaunch(
            executable: program.executable,
            arguments: [
                WorkerArgument.library, program.library, WorkerArgument.program, program.interpreter,
                WorkerArgument.settings,
                modelSettings(start, setupTrace), WorkerArgument.descriptorLimit, "\(descriptorLimit)",
            ],
            environment: variables(ofWorker: index, temporaryFolder: temporaryFolder)
                + (start == .spawn ? [] : templateVariables), isTemplate: start != .spawn)
    }

    /// Makes forking a large process fast: memory in huge pages has few page tables to copy, and few to release at a
    /// worker's end. An operator who has set the variable knows better.
    private var templateVariables: [String] {
        getenv("GLIBC_TUNABLES") == nil ? ["GLIBC_TUNABLES=glibc.malloc.hugetlb=1"] : []
    }

    /// The variables in which worker `index` differs from this process, as `NAME=value`.
    func variables(ofWorker index: Int, temporaryFolder: String) -> [String] {
        var changes = ["\(WorkerVariable.index)=\(index)", "\(WorkerVariable.temporaryFolder)=\(temporaryFolder)"]
        if let share = GPUShare.share(of: devices, worker: index, of: workers) {
            changes.append("\(WorkerVariable.devices)=\(share)")
        }
        return changes
    }

    private func modelSettings(_ start: WorkerStart, _ setupTrace: String?) -> String {
        var text = Array("{\"\(SettingKey.reference)\":".utf8)
        appendJSONString(reference, to: &text)
        text += Array(",\"\(SettingKey.mode)\":\"\(mode.rawValue)\",".utf8)
        text += Array("\"\(SettingKey.start)\":\"\(start.rawValue)\"".utf8)
        if let tracing = program.tracing { text += Array(",\"\(SettingKey.tracing)\":\(tracing)".utf8) }
        if let setupTrace { text += Array(",\"\(SettingKey.setupTrace)\":\"\(setupTrace)\"".utf8) }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }
}
