/// The key that a server of this program's own wants to see, because its environment has `COG_API_KEY`.
package enum ServerKey {
    private static let variable = "COG_API_KEY"

    /// The key of a container's server: what the container is given counts, else what its image has.
    static func find(for options: ContainerOptions, _ engine: Engine) async throws(CogError) -> String? {
        if options.environment.contains(where: isOurs) { return find(in: options.environment) }
        return find(in: try await engine.environment(of: options.image))
    }

    /// The key of a server among its variables, as `NAME=value`, or `NAME` alone for one that is removed. The last entry of a
    /// name counts.
    package static func find(in entries: [String]) -> String? {
        entries.last(where: isOurs).flatMap { first(of: String($0.dropFirst(variable.count + 1))) }
    }

    /// The key of a child process, whose environment is the inherited one with these changes; nil removes a variable.
    package static func find(in changes: [String: String?], inherited: [String: String]) -> String? {
        (changes[variable] ?? inherited[variable]).flatMap(first)
    }

    private static func isOurs(_ entry: String) -> Bool { entry == variable || entry.hasPrefix(variable + "=") }

    /// The first one of several between commas.
    private static func first(of value: String) -> String? {
        value.split(separator: ",").lazy.map { String($0).trimmingSpaces }.first { !$0.isEmpty }
    }
}
