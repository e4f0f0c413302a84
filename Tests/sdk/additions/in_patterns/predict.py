from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        letters: str = Input(default="é", regex=r"^\p{L}+$"),
        named: str = Input(default="aa", regex=r"^(?<first>a)\k<first>$"),
        ahead: str = Input(default="x1", regex=r"^(?=.*\d)x"),
        digits: str = Input(default="7", regex=r"^\d++$"),
    ) -> str:
        return f"{letters} {named} {ahead} {digits}"
