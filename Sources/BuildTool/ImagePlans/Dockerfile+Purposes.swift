import Projects

extension Dockerfile {
    /// What a step of ours is for, in a few words; nil for those of the project.
    package static func purpose(of instruction: String) -> String? {
        purposes.first { instruction.contains($0.text) }?.title
    }

    /// What only those steps contain.
    private static let purposes = [
        (text: "--mount=type=cache,sharing=locked,target=/var/cache/apt", title: "System packages"),
        (text: BuildPlan.filesDirectory + "/requirements.txt", title: "Python packages"),
        (text: "--root-user-action=ignore", title: "Server and SDK"),
        (text: projectDirectory, title: "Project files"),
        (text: "uv python install", title: "Python"),
        (text: "cog.command.openapi_schema", title: "Describing the model"),
        (text: "/cog_document/pip_freeze.txt", title: "Listing the packages"),
        (text: "/etc/ld.so.conf.d/python-libs.conf", title: "Linker paths"),
    ]
}
