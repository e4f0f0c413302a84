import Testing

@testable import FileTransfer

/// Which stored files are kept.
@Suite struct StoredFileTableTests {
    private func table(countLimit: Int = 3, limitBytes: Int = 100) -> StoredFileTable {
        StoredFileTable(countLimit: countLimit, limitBytes: limitBytes, lifetime: .seconds(60))
    }

    /// A file is kept for its lifetime, and not longer.
    @Test func filesExpire() {
        var table = table()
        #expect(table.nextDeadline == nil)
        _ = table.arrived(10)
        #expect(table.kept("a", bytes: 10, at: .seconds(1)) == [])
        _ = table.arrived(20)
        #expect(table.kept("b", bytes: 20, at: .seconds(2)) == [])
        #expect(table.nextDeadline == .seconds(61))
        #expect(table.deadlinePassed(at: .seconds(60)) == [])
        #expect(table.deadlinePassed(at: .seconds(61)) == ["a"])
        #expect(table.bytes == 20)
        #expect(table.deadlinePassed(at: .seconds(100)) == ["b"])
        #expect(table.nextDeadline == nil)
        #expect(table.bytes == 0)
    }

    /// The oldest ones go for one that has arrived, and no more of them than must.
    @Test func oldestMakeRoom() {
        var table = table(countLimit: 10)
        for id in ["a", "b", "c"] {
            _ = table.arrived(30)
            #expect(table.kept(id, bytes: 30, at: .zero) == [])
        }
        for (id, bytes, removed) in [("d", 10, []), ("e", 1, ["a"]), ("f", 100, ["b", "c", "d", "e"])] {
            let fits = table.arrived(bytes)
            #expect(fits)
            #expect(table.kept(id, bytes: bytes, at: .zero) == removed)
        }
        #expect((table.bytes, table.arrivingBytes) == (100, 0))
    }

    /// Files that arrive have room for as much as all kept ones have, and take nothing from those.
    @Test func filesThatAreGivenUpTakeNothing() {
        var table = table()
        _ = table.arrived(100)
        #expect(table.kept("a", bytes: 100, at: .zero) == [])
        let fits = [60, 40, 1].map { table.arrived($0) }
        #expect(fits == [true, true, false])
        table.givenUp(101)
        #expect((table.bytes, table.arrivingBytes) == (100, 0))
    }

    /// One more than the limit drives the oldest one out.
    @Test func numberIsLimited() {
        var table = table(countLimit: 2)
        #expect(table.kept("a", bytes: 0, at: .zero) == [])
        #expect(table.kept("b", bytes: 0, at: .zero) == [])
        #expect(table.kept("c", bytes: 0, at: .zero) == ["a"])
    }

    /// A removed file no longer counts, and a file that isn't there can be removed too.
    @Test func filesAreRemoved() {
        var table = table()
        _ = table.arrived(40)
        _ = table.kept("a", bytes: 40, at: .zero)
        table.removed("b")
        #expect(table.bytes == 40)
        table.removed("a")
        #expect((table.bytes, table.nextDeadline) == (0, nil))
    }

    /// The id is found in any URL that leads to a stored file, and in no other.
    @Test func idsInURLs() {
        let id = StoredFileID.make()
        for url in [
            "http://localhost:5000/v1/files/\(id)", "HTTPS://user:key@h/a/b/v1/files/\(id)?a=b",
            " http://h/v1/files/\(id)#c",
        ] {
            #expect(StoredFileID.find(in: url)?.id == id)
            #expect(StoredFileID.find(in: url)?.isContents == false)
        }
        #expect(StoredFileID.find(in: "http://h/v1/files/\(id)/download")?.isContents == true)
        for url in [
            "http://h/v1/files/\(id)x", "http://h/v1/files/\(id)/x", "http://h/v1/files/cog-abc",
            "http://h/files/\(id)",
            "http://v1/files/\(id)", "http://h/?/v1/files/\(id)", "data:,/v1/files/\(id)",
        ] {
            #expect(StoredFileID.find(in: url) == nil, "\(url)")
        }
    }
}
