import ModelConfig
import PythonPackages
import PythonSource
import Testing
import ToolBasics

@testable import Projects

private func imported(_ module: String, requirements: [String] = [], run: [String] = []) -> ImportedPackages {
    var config = Config()
    config.build.pythonRequirements = "r.txt"
    config.build.run = run.map { Config.RunStep(command: $0) }
    return ImportedPackages(
        [.init(module: module, file: "p.py", line: 3)], requirements: Requirements(packages: requirements),
        config: config)
}

@Test(arguments: [
    ("cv2", ["opencv-python==4.10"]), ("PIL", ["torchvision"]), ("numpy", ["torch==2.5.1"]), ("yaml", ["pyyaml"]),
    ("onnxruntime", ["onnxruntime-gpu==1.20"]), ("skimage", ["Scikit_Image"]), ("torch", ["some-unknown-package"]),
    ("anything", ["git+https://example.com/a.git"]), ("anything", ["./a.whl"]), ("dateutil", ["python-dateutil"]),
])
func provided(module: String, requirements: [String]) {
    let packages = imported(module, requirements: requirements)
    #expect(packages.notes.isEmpty)
    #expect(packages.added.isEmpty)
}

@Test(arguments: [
    ("tool", "pip install tool==1.0"), ("tool", "pip install -r other.txt"), ("tool", "conda install x"),
    ("my_tool", "uv pip install My-Tool"), ("tool", "cd x && python setup.py install"),
])
func providedByAStep(module: String, step: String) {
    #expect(imported(module, run: [step]).notes.isEmpty)
}

@Test(arguments: [
    ("cv2", ["torch==2.5.1"], "opencv-python-headless"), ("sklearn", [], "scikit-learn"),
    ("rare_thing", ["some-unknown-package"], "rare-thing"),
])
func missing(module: String, requirements: [String], package: String) {
    let warning = "p.py:3: no requirement provides the module \"\(module)\": add \(package) to r.txt"
    #expect(imported(module, requirements: requirements).notes == [.warning(warning)])
}

/// What the original's SDK depended on is there for models that never named it.
@Test func packagesThatTheSDKOnceBrought() {
    #expect(imported("yaml").added == ["pyyaml"])
    #expect(imported("requests", requirements: ["diffusers"]).added == [])
}
