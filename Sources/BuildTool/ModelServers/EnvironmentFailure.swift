import ContainerEngine
import ImageBuilds
import ToolBasics

/// A virtual environment that can't be made for a project, or that can't describe its model.
package enum EnvironmentFailure: CommandFailure, Equatable {
    /// No Python on PATH has this version, and uv can't get it either; nil if there is no uv.
    case noPython(String, uv: UVFailure?)
    /// The interpreter, and what it said.
    case notMade(String, said: String)
    /// What pip said about the project's packages.
    case packages(said: String)
    /// What pip said about the SDK and the server.
    case sdk(said: String)
    /// What the SDK said about the model.
    case noDescription(said: String)
    /// The configuration names no model and no training.
    case noEntry(String)

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        switch self {
        case .noPython(let version, nil): "no Python found on PATH: install Python \(version) or uv"
        case .noPython(let version, let failure?):
            "\(failure.report)\nno Python found on PATH: install Python \(version)"
        case .notMade(let name, let said): "can't make a virtual environment with \(name): \(said)"
        case .packages: "can't install the project's Python packages, see above"
        case .sdk: "can't install the SDK, see above"
        case .noDescription(let said): DescriptionFailure(said).text
        case .noEntry(let config): "no predict or train reference found in \(config)"
        }
    }

    package var hint: String? {
        switch self {
        case .packages(let said), .sdk(let said): NextStep.after(said)
        case .noPython, .notMade, .noDescription, .noEntry: nil
        }
    }
}

/// uv makes no environment with a version of Python.
package struct UVFailure: CommandFailure, Equatable {
    let version: String
    let said: String

    package var description: String { "uv can't make an environment with Python \(version):\n\(said)" }
    package var hint: String? { NextStep.after(said) }
}
