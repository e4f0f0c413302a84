import Projects
import Testing

@testable import ImagePlans

private let text = """
    build:
      python_version: "3.12"
      system_packages: [ffmpeg]
      python_packages: [six==1.17.0]
      run: [echo moo]
    predict: predict.py:Predictor

    """

/// The steps of a Dockerfile by their purposes; those of the project have none.
@Test func purposesOfSteps() throws {
    let place = try Distribution()
    try place.write(text, to: "project/cog.yaml")
    try place.write("", to: "project/large.bin", bytes: 60_000_000)
    let steps = Dockerfile.text(try place.plan(try place.project())).split(separator: "\n").map(String.init)
        .filter { $0.hasPrefix("RUN ") }
    let purposes = steps.map { Dockerfile.purpose(of: $0) ?? "" }
    #expect(
        purposes == [
            "System packages", "Python packages", "Server and SDK", "", "Linker paths", "", "Project files",
            "Listing the packages", "Describing the model",
        ])
}
