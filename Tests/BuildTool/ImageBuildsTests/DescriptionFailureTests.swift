import Testing

@testable import ImageBuilds

@Test func everyPartOfAFailureIsToldOnce() {
    let output = """
        Traceback (most recent call last):
          File "predict.py", line 1, in <module>
            import cv2
        ModuleNotFoundError: No module named 'cv2'
        ERROR: failed to load predictor: ModuleNotFoundError: No module named 'cv2'
        """
    let expected = """
        failed to load predictor: ModuleNotFoundError: No module named 'cv2'
        Add opencv-python-headless to the requirements in cog.yaml, or correct the import.
        Traceback (most recent call last):
          File "predict.py", line 1, in <module>
            import cv2
        """
    #expect(DescriptionFailure(output).text == expected)
    #expect(DescriptionFailure("killed\n").text == "killed")
}
