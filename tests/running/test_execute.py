"""Execution (kernels): several notebooks at once, failures, kernels that die, interruptions, and going on."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import yaml
from click.testing import CliRunner

from tests.helpers.projects import notebook
from unelib.cli.main import app
from unelib.core import paths
from unelib.running import StepsFailed, run
from unelib.running.execute import Bench, shared_out
from unelib.running.steps import Step
from unelib.running.workspace import Workspace

READS, LEAVES = {"reads": ["rows"]}, {"leaves": ["rows"]}
NAP = "import time; time.sleep({})"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    (tmp_path / "pyproject.toml").touch()
    notebook(tmp_path / "first.ipynb", "run = 'x'", "1", LEAVES)
    notebook(tmp_path / "a.ipynb", "run = 'x'", NAP.format(3), READS)
    notebook(tmp_path / "b.ipynb", "run = 'x'", NAP.format(3), READS)
    return tmp_path


def recipe(*names, **more):
    return {"name": "t", "notebooks": [f"{name}.ipynb" for name in names]} | more


def states(report):
    return dict(zip(report.notebook, report.state))


def test_the_longest_way_goes_first_and_cpus_are_shared_out(project, monkeypatch):
    monkeypatch.setattr("unelib.running.execute.cores", lambda: 4)
    steps = [Step("t", f"{name}.ipynb", {"run": "t"}, needs) for name, needs in
             {"first": (), "a": (("t", "first"),), "b": (("t", "first"),)}.items()]  # fmt: skip
    bench = Bench(steps, 2)
    bench.order["t", "b"] = 99
    assert [step.stage for step in bench.ready([])] == ["first"] and bench.threads({}) == 4
    bench.rows["t", "first"] = {}
    assert [step.stage for step in bench.ready([])] == ["b", "a"] and bench.threads({}) == 2


def test_shares_of_a_sweep_are_whole_runs():
    steps = [Step(run, "a.ipynb", {}) for run in "pqrs"] + [Step("s", "b.ipynb", {}, (("p", "a"),))]
    assert [step.run for step in shared_out(steps, (1, 2))] == ["p", "r"]
    assert [step.key for step in shared_out(steps, (2, 2))] == [("p", "a"), ("q", "a"), ("s", "a"), ("s", "b")]


@pytest.mark.parametrize("name", ["jobs", "limit"])
@pytest.mark.parametrize("number", [0, -1, 1.5, "2"])
def test_jobs_and_seconds_are_counted(project, name, number):
    with pytest.raises(ValueError, match=f"{name} is .*; it must be a whole number, 1 or above"):
        run(recipe("first"), **{name: number})


@pytest.mark.slow
def test_independent_notebooks_run_at_once(project):
    began = time.monotonic()
    assert set(run(recipe("first", "a", "b"), jobs=2).state) == {"executed"}
    marks = {name: json.loads((project / f"data/runs/t/{name}.done").read_text()) for name in "ab"}
    assert time.monotonic() - began < sum(mark["seconds"] for mark in marks.values()) + 15
    folder = os.getcwd()
    assert set(run(recipe("first", "a", "b")).state) == {"skipped"} and os.getcwd() == folder


@pytest.mark.slow
def test_a_failure_keeps_its_notebook_stops_what_needs_it_and_nothing_else(project):
    notebook(project / "fails.ipynb", "run = 'x'", "raise KeyError('lost')", {"reads": ["rows"], "leaves": ["lines"]})
    notebook(project / "behind.ipynb", "run = 'x'", "1", {"reads": ["lines"]})
    names = "first", "fails", "behind", "a"
    with pytest.raises(
        StepsFailed, match=r"1 of 4 .*fails.ipynb: cell .*KeyError: 'lost'.*not executed.*behind"
    ) as caught:
        run(recipe(*names), jobs=2)
    assert states(caught.value.report) == {
        "first": "executed", "fails": "failed", "behind": "left out", "a": "executed",
    }  # fmt: skip
    kept = json.loads((project / "data/runs/t/fails.ipynb").read_text())
    assert any(out["output_type"] == "error" for cell in kept["cells"] for out in cell.get("outputs", []))
    (project / "r.yaml").write_text(yaml.safe_dump(recipe(*names)))
    told = CliRunner().invoke(app, ["run", str(project / "r.yaml")])
    assert told.exit_code == 1 and "Traceback" not in told.output and "t/a" in told.output
    notebook(project / "fails.ipynb", "run = 'x'", "2", {"reads": ["rows"], "leaves": ["lines"]})
    assert states(run(recipe(*names))) == {
        "first": "skipped", "fails": "executed", "behind": "executed", "a": "skipped",
    }  # fmt: skip


@pytest.mark.slow
def test_a_kernel_that_dies_and_a_cell_that_takes_too_long_are_told(project):
    notebook(project / "dies.ipynb", "run = 'x'", "import os; os._exit(1)", {})
    with pytest.raises(StepsFailed, match="dies.ipynb: its kernel died"):
        run(recipe("dies"))
    notebook(project / "long.ipynb", "run = 'x'", NAP.format(60), {})
    with pytest.raises(StepsFailed, match="long.ipynb: a cell took longer than the limit"):
        run(recipe("long"), limit=1)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_no_kernel_and_goes_on(project, how):
    notebook(
        project / "a.ipynb",
        "run = 'x'",
        "open('a.pid', 'w').write(str(__import__('os').getpid()))\n" + NAP.format(90),
        READS,
    )
    (project / "r.yaml").write_text(yaml.safe_dump(recipe("first", "a")))
    begin = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job's may be ignored
    begin += "from pathlib import Path; from unelib.core import paths; paths.ROOT = Path(sys.argv[1])\n"
    begin += "from unelib.cli.main import app; app(['run', sys.argv[1] + '/r.yaml'])"
    here = os.environ | {"PYTHONPATH": str(os.getcwd())}
    driver = subprocess.Popen([sys.executable, "-c", begin, str(project)], env=here, start_new_session=True)
    pid = project / "a.pid"
    while not (pid.is_file() and pid.read_text()):
        assert driver.poll() is None
        time.sleep(0.1)
    kernel = psutil.Process(int(pid.read_text()))
    driver.send_signal(how)
    driver.wait(30)
    kernel.wait(30)
    assert not kernel.is_running() and driver.returncode == {signal.SIGINT: 130}.get(how, -how)
    assert not (project / "data/runs/t/a.done").exists()
    notebook(project / "a.ipynb", "run = 'x'", "1", READS)
    assert states(run(recipe("first", "a"))) == {"first": "skipped", "a": "executed"}


@pytest.mark.slow
def test_what_is_the_same_at_several_points_is_executed_once(project):
    make = "import os\nimport pandas as pd\nfrom unelib import Workspace\nplace = Workspace(run)\n"
    make += "place.zoo.add_index(pd.DataFrame({'id': ['i'], 'sha256': [''], 'split': ['train']}))\n"
    make += "place.zoo.fill('v', lambda parts: ((s, [[1.0]]) for s, _ in parts), {}, progress=False)\n"
    make += "place.record('first', one=1)\nplace.table(pd.DataFrame({'x': [1]}), 'rows')"
    notebook(project / "first.ipynb", "run = 'x'", make, LEAVES)
    notebook(project / "other.ipynb", "run = 'x'\nwidth = 1", "width", READS)
    report = run(recipe("first", "other", sweep={"grid": {"width": [1, 2]}}), jobs=2)
    assert sorted(report.state) == ["copied", "executed", "executed", "executed"]
    twin = Workspace("t,width=2")
    assert twin.result("first") == {"one": 1} and twin.zoo.views == ["v"] and twin.zoo.verify().empty
    assert (twin.folder / "rows.parquet").is_file()
    assert set(run(recipe("first", "other", sweep={"grid": {"width": [1, 2]}})).state) == {"skipped"}


def test_what_would_be_done_is_told_and_nothing_is_left(project):
    (project / "r.yaml").write_text(yaml.safe_dump(recipe("first", "a")))
    before = sorted(project.rglob("*"))
    told = CliRunner().invoke(app, ["run", str(project / "r.yaml"), "--explain"])
    assert told.exit_code == 0 and "t/a: about 60 s" in told.output and "needs first" in told.output
    assert "run = 't' (given)" in told.output and "in all: 2 of 2 notebooks" in told.output
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("share, mine", [("1/2", ["t,size=1", "t,size=3"]), ("2/2", ["t,size=2"])])
def test_what_a_share_would_do_is_told_alone(project, share, mine):
    notebook(project / "sized.ipynb", "run = 'x'\nsize = 1", "size", {})
    (project / "r.yaml").write_text(yaml.safe_dump(recipe("sized", sweep={"grid": {"size": [1, 2, 3]}})))
    told = CliRunner().invoke(app, ["run", str(project / "r.yaml"), "--dry-run", "--shards", share])
    assert [line.partition("/")[0] for line in told.output.splitlines() if ": about" in line] == mine
    assert f"in all: {len(mine)} of {len(mine)} notebooks" in told.output


@pytest.mark.slow
def test_a_step_is_executed_by_a_worker_of_ray(tmp_path, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    record = "from unelib import Workspace\nWorkspace(run).record('small', number=3.0)"
    notebook(tmp_path / "small.ipynb", "run = 'x'", record, {})
    one = {"name": "t", "notebooks": [str(tmp_path / "small.ipynb")]}
    try:
        assert states(run(one, ray="local")) == {"small": "executed"}
    finally:
        ray.shutdown()
    assert Workspace("t").result("small") and states(run(one)) == {"small": "skipped"}


@pytest.mark.slow
def test_the_limit_by_the_command_line(project):
    notebook(project / "long.ipynb", "run = 'x'", NAP.format(60), {})
    (project / "r.yaml").write_text(yaml.safe_dump(recipe("long")))
    told = CliRunner().invoke(app, ["run", str(project / "r.yaml"), "--limit", "1"])
    assert told.exit_code == 1 and "a cell took longer than the limit" in told.output
