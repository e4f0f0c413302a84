import Glibc

/// What a path of a project leads to.
package enum ProjectFile: Equatable {
    case missing
    /// Something on the way can't be followed, such as links in a circle or a directory that may not be entered.
    case unresolvable
    /// A link leads out of the project.
    case outside
    case regular
    /// Something that is no regular file.
    case other

    /// - Parameters:
    ///   - path: relative to the project.
    ///   - directory: the project's, without links.
    package init(_ path: String, in directory: String) {
        guard let resolved = realpath(directory + "/" + path, nil) else {
            self = [ENOENT, ENOTDIR].contains(errno) ? .missing : .unresolvable
            return
        }
        defer { free(resolved) }
        var status = stat()
        if !String(cString: resolved).hasPrefix(directory == "/" ? "/" : directory + "/") {
            self = .outside
        } else if stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            self = .regular
        } else {
            self = .other
        }
    }
}
