package import Projects

extension SourceReader {
    /// A reader with the SDK of this program's own distribution.
    package init(_ planner: BuildPlanner) {
        self.init(
            planner.project, environment: planner.environment,
            wheel: PackageSources.wheels("cog", in: planner.wheelDirectories).first)
    }
}
