/// How many bytes a transfer has moved in all.
///
/// libcurl counts each answer on its own, and begins anew with every redirect.
struct MovedBytes {
    private(set) var total = 0
    private var uploaded = 0
    private var downloaded = 0
    private var heads = 0

    /// Takes libcurl's counters for the answer at hand, and the bytes of all heads so far. Returns whether any has moved.
    mutating func update(uploaded: Int, downloaded: Int, heads: Int) -> Bool {
        let before = (self.uploaded, self.downloaded, self.heads)
        total += (uploaded >= before.0 ? uploaded - before.0 : uploaded)
        total += (downloaded >= before.1 ? downloaded - before.1 : downloaded)
        total += heads - before.2
        (self.uploaded, self.downloaded, self.heads) = (uploaded, downloaded, heads)
        return before != (uploaded, downloaded, heads)
    }
}
