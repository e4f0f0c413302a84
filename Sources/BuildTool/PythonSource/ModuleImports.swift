import Foundation
import ToolBasics

/// The modules that a model's files import, as far as the source tells without running it.
///
/// Only what is certainly imported counts: statements at the top of files, and those anywhere in the entry file, without
/// what stands in `try` and `if`.
package struct ModuleImports {
    /// An import of a module that is neither Python's nor the project's.
    package struct Import: Equatable, Sendable {
        /// The first part of the module's name.
        package let module: String
        /// The file, relative to the project.
        package let file: String
        package let line: Int

        package init(module: String, file: String, line: Int) {
            self.module = module
            self.file = file
            self.line = line
        }
    }

    private let directory: String
    private var seen: Set<String> = []
    /// In the order in which they were found, each module once.
    package private(set) var found: [Import] = []

    /// - Parameters:
    ///   - directory: the project.
    ///   - entries: files of the project that are run first.
    package init(directory: String, entries: [String]) {
        self.directory = directory
        for entry in entries { read(entry, isEntry: true) }
    }

    /// The imports of a file's text.
    ///
    /// - Parameter everywhere: whether those inside functions count too.
    static func statements(in text: String, everywhere: Bool) -> [(module: String, names: [String], line: Int)] {
        var imports: [(module: String, names: [String], line: Int)] = []
        // The indentation of the block whose statements may not run; nil outside of any.
        var optional: Int?
        let lines = PythonScanner(text).code.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let statement = line.drop(while: \.isWhitespace)
            guard !statement.isEmpty else { continue }
            let indentation = line.count - statement.count
            if let block = optional, indentation <= block { optional = nil }
            if optional == nil,
                ["try", "if", "elif", "else", "except", "while", "for", "match"].contains(where: {
                    statement.hasPrefix($0) && statement.dropFirst($0.count).first.map { " :(".contains($0) } ?? false
                })
            {
                optional = indentation
            }
            guard optional == nil, everywhere || indentation == 0 else { continue }
            for (module, names) in modules(of: statement) { imports.append((module, names, index + 1)) }
        }
        return imports
    }

    private static func modules(of statement: Substring) -> [(String, [String])] {
        if statement.hasPrefix("import ") {
            return statement.dropFirst("import ".count).split(separator: ",").compactMap { part in
                part.split(separator: " ").first.map { (String($0), []) }
            }
        }
        guard statement.hasPrefix("from "), let keyword = statement.firstRange(of: " import ") else { return [] }
        let module = statement[statement.index(statement.startIndex, offsetBy: 5)..<keyword.lowerBound].trimmingSpaces
        let names = statement[keyword.upperBound...].split { ",() ".contains($0) }.map(String.init)
        return [(module, names)]
    }

    private mutating func read(_ file: String, isEntry: Bool) {
        guard seen.insert(file).inserted, seen.count <= Self.fileLimit,
            // Running the model reports a file that is missing or not UTF-8.
            RegularFile.isAt(directory + "/" + file),
            let text = try? String(contentsOfFile: directory + "/" + file, encoding: .utf8),
            text.utf8.count <= Self.fileLimitBytes
        else { return }
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        for (module, names, line) in Self.statements(in: text, everywhere: isEntry) {
            let own = ownFiles(module, names, folder)
            for file in own { read(file, isEntry: false) }
            let top = String(module.prefix { $0 != "." })
            guard own.isEmpty, !top.isEmpty, !isOwn(top, folder), !StandardModules.names.contains(top),
                !found.contains(where: { $0.module == top })
            else { continue }
            found.append(Import(module: top, file: file, line: line))
        }
    }

    /// The project's files that an import runs.
    private func ownFiles(_ module: String, _ names: [String], _ folder: String) -> [String] {
        let dots = module.prefix { $0 == "." }.count
        var base = folder.split(separator: "/").map(String.init)
        if dots > 1 { base.removeLast(min(dots - 1, base.count)) }
        let parts = module.dropFirst(dots).split(separator: ".").map(String.init)
        let roots = dots > 0 ? [base] : [[], base]
        for root in roots {
            let path = (root + parts).joined(separator: "/")
            let candidates = [path + ".py", path + "/__init__.py"] + names.map { path + "/" + $0 + ".py" }
            let files = candidates.filter { FileManager.default.fileExists(atPath: directory + "/" + $0) }
            if !files.isEmpty { return files }
        }
        return []
    }

    /// Whether a name is a file or folder of the project: what of it is meant may be made later.
    private func isOwn(_ name: String, _ folder: String) -> Bool {
        [name, name + ".py", folder + "/" + name, folder + "/" + name + ".py"].contains {
            FileManager.default.fileExists(atPath: directory + "/" + $0)
        }
    }

    private static let fileLimit = 200
    private static let fileLimitBytes = 1 << 20
}
