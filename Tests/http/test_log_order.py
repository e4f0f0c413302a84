"""Output of processes that the model starts is logged where the model started them (ours)."""

import pytest

pytestmark = pytest.mark.ours
ROUNDS = 20

STARTS = {
    "system": "os.system('echo child %d')",
    "subprocess": "subprocess.run(['echo', 'child %d'])",
    "standard error": "subprocess.run('echo child %d >&2', shell=True)",
    "spawn": "os.waitpid(os.posix_spawn('/bin/echo', ['echo', 'child %d'], os.environ), 0)",
    "fork": "child = os.fork()\nif not child: os.write(1, b'child %d\\n'); os._exit(0)\nos.waitpid(child, 0)",
}


@pytest.mark.every_python
@pytest.mark.parametrize("start", STARTS)
def test_processes_print_in_their_place(shared, start):
    """After what the model printed before it started them, and before what it prints next."""
    code = "import os, subprocess, warnings\nwarnings.simplefilter('ignore')\n"
    for n in range(ROUNDS):
        code += f"print({n})\n{STARTS[start] % n}\n"
    answer = shared("script").predict({"code": code}).json
    assert answer["status"] == "succeeded", answer
    assert answer["logs"] == "".join(f"{n}\nchild {n}\n" for n in range(ROUNDS))


def test_processes_print_in_their_place_during_setup(fresh):
    body = "".join(f"\n        print({n}); os.system('echo child {n}')" for n in range(ROUNDS))
    source = f"import os\nclass Runner:\n    def setup(self):{body}\n    def run(self) -> str: ...\n"
    mark = "[coglet::setup] "
    found = fresh(source=source).health()["setup"]["logs"]
    lines = [line.removeprefix(mark) for line in found.splitlines() if line.startswith(mark)]
    assert lines == [text for n in range(ROUNDS) for text in (str(n), f"child {n}")]


def test_processes_of_several_threads(shared):
    """Each line of a thread precedes its process's output, whatever the other threads do."""
    code = """
        import subprocess, sys, threading
        def work(name):
            for n in range(10):
                sys.stdout.write(f"{name} {n}\\n")  # print() would write the end of the line apart
                subprocess.run(["echo", f"child of {name} {n}"])
        threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    lines = shared("script").predict({"code": code}).json["logs"].splitlines()
    assert len(lines) == 60
    for name in "abc":
        for n in range(10):
            assert lines.index(f"{name} {n}") < lines.index(f"child of {name} {n}")
