package import ModelConfig
import ToolBasics

/// What a manifest says about a model, whatever the platform.
package struct ModelDeployment: Equatable, Sendable {
    /// The name of what the platform runs.
    package let name: String
    /// The image to run.
    package let image: String
    /// How many GPUs the container gets.
    package var gpus = 0
    /// How many predictions the server runs at a time.
    package var slots = 1
    /// How long the model's setup may take.
    package var setupSeconds = 600
    /// How long a prediction may take; nil for no limit.
    package var predictionSeconds: Int?
    /// The processors and the memory that are asked for, as Kubernetes writes them; nil for a usual amount. Given memory
    /// is a limit too.
    package var cpu: String?
    package var memory: String?
    /// `NAME=VALUE` entries that the image has.
    private let environment: [String]

    /// - Parameters:
    ///   - image: the image's name.
    ///   - name: nil for the last part of the image's name.
    ///   - slots: how many predictions one worker runs at a time, where the file doesn't tell.
    ///   - gpus: nil for one in GPU projects.
    /// - Throws: for names and amounts that no platform takes.
    package init(
        _ config: Config, image: String, name: String?, slots: Int?, gpus: Int?, cpu: String?, memory: String?
    ) throws(DeploymentFailure) {
        let reference: ImageReference
        do {
            reference = try ImageReference(image)
        } catch {
            throw .image(image, error)
        }
        self.image = image
        self.name = name ?? Self.name(of: reference)
        environment = config.environment
        guard Self.isLabel(self.name) else {
            throw .name(self.name)
        }
        if let cpu, cpu.wholeMatch(of: /[0-9]+(\.[0-9]+)?m?/) == nil {
            throw .cpu(cpu)
        }
        if let memory, memory.wholeMatch(of: /[1-9][0-9]*(Ki|Mi|Gi|Ti|k|M|G|T)/) == nil {
            throw .memory(memory)
        }
        if let gpus, gpus < 0 { throw .gpus(gpus) }
        self.cpu = cpu
        self.memory = memory
        self.gpus = gpus ?? (config.build.gpu ? 1 : 0)
        let workers = config.concurrency.workers.map { Int($0) ?? max(1, self.gpus) } ?? 1
        self.slots = (config.concurrency.max ?? slots ?? 1) * workers
        predictionSeconds = config.predictTimeout.flatMap(Double.init).map { Int($0.rounded(.up)) }
    }

    private static func name(of image: ImageReference) -> String {
        let last = image.path.split(separator: "/").last.map(String.init) ?? image.path
        let label = last.map { $0.isLetter || $0.isNumber ? $0 : "-" }
        let name = label.first?.isNumber == true ? "model-" + label : String(label)
        return String(name.prefix(63)).trimmingDashes
    }

    private static func isLabel(_ name: String) -> Bool {
        name.count <= 63 && name.wholeMatch(of: /[a-z]([-a-z0-9]*[a-z0-9])?/) != nil
    }

    // MARK: - Shutting down

    /// How long the server goes on after SIGTERM, so that load balancers notice.
    static let usualDrainSeconds = 5
    /// What the grace and the drain delay take together by default.
    private static let usualGraceSeconds = 15
    /// What the last webhooks may take.
    private static let webhookSeconds = 10
    /// What the platform waits beyond the end of all that.
    private static let marginSeconds = 5

    /// The grace to set, where predictions may take longer than the server gives them at its end.
    var extendedGraceSeconds: Int? {
        guard variable("COG_SHUTDOWN_GRACE") == nil, let predictionSeconds else { return nil }
        return predictionSeconds > Self.usualGraceSeconds - drainSeconds ? predictionSeconds : nil
    }

    private var drainSeconds: Int { variable("COG_DRAIN_DELAY").flatMap(Self.seconds) ?? Self.usualDrainSeconds }

    /// How long the server may take to end, with room to spare: drain delay, grace, and webhooks.
    var terminationSeconds: Int {
        let grace =
            variable("COG_SHUTDOWN_GRACE").flatMap(Self.seconds) ?? extendedGraceSeconds
            ?? max(0, Self.usualGraceSeconds - drainSeconds)
        return drainSeconds + grace + Self.webhookSeconds + Self.marginSeconds
    }

    /// How long a request may take on platforms that end it otherwise. Their usual maximum is 600 s.
    var requestSeconds: Int { max(Self.usualRequestSeconds, (predictionSeconds ?? 0) + Self.webhookSeconds) }

    static let usualRequestSeconds = 600

    private static func seconds(_ text: String) -> Int? {
        Double(text).flatMap { $0 >= 0 && $0 < 1e9 ? Int($0.rounded(.up)) : nil }
    }

    /// A variable that the image has.
    func variable(_ name: String) -> String? {
        environment.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    // MARK: - Remarks

    /// What to know about the manifest for a platform, each with what to do.
    package func remarks(for platform: ManifestPlatform) -> [String] {
        var remarks: [String] = []
        if platform != .compose, let reference = try? ImageReference(image), reference.host == nil {
            remarks.append(
                "the cluster looks for \(image) on Docker Hub: name an image with its registry, and push it with cog push"
            )
        }
        if platform == .knative || platform == .kserve, requestSeconds > Self.usualRequestSeconds {
            remarks.append(
                "predict_timeout is above Knative's usual limit of \(Self.usualRequestSeconds) s: raise "
                    + "max-revision-timeout-seconds in its config-defaults")
        }
        return remarks
    }
}
