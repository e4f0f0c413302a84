/// The total number of bytes that a transfer has moved.
///
/// libcurl counts each response separately and starts over with every redirect.
struct MovedBytes {
    private(set) var total = 0
    private var uploaded = 0
    private var downloaded = 0
    private var heads = 0

    /// Updates the count from libcurl's counters for the current response and from the bytes of all heads so far.
    /// Returns whether any byte has moved.
    mutating func update(uploaded: Int, downloaded: Int, heads: Int) -> Bool {
        let before = (self.uploaded, self.downloaded, self.heads)
        total += (uploaded >= before.0 ? uploaded - before.0 : uploaded)
        total += (downloaded >= before.1 ? downloaded - before.1 : downloaded)
        total += heads - before.2
        (self.uploaded, self.downloaded, self.heads) = (uploaded, downloaded, heads)
        return before != (uploaded, downloaded, heads)
    }
}
