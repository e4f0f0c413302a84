class Model:
    def __init__(self, greeting: str) -> None:
        self.greeting = greeting

    def predict(self, name: str) -> str:
        return f"{self.greeting} {name}"


hello = Model("hello")
