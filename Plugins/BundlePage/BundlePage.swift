import Foundation
import PackagePlugin

/// Bundles `playground/` into a Swift source whenever a file there has changed.
@main
struct BundlePage: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let scripts = ["playground.sh", "playground_page.py"].map { package.appending(path: "scripts/\($0)") }
        let sources = FileManager.default.enumerator(
            at: package.appending(path: "playground"), includingPropertiesForKeys: nil)
        let files = (sources?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }
        let out = context.pluginWorkDirectoryURL
        return [
            .buildCommand(
                displayName: "Bundling the page", executable: URL(filePath: "/bin/bash"),
                arguments: [scripts[0].path(), out.path()], inputFiles: scripts + files,
                outputFiles: [out.appending(path: "Page.swift")])
        ]
    }
}
