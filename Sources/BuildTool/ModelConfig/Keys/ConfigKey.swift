import Yams

/// A key of `cog.yaml`, declared once: how it is described, and how its value is read into a part of the configuration.
///
/// The reader, its suggestions, the reference page, and the schema for editors follow from the tables of keys.
struct ConfigKey<Target> {
    /// Reads a value that was found under a field's full name.
    typealias Read = (inout ConfigReader, Node, String, inout Target) -> Void

    let description: ConfigDescription
    let read: Read

    var name: String { description.name }

    /// - Parameters:
    ///   - summary: what the key is for.
    ///   - standard: what counts where the key is missing.
    ///   - replacement: what to write instead, for a deprecated key.
    init(
        _ name: String, _ form: ConfigForm, _ summary: String, standard: String? = nil, replacement: String? = nil,
        isRequired: Bool = false, read: @escaping Read
    ) {
        description = ConfigDescription(
            name: name, form: form, summary: summary, standard: standard, replacement: replacement,
            isRequired: isRequired)
        self.read = read
    }

    // MARK: - Usual forms

    static func text(
        _ name: String, _ path: WritableKeyPath<Target, String?>, _ summary: String, form: ConfigForm = .text(),
        standard: String? = nil, isRequired: Bool = false
    ) -> ConfigKey {
        ConfigKey(name, form, summary, standard: standard, isRequired: isRequired) { reader, node, field, target in
            target[keyPath: path] = reader.text(node, field)
        }
    }

    static func texts(
        _ name: String, _ path: WritableKeyPath<Target, [String]>, _ summary: String, replacement: String? = nil
    ) -> ConfigKey {
        ConfigKey(name, .list(of: .text()), summary, replacement: replacement) { reader, node, field, target in
            target[keyPath: path] = reader.texts(node, field)
        }
    }

    static func bool(
        _ name: String, _ path: WritableKeyPath<Target, Bool?>, _ summary: String, standard: String? = nil,
        isRequired: Bool = false
    ) -> ConfigKey {
        ConfigKey(name, .bool, summary, standard: standard, isRequired: isRequired) { reader, node, field, target in
            target[keyPath: path] = reader.bool(node, field)
        }
    }

    static func part<Part>(
        _ name: String, _ path: WritableKeyPath<Target, Part>, _ table: ConfigTable<Part>, _ summary: String
    ) -> ConfigKey {
        ConfigKey(name, table.form, summary) { reader, node, field, target in
            guard let mapping = reader.mapping(node, field) else { return }
            reader.read(mapping, field, table, into: &target[keyPath: path])
        }
    }

    /// A part that is nil where the key is missing.
    static func part<Part>(
        _ name: String, _ path: WritableKeyPath<Target, Part?>, from empty: Part, _ table: ConfigTable<Part>,
        _ summary: String
    ) -> ConfigKey {
        ConfigKey(name, table.form, summary) { reader, node, field, target in
            guard let mapping = reader.mapping(node, field) else { return }
            var part = empty
            reader.read(mapping, field, table, into: &part)
            target[keyPath: path] = part
        }
    }

    static func parts<Part>(
        _ name: String, _ path: WritableKeyPath<Target, [Part]>, from empty: Part, _ table: ConfigTable<Part>,
        _ summary: String
    ) -> ConfigKey {
        ConfigKey(name, .list(of: table.form), summary) { reader, node, field, target in
            target[keyPath: path] = reader.items(node, field).compactMap { item, field in
                reader.part(item, field, from: empty, table)
            }
        }
    }
}

/// The keys of one mapping.
struct ConfigTable<Target> {
    let keys: [ConfigKey<Target>]
    /// Whether an unknown key is a mistake; elsewhere it is only a warning.
    let isStrict: Bool

    init(isStrict: Bool = false, _ keys: [ConfigKey<Target>]) {
        self.keys = keys
        self.isStrict = isStrict
    }

    var form: ConfigForm { .mapping(keys.map(\.description)) }
}
