import ArgumentParser
import Foundation
import ModelConfig
import Projects
import Terminal
import ToolBasics

/// `cog init`
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write starter files for a model into the current directory.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let console = Session(global).console
        let manager = FileManager.default
        guard !manager.currentDirectoryPath.isEmpty else {
            throw ProjectFailure.noDirectory
        }
        console.info("Setting up the current directory for use with Cog...")
        console.info("")
        for (path, text) in StarterFiles.files {
            if manager.fileExists(atPath: path) {
                console.info("Skipped existing \(path)")
                continue
            }
            console.info("Creating \(path)")
            do {
                let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
                try manager.createDirectory(at: parent, withIntermediateDirectories: true)
                // All of it or nothing: the next call would leave a part of a file alone.
                try text.write(toFile: path, atomically: true, encoding: .utf8)
            } catch {
                throw FileFailure.cannotWrite(path, error)
            }
        }
        try ConfigSchema.store(in: ".")
        console.info("")
        console.success("Done! Try it with: \(StarterFiles.firstCommand)")
        console.info("Without a container engine: \(StarterFiles.firstCommand) --local")
    }
}
