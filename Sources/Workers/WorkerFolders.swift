/// Creates the folders for workers' temporary files.
public protocol WorkerFolders: AnyObject {
    /// Creates an empty folder; blocks briefly.
    ///
    /// - Throws: A printable error about the place for temporary files.
    func makeFolder() throws -> String

    /// Removes a folder and everything in it, in the background.
    func remove(_ folder: String)
}
