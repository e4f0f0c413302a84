import Glibc

/// Whether a path can be read to its end.
package enum RegularFile {
    /// Whether a path leads to a regular file: reading anything else may never end.
    package static func isAt(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// What stands in the way of a path that should lead to a regular file; nil where there is nothing at all.
    package static func obstacle(_ path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFLNK else {
            return status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file"
        }
        guard stat(path, &status) == 0 else { return "is a link that leads nowhere" }
        return status.st_mode & S_IFMT == S_IFDIR ? "is a link to a directory" : "is not a regular file"
    }
}
