/// What the start of a worker takes from the server.
struct Supplies {
    let folders: any WorkerFolders
    /// Descriptors for the next start, which can't fail for lack of them.
    let reserve = DescriptorReserve(count: WorkerPool.descriptorsToStart)

    init(_ folders: any WorkerFolders) {
        self.folders = folders
        reserve.refill()
    }
}
