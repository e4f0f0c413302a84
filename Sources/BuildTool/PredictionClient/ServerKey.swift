import ToolBasics

/// The key that a server of this program's own wants to see, because its environment has `COG_API_KEY`.
package enum ServerKey {
    private static let variable = "COG_API_KEY"

    /// The key of a server among its variables, as `NAME=value`, or `NAME` alone for one that is removed. The last entry of a
    /// name counts.
    package static func find(in entries: [String]) -> String? {
        entries.last(where: isOurs).flatMap { first(of: String($0.dropFirst(variable.count + 1))) }
    }

    /// The key of a child process, whose environment is the inherited one with these changes; nil removes a variable.
    package static func find(in changes: [String: String?], inherited: [String: String]) -> String? {
        (changes[variable] ?? inherited[variable]).flatMap(first)
    }

    /// Whether an entry of a container's environment is about the key.
    package static func isOurs(_ entry: String) -> Bool { entry == variable || entry.hasPrefix(variable + "=") }

    /// The first one of several between commas.
    private static func first(of value: String) -> String? {
        value.split(separator: ",").lazy.map { String($0).trimmingSpaces }.first { !$0.isEmpty }
    }
}
