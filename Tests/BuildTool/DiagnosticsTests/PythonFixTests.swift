import PythonSource
import Testing

@testable import Diagnostics

@Suite struct PythonFixTests {
    @Test func importsThatAreGone() {
        let file = PythonFile(
            """
            import warnings
            from cog import BasePredictor, ExperimentalFeatureWarning

            warnings.filterwarnings("ignore", category=ExperimentalFeatureWarning)
            x = 1
            """)
        #expect(PythonFix.deprecatedImports.lines(file) == [2])
        #expect(PythonFix.deprecatedImports.repaired(file)?.text == "from cog import BasePredictor\n\nx = 1")
    }

    /// What is used in other ways takes a person.
    @Test func importsThatAreUsed() {
        let file = PythonFile("from cog import ExperimentalFeatureWarning\nraise ExperimentalFeatureWarning")
        #expect(PythonFix.deprecatedImports.lines(file) == [1])
        #expect(PythonFix.deprecatedImports.repaired(file) == nil)
    }

    @Test(arguments: [
        "    model_config = ConfigDict(arbitrary_types_allowed=True)\n",
        "    class Config:\n        arbitrary_types_allowed = True\n",
    ])
    func pydanticModels(setting: String) {
        let file = PythonFile(
            "from pydantic import BaseModel, ConfigDict\n\n\nclass Output(BaseModel):\n\(setting)\n    a: str\n")
        let repaired = PythonFix.pydanticWorkaround.repaired(file)?.text
        #expect(!PythonFix.pydanticWorkaround.lines(file).isEmpty)
        #expect(
            repaired == "from cog import BaseModel\n\n\nclass Output(BaseModel):\n    a: str\n"
                || setting.contains("class Config"))
        #expect(repaired?.contains("arbitrary_types_allowed") == false)
        #expect(repaired?.contains("from cog import BaseModel") == true)
    }

    @Test func otherModels() {
        #expect(
            PythonFix.pydanticWorkaround.lines(PythonFile("from cog import BaseModel\nclass A(BaseModel): pass")) == [])
        let two = PythonFile(
            "from pydantic import BaseModel\nclass A(BaseModel):\n    model_config = {'arbitrary_types_allowed': True}\nclass B(BaseModel): pass"
        )
        #expect(PythonFix.pydanticWorkaround.repaired(two) == nil)
    }
}
