internal import Telemetry

/// What the start of a worker takes from the server.
struct Supplies {
    let folders: any WorkerFolders
    /// Descriptors for the next start, which can't fail for lack of them.
    let reserve = DescriptorReserve(count: WorkerPool.descriptorsToStart)

    /// Makes the spans of setups; nil while tracing is off.
    let tracer: Tracer?

    init(_ folders: any WorkerFolders, _ tracer: Tracer?) {
        self.folders = folders
        self.tracer = tracer
        reserve.refill()
    }
}
