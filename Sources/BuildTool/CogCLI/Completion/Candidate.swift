import Foundation

/// A text that a shell offers for the word at the cursor.
struct Candidate: Equatable, Sendable {
    /// The whole word. More belongs behind `=`, `@`, and `/`.
    let text: String
    /// What shells show beside it; may be empty.
    let about: String

    init(_ text: String, about: String = "") {
        self.text = text
        self.about = about
    }

    /// The same behind a text.
    func behind(_ text: String) -> Candidate { Candidate(text + self.text, about: about) }

    /// The files that a path may be continued to, directories with a slash at their end.
    ///
    /// - Parameters:
    ///   - extensions: which files, besides directories; all of them without any.
    ///   - directory: where relative paths begin.
    ///   - home: what `~` stands for.
    static func files(
        _ typed: String, extensions: [String] = [], from directory: String, home: String?
    ) -> [Candidate] {
        let (folder, begun) =
            typed.lastIndex(of: "/").map { slash in
                (String(typed[...slash]), String(typed[typed.index(after: slash)...]))
            } ?? ("", typed)
        var path = folder
        if let home, path.hasPrefix("~/") { path = home + path.dropFirst() }
        if !path.hasPrefix("/") { path = directory + "/" + path }
        // Whatever can't be read has nothing to offer.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasPrefix(begun), !name.hasPrefix(".") || begun.hasPrefix("."),
                !name.contains(where: \.isNewline)
            else { return nil }
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isDirectory) else {
                return nil
            }
            if isDirectory.boolValue { return Candidate(folder + name + "/") }
            let fits = extensions.isEmpty || extensions.contains { name.hasSuffix("." + $0) }
            return fits ? Candidate(folder + name) : nil
        }
    }
}
