import Glibc
import Testing

@testable import FileTransfer

@Suite struct FileStoreTests {
    /// Private folder and file, gone together with what the model has put beside them.
    @Test func lifeOfADirectory() throws {
        try withFolder { parent in
            let store = FileStore(under: parent)
            let directory = store.makeDirectory()
            #expect(directory.isEmpty)
            #expect(names(in: parent).isEmpty)
            let (_, path) = try directory.makeFile(named: "img.png").get()
            let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            #expect(path.split(separator: "/").last?.count == "tmpxxxxxxxximg.png".count)
            #expect(mode(of: path) == 0o600)
            #expect(mode(of: folder) == 0o700)
            #expect(names(in: parent).first?.hasPrefix("coglet-\(getpid())-") == true)
            mkdir(folder + "/sub", 0o500)
            symlink("/etc", folder + "/link")
            directory.removeNow()
            #expect(access(folder, F_OK) != 0)
            #expect(access("/etc/passwd", F_OK) == 0)
            #expect(directory.makeFile(named: "late").errorText == "canceled")
            store.close()
            #expect(names(in: parent).isEmpty)
        }
    }

    /// The folder of a server that is gone is removed; that of one that runs stays, as does what is not ours.
    @Test func leftovers() throws {
        try withFolder { parent in
            let running = FileStore(under: parent)
            _ = try running.makeDirectory().makeFile(named: "a").get()
            mkdir(parent + "/coglet-1-abandoned", 0o700)
            mkdir(parent + "/coglet-1-abandoned/3", 0o700)
            mkdir(parent + "/other", 0o700)
            symlink(parent + "/other", parent + "/coglet-link")
            FileStore(under: parent).removeLeftovers()
            #expect(
                names(in: parent).sorted().map { $0.hasPrefix("coglet-\(getpid())") ? "running" : $0 }
                    == ["running", "coglet-link", "other"])
            running.close()
        }
    }

    /// A folder that cannot be made is an error that names it.
    @Test func unusableParent() {
        let store = FileStore(under: "/nonexistent")
        let error = store.makeDirectory().makeFile(named: "a").errorText
        #expect(error?.hasPrefix("temporary file /nonexistent/coglet-") == true)
        #expect(error?.hasSuffix("cannot make: No such file or directory") == true)
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        var name = Array("/tmp/filestore-test-XXXXXX\0".utf8CString)
        mkdtemp(&name)
        let path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        try body(path)
        for name in names(in: path) {
            unlink(path + "/" + name)
            rmdir(path + "/" + name)
        }
        #expect(rmdir(path) == 0)
    }

    private func names(in path: String) -> [String] {
        var names: [String] = []
        guard let folder = opendir(path) else { return [] }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        closedir(folder)
        return names
    }

    private func mode(of path: String) -> mode_t {
        var status = stat()
        stat(path, &status)
        return status.st_mode & 0o777
    }
}

extension Result {
    /// The error as a person sees it, if it is one.
    var errorText: String? {
        guard case .failure(let error) = self else { return nil }
        return "\(error)"
    }
}
