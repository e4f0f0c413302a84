from cog import BaseModel, BaseRunner, Secret


class Login(BaseModel):
    user: str
    key: Secret


class Runner(BaseRunner):
    def run(self) -> Login:
        return Login(user="me", key=Secret("clear"))
