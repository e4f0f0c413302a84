import FileTransfer
import HTTPClient

/// Tables that the SDK shares with the server: `make docs` generates `python/cog/_server_tables.py` from them, and a
/// test compares the two.
enum SharedTables {
    static var module: String {
        let files = FileTransferConfiguration(version: Coglet.version)
        let waits = files.retryDelays.map { "\($0 / .seconds(1))" }.joined(separator: ", ")
        let bundles = SystemBundles.paths.map { "    \"\($0)\",\n" }.joined()
        let addresses = SpecialAddresses.blocks.map { "    \"\($0)\",\n" }.joined()
        return """
            # Made by `make docs` from the server's sources.
            \"""What the SDK has in common with the server.\"""

            # The longest time in which no byte of a download moves.
            DOWNLOAD_STALL_SECONDS = \(files.downloadStallTimeout / .seconds(1))
            # The waits between the attempts of a download, and how much longer a server can make them.
            RETRY_SECONDS = (\(waits))
            RETRY_AFTER_LIMIT_SECONDS = \(files.retryAfterLimit / .seconds(1))

            # The addresses that are not public.
            SPECIAL_ADDRESSES = (
            \(addresses))

            # Where systems keep the certificates that they trust.
            SYSTEM_BUNDLES = (
            \(bundles))

            # Each row a media type and the extensions of its files; the first row with an extension counts.
            MEDIA_TYPES = \"""
            \(MediaType.table)
            \"""

            """
    }
}
