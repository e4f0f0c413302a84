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
    ) throws(CogError) -> ImageReference? {
        func variable(_ name: EnvironmentVariable) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let names: [EnvironmentVariable] = [.model, .modelRegistry, .modelRepository]
        if config.image != nil {
            guard names.allSatisfy({ variable($0) == nil }) else {
                throw .usage(
                    "'image' in cog.yaml cannot be combined with COG_MODEL* env vars: remove 'image' or unset them")
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
                throw .usage("invalid COG_MODEL value: \(error)")
            }
        }
        let declared = config.model.flatMap { try? ImageReference($0) }
        let host = variable(.modelRegistry) ?? declared?.host ?? registry
        guard !host.contains("/"), !host.contains("@") else {
            throw .usage("invalid COG_MODEL_REGISTRY \"\(host)\": must be a bare host (no path, tag, or digest)")
        }
        guard let path = variable(.modelRepository) ?? declared?.path else { return nil }
        guard ImageReference.isPath(path), !path.contains(":"), !path.contains("@") else {
            throw .usage("invalid COG_MODEL_REPO \"\(path)\": must be a bare repository path (no host, tag, or digest)")
        }
        do {
            return try ImageReference("\(host)/\(path):\(tag)")
        } catch {
            throw .usage("invalid model reference: \(error)")
        }
    }

    private static func tag(_ given: String?, _ now: Date) throws(CogError) -> String {
        guard let given else {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "UTC")
            format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
            return format.string(from: now)
        }
        guard !given.hasPrefix("cog-") else {
            throw .usage("invalid COG_MODEL_TAG \"\(given)\": \"cog-\" is a reserved prefix — choose a different tag")
        }
        guard ImageReference.isTag(given) else {
            throw .usage(
                "invalid COG_MODEL_TAG \"\(given)\": must match OCI tag regex [A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
        }
        return given
    }
}
