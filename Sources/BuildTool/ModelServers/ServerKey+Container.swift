import ContainerEngine
import PredictionClient
import ToolBasics

extension ServerKey {
    /// The key of a container's server: what the container is given counts, else what its image has.
    static func find(for options: ContainerOptions, _ engine: Engine) async throws -> String? {
        if options.environment.contains(where: isOurs) { return find(in: options.environment) }
        return find(in: try await engine.environment(of: options.image))
    }
}
