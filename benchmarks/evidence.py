"""What a trial of the hypothesis costs: all claims but edits, on noise, an embedding and small pictures of the tour."""

from measured import cpu_timed, promised, timed

from unelib import Workspace
from unelib.evidence import evidence


def main():
    """Measure it on all cores, wall and CPU time of the same run."""
    zoo = Workspace("tour").zoo
    seconds, (cpu, table) = timed(lambda: cpu_timed(lambda: evidence(zoo)))
    rows = {"images": len(zoo), "views": len(zoo.views), "verdicts": len(table), "CPU seconds": cpu}
    promised("evidence/trial of the tour's zoo", seconds, "s", most=60, **rows)


if __name__ == "__main__":
    main()
