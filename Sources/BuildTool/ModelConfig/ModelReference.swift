package import Foundation
package import ToolBasics

/// The name a model is pushed under, from `COG_MODEL*` and `model:`.
package enum ModelReference {
    /// Resolves the reference; nil where nothing names a model.
    ///
    /// - Parameters:
    ///   - registry: the host when nothing else names one.
    ///   - now: for the tag when nothing else names one.
    package static func resolve(
        config: Config, environment: [String: String], registry: String, now: Date
    ) throws(ModelReferenceFailure) -> ImageReference? {
        func variable(_ name: EnvironmentVariable) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let names: [EnvironmentVariable] = [.model, .modelRegistry, .modelRepository]
        if config.image != nil {
            guard names.allSatisfy({ variable($0) == nil }) else {
                throw .imageAndVariables
            }
            return nil
        }
        let tag = try tag(variable(.modelTag), now)
        if let whole = variable(.model) {
            do {
                var reference = try ImageReference(whole)
                if reference.tag == nil, reference.digest == nil { reference.tag = tag }
                return reference
            } catch {
                throw .name(error)
            }
        }
        let declared = config.model.flatMap { try? ImageReference($0) }
        let host = variable(.modelRegistry) ?? declared?.host ?? registry
        guard !host.contains("/"), !host.contains("@") else {
            throw .registry(host)
        }
        guard let path = variable(.modelRepository) ?? declared?.path else { return nil }
        guard ImageReference.isPath(path), !path.contains(":"), !path.contains("@") else {
            throw .repository(path)
        }
        do {
            return try ImageReference("\(host)/\(path):\(tag)")
        } catch {
            throw .combination(error)
        }
    }

    private static func tag(_ given: String?, _ now: Date) throws(ModelReferenceFailure) -> String {
        guard let given else {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "UTC")
            format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
            return format.string(from: now)
        }
        guard !given.hasPrefix("cog-") else {
            throw .reservedTag(given)
        }
        guard ImageReference.isTag(given) else {
            throw .tag(given)
        }
        return given
    }
}
