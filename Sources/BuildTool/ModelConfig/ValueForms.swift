import ToolBasics

/// What the values of `cog.yaml` that get into Dockerfiles and command lines may look like.
package enum ValueForms {
    /// Why a value can't be used, nil where it can.
    typealias Rule = (String) -> String?

    /// Packages of the distribution, mostly one: `name`, `name=version`, `name:architecture`, `name/release`.
    static func systemPackage(_ value: String) -> String? {
        let names = value.split(separator: " ")
        let isRight = names.allSatisfy { name in
            name.first.map { isPlain($0) || $0 == "." } == true
                && name.allSatisfy { isPlain($0) || "+-._=:~/*".contains($0) }
        }
        return isRight && !names.isEmpty ? nil : "must be the name of a package, such as ffmpeg or ffmpeg=7:5.1.6-0"
    }

    /// The identifier of a build secret.
    static func secretID(_ value: String) -> String? {
        let isRight = !value.isEmpty && value.allSatisfy { isPlain($0) || "+-._".contains($0) }
        return isRight ? nil : "must consist of letters, digits, '.', '_' and '-'"
    }

    /// Where a build secret is found.
    static func mountTarget(_ value: String) -> String? {
        let isRight = !value.isEmpty && value.allSatisfy { isPlain($0) || "+-._/@~".contains($0) }
        return isRight ? nil : "must be a path of letters, digits, '.', '_', '-' and '/'"
    }

    /// A release of the SDK.
    static func release(_ value: String) -> String? {
        let isRight = value.first.map(isPlain) == true && value.allSatisfy { isPlain($0) || "+-.!".contains($0) }
        return isRight ? nil : "must be a version, such as 0.18.1, or prerelease"
    }

    /// A command of the shell: what ends its line in a Dockerfile ends the command.
    static func command(_ value: String) -> String? {
        let text = value.trimmingSpaces
        if text.isEmpty { return "must not be empty" }
        if text.hasSuffix("\\") { return "must not end with a backslash, which would join the next step to it" }
        let words = text.split { $0 == " " || $0 == "\t" }
        if words.contains(where: { $0.wholeMatch(of: /[0-9]*<<-?["']?[A-Za-z_].*/) != nil }) {
            return "must not begin a here-document: write the text to a file with printf, or run a script"
        }
        // Line breaks have a message of their own.
        return hasControl(text.filter { !$0.isNewline }) ? "must not contain control characters" : nil
    }

    /// Whether a text has characters that no Dockerfile can hold.
    package static func hasControl(_ value: String) -> Bool {
        value.unicodeScalars.contains { ($0.value < 32 && $0 != "\t") || $0.value == 127 }
    }

    /// Whether a file name is that of a wheel, from which pip reads package and version.
    package static func isWheelName(_ value: String) -> Bool {
        value.allSatisfy { isPlain($0) || "+-._!".contains($0) }
    }

    /// A size in bytes.
    static func size(_ value: String) -> String? {
        if ["false", "off", "no"].contains(value.lowercased()) || ByteSize(value) != nil { return nil }
        return "must be a size such as 50MB or 2GiB, or false for no layers of their own"
    }

    /// A version of numbers alone.
    static func numbers(_ value: String) -> String? {
        let isRight = value.first?.isNumber == true && value.allSatisfy { $0.isASCII && $0.isNumber || $0 == "." }
        return isRight ? nil : "must consist of numbers and dots"
    }

    /// A file of the project and a name in it.
    static func reference(_ value: String) -> String? {
        let isRight = value.unicodeScalars.allSatisfy {
            $0.value >= 32 && $0.value != 127 && !"\"'`$\\".unicodeScalars.contains($0)
        }
        return isRight ? nil : "must not contain quotes, '$', '\\' or line breaks"
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}

extension ConfigReader {
    /// The values that break a rule of `ValueForms`, by field, in file order.
    var unusableValues: [(field: String, value: String, reason: String)] {
        let build = config.build
        var rules: [(field: String, value: String?, rule: ValueForms.Rule)] = [
            ("run", runKey, ValueForms.reference), ("predict", predictKey, ValueForms.reference),
            ("train", config.train, ValueForms.reference), ("build.cudnn", build.cudnn, ValueForms.numbers),
            ("build.sdk_version", build.sdkVersion, ValueForms.release),
            ("build.large_files", build.largeFiles, ValueForms.size),
        ]
        for (index, package) in build.systemPackages.enumerated() {
            rules.append(("build.system_packages[\(index)]", package, ValueForms.systemPackage))
        }
        for (index, command) in build.preInstall.enumerated() {
            rules.append(("build.pre_install[\(index)]", command, ValueForms.command))
        }
        for (index, step) in build.run.enumerated() {
            rules.append(("build.run[\(index)]", step.command, ValueForms.command))
            for (number, mount) in step.mounts.enumerated() where mount.type == "secret" {
                let field = "build.run[\(index)].mounts[\(number)]"
                rules.append((field + ".id", mount.id, ValueForms.secretID))
                rules.append((field + ".target", mount.target, ValueForms.mountTarget))
            }
        }
        return rules.compactMap { field, value, rule in
            guard let value, !value.isEmpty || field.contains("["), let reason = rule(value) else { return nil }
            return (field, value, reason)
        }
    }
}
