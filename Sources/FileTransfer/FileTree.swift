internal import Glibc

/// The names in a folder, except `.` and `..`; empty if it can't be read. Blocks.
func entries(of path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// Removes a folder and everything in it, without following links. Leaves what can't be removed. Blocks.
func removeTree(_ path: String) {
    // The model may still be adding files, so look again a few times.
    for _ in 0..<3 {
        if unlink(path) == 0 || errno == ENOENT { return }
        if rmdir(path) == 0 { return }
        chmod(path, 0o700)
        for name in entries(of: path) { removeTree(path + "/" + name) }
        if rmdir(path) == 0 || errno == ENOENT { return }
    }
}
