import Glibc
import HTTPClient
import Testing

@testable import FileTransfer

@Suite struct FileStoreTests {
    /// Private folders, removed together with what the model put into them.
    @Test func lifeOfAFolder() throws {
        try withFolder { parent in
            let store = FileStore(in: [parent])
            #expect(try store.open() == [])
            let folder = try store.makeWorkerFolder().get()
            #expect(names(in: parent).first?.hasPrefix("coglet-\(getpid())-") == true)
            #expect(folder.hasSuffix("/w1"))
            #expect(folder.utf8.count - parent.utf8.count < 30)
            #expect(mode(of: folder) == 0o700)
            #expect(try store.makePredictionFolder().get().hasSuffix("/1"))
            mkdir(folder + "/sub", 0o500)
            symlink("/etc", folder + "/link")
            store.removeFolder(folder)
            #expect(access(folder, F_OK) != 0)
            #expect(access("/etc/passwd", F_OK) == 0)
            #expect(try store.makeWorkerFolder().get().hasSuffix("/w2"))
            store.close()
            #expect(names(in: parent).isEmpty)
            #expect(store.makeWorkerFolder().errorText == "canceled")
        }
    }

    /// The folder of a server that is gone is removed; that of one that runs stays, as does what is not a server's.
    @Test func leftovers() throws {
        try withFolder { parent in
            let running = FileStore(in: [parent])
            _ = try running.open()
            let folder = try running.makeWorkerFolder().get()
            mkdir(parent + "/coglet-1-abandone", 0o700)
            mkdir(parent + "/coglet-1-abandone/3", 0o700)
            let others = ["coglet-models", "coglet-1-abandoned", "coglet-x-abandone", "other"]
            for name in others { mkdir(parent + "/" + name, 0o700) }
            symlink(parent + "/other", parent + "/coglet-2-linktoot")
            FileStore(in: ["/nonexistent", parent]).removeLeftovers()
            #expect(access(folder, F_OK) == 0)
            running.close()
            #expect(names(in: parent).sorted() == (others + ["coglet-2-linktoot"]).sorted())
        }
    }

    /// An unusable parent is skipped, and the reason is reported.
    @Test func unusableParent() throws {
        try withFolder { parent in
            let store = FileStore(in: ["/nonexistent", "/dev/null", parent])
            let failures = try store.open()
            #expect(
                failures.map(\.description) == [
                    "cannot make a folder in /nonexistent: No such file or directory",
                    "cannot make a folder in /dev/null: Not a directory",
                ])
            #expect(try store.makeWorkerFolder().get().hasPrefix(parent + "/coglet-"))
            store.close()
        }
    }

    /// Without a usable parent every one of them is named.
    @Test func noUsableParent() {
        let error = #expect(throws: FileStoreError.self) {
            _ = try FileStore(in: ["/nonexistent", "/dev/null"]).open()
        }
        #expect(
            error?.description
                == "no folder for temporary files: cannot make a folder in /nonexistent: No such file or directory; "
                + "cannot make a folder in /dev/null: Not a directory. Set TMPDIR to a writable folder")
    }

    /// If something has removed the store's folder, the next folder brings it back.
    @Test func removedFromOutside() throws {
        try withFolder { parent in
            let store = FileStore(in: [parent])
            _ = try store.open()
            let name = try #require(names(in: parent).first)
            #expect(rmdir(parent + "/" + name) == 0)
            let folder = try store.makePredictionFolder().get()
            #expect(access(folder, W_OK) == 0)
            FileStore(in: [parent]).removeLeftovers()
            #expect(access(folder, W_OK) == 0)
            store.close()
        }
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
