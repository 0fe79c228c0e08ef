"""Medians, spreads and ratios of what was measured."""
from __future__ import annotations

from statistics import median


class Summary:
    def __init__(self, results: dict) -> None:
        self.results = results
        self.rounds: dict[tuple[str, str], dict[int, dict]] = {}
        for entry in results["measurements"]:
            self.rounds.setdefault((entry["scenario"], entry["server"]), {})[entry["round"]] = entry

    def scenarios(self) -> list[str]:
        return list(dict.fromkeys(scenario for scenario, _ in self.rounds))

    def servers(self, scenario: str) -> list[str]:
        return [server for measured, server in self.rounds if measured == scenario]

    def title(self, server: str) -> str:
        return self.results["servers"].get(server, {"title": server})["title"]

    def values(self, scenario: str, server: str, figure: str) -> list[float]:
        """Of all rounds; a round may have several."""
        found: list[float] = []
        for entry in self.rounds.get((scenario, server), {}).values():
            value = entry.get(figure)
            found += value if isinstance(value, list) else [] if value is None else [value]
        return found

    def median(self, scenario: str, server: str, figure: str) -> float | None:
        values = self.values(scenario, server, figure)
        return median(values) if values else None

    def ratio(self, scenario: str, figure: str, server: str, other: str) -> float | None:
        """The median of what each round says: both were measured within seconds of each other."""
        ratios = []
        for number, entry in self.rounds.get((scenario, server), {}).items():
            beside = self.rounds.get((scenario, other), {}).get(number, {})
            if entry.get(figure) is not None and beside.get(figure):
                ratios.append(entry[figure] / beside[figure])
        return median(ratios) if ratios else None

    def errors(self, scenario: str, server: str) -> int:
        return int(sum(self.values(scenario, server, "errors")))

    def no_answer(self, scenario: str, server: str) -> str:
        """Why there are no figures, or nothing."""
        entries = self.rounds.get((scenario, server), {}).values()
        return next((entry["no_answer"] for entry in entries if "no_answer" in entry), "")
