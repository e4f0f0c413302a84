import ContainerEngine
import ModelConfig

/// What `cog doctor` looks for: the code of its findings, their weight, and what to do in general.
struct DoctorKind: Equatable, Sendable {
    /// How much a finding matters.
    enum Severity: String, Sendable {
        /// Makes the command fail.
        case error
        case warning
        /// Good to know.
        case info
    }

    /// What scripts know it by; never changes.
    let code: String
    /// What people read.
    let title: String
    let severity: Severity
    let advice: String

    private init(_ code: String, _ title: String, _ severity: Severity, _ advice: String) {
        (self.code, self.title, self.severity, self.advice) = (code, title, severity, advice)
    }

    static let parsing = DoctorKind(
        "config-parsing", "Config parsing", .error, "Correct the file at this place")
    static let oldAPI = DoctorKind(
        "old-api", "The API of 2021", .error, "Write the model for the current API: docs/python.md")
    static let schema = DoctorKind("config-schema", "Config schema", .error, "Correct the value")
    static let names = DoctorKind(
        "predict-names", "Deprecated predict interface names", .warning, "Run: cog doctor --fix")
    static let olderName = DoctorKind("older-name", "Older names", .info, "Nothing to do")
    static let fields = DoctorKind(
        "deprecated-field", "Deprecated fields", .warning, "Use the field that replaces it")
    static let reference = DoctorKind(
        "predict-reference", "Predict reference", .error, "Correct the reference, or the name in the file")
    static let pydantic = DoctorKind(
        "pydantic-workaround", "Pydantic BaseModel workaround", .error, "Run: cog doctor --fix")
    static let imports = DoctorKind("deprecated-import", "Deprecated imports", .error, "Run: cog doctor --fix")
    static let annotations = DoctorKind(
        "return-annotation", "Type annotations", .warning, "Write the type of the output after ->")
    static let noneDefaults = DoctorKind(
        "none-default", "Defaults of None", .warning, "Add None to the input's type")
    static let requirements = DoctorKind(
        "missing-requirement", "Missing requirements", .warning, "Add the package to the requirements")
    static let unpinned = DoctorKind(
        "unpinned-framework", "Unpinned frameworks", .warning, "Write a version: NAME==VERSION")
    static let cuda = DoctorKind(
        "cuda-combination", "CUDA combination", .warning, "Choose versions that were built for each other")
    static let largeFiles = DoctorKind(
        "large-files", "Large files", .info, "Add what the model doesn't need to .dockerignore")
    static let ignored = DoctorKind(
        "dockerignore", ".dockerignore", .warning, "Add the line to .dockerignore, or run: cog doctor --fix")
    static let engine = DoctorKind("engine", "Docker", .error, NextStep.noEngine)
    static let python = DoctorKind(
        "python-version", "Python version", .warning, "Install that Python, or uv, for cog predict --local")
    static let toolkit = DoctorKind(
        "gpu-toolkit", "GPU toolkit", .warning,
        "Install the NVIDIA Container Toolkit and restart the engine; without it models run on the CPU")
    static let kernels = DoctorKind(
        "gpu-kernels", "GPU compatibility", .warning, "Pin a newer torch, which brings a newer CUDA")
    static let disk = DoctorKind(
        "disk-space", "Disk space", .warning, "Free some with: docker builder prune, docker image prune")
}
