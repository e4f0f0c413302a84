/// Makes the folders in which workers keep their temporary files.
public protocol WorkerFolders: AnyObject {
    /// Makes an empty folder; blocks for a moment.
    ///
    /// - Throws: whatever is wrong with the place for temporary files, fit to print.
    func makeFolder() throws -> String

    /// Removes a folder with everything in it, in the background.
    func remove(_ folder: String)
}
